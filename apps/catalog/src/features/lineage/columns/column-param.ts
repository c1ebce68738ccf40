import type { ColumnRef } from "@heddle/core";
import type { SearchParam } from "../../../search/search-param.ts";

/** What the address says where columns are listed, and none of them is chosen. */
export const COLUMNS_SHOWN = "shown";

/** A column as the address says it. Asset keys may hold colons, and so may names of columns: those of the key are written `%3A`. */
export function columnText({ asset, column }: ColumnRef): string {
  return `${asset.replaceAll("%", "%25").replaceAll(":", "%3A")}:${column}`;
}

/** The column that the address names; `null` where it names none. */
export function readColumnText(text: string): ColumnRef | null {
  const colon = text.indexOf(":");
  if (colon <= 0 || colon === text.length - 1) return null;
  const asset = text.slice(0, colon).replaceAll("%3A", ":").replaceAll("%25", "%");
  return { asset, column: text.slice(colon + 1) };
}

/** Columns in the address: that they are listed, or which one is chosen. */
export function columnsParam(): SearchParam<string> {
  return {
    expects: `${COLUMNS_SHOWN} or a column, ASSET:COLUMN`,
    parse: (given) =>
      typeof given === "string" && given.length <= 2_000 && (given === COLUMNS_SHOWN || readColumnText(given) !== null)
        ? given
        : undefined,
  };
}
