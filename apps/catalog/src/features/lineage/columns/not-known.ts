import type { ColumnGap } from "@heddle/core";
import { columnsText } from "./column-view.ts";
import type { PathAsset } from "./path-assets.ts";

/** Something that an asset does not say, so that nobody knows whether a path goes on there. */
export interface NotKnown {
  readonly asset: string;
  /** What it does not say, as the end of a sentence that begins with it. */
  readonly text: string;
}

/** What is not known of a path, in words: one line for each asset and what it leaves open. */
export function notKnown({
  assets,
  gaps,
}: {
  readonly assets: readonly PathAsset[];
  readonly gaps: readonly ColumnGap[];
}): NotKnown[] {
  const readers = assets.filter(({ columns }) => columns.length === 0);
  const origins = Map.groupBy(
    gaps.filter(({ kind }) => kind === "origin"),
    ({ asset }) => asset,
  );
  return [
    ...readers.map(({ key }) => ({ asset: key, text: "reads it and does not say what comes of it" })),
    ...[...origins].map(([asset, own]) => ({
      asset,
      text: `does not say where ${columnsText({ columns: own.map(({ at }) => at.column) })} ${own.length === 1 ? "comes" : "come"} from`,
    })),
    ...gaps
      .filter(({ kind }) => kind === "reader")
      .map(({ asset, at }) => ({ asset, text: `reads ${at.asset} and does not say which of its columns` })),
  ];
}
