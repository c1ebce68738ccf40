import type { ColumnGap } from "@heddle/core";
import type { PathAsset } from "./path-assets.ts";

/** Something that an asset does not say, so that nobody knows whether a path goes on there. */
export interface NotKnown {
  readonly asset: string;
  /** What it does not say, as the end of a sentence that begins with it. */
  readonly text: string;
}

/** What is not known of a path, in words. */
export function notKnown({
  assets,
  gaps,
}: {
  readonly assets: readonly PathAsset[];
  readonly gaps: readonly ColumnGap[];
}): NotKnown[] {
  const readers = assets.filter(({ columns }) => columns.length === 0);
  return [
    ...readers.map(({ key }) => ({ asset: key, text: "reads it and does not say what comes of it" })),
    ...gaps.map(({ kind, asset, at }) => ({
      asset,
      text:
        kind === "origin"
          ? `does not say where ${at.column} comes from`
          : `reads ${at.asset} and does not say whether ${at.column} goes into its columns`,
    })),
  ];
}
