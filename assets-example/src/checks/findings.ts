import { fail, meta, pass, type CheckResult } from "@heddle/core";
import type { ShownRow } from "../describe-rows.ts";

/** The verdict of a check that looks for rows which should not be there: it passes without any, and shows some. */
export function judgeRows(
  found: readonly ShownRow[],
  { of, what }: { readonly of: number; readonly what: string },
): CheckResult {
  const metadata = { found: found.length, rows: of };
  if (found.length === 0) return pass({ metadata });
  return fail({
    message: `${found.length} of ${of} ${what}`,
    metadata: { ...metadata, sample: meta.table(found.slice(0, 5)) },
  });
}

/** The rows that equal an earlier one in all columns. */
export function repeatsIn<TRow extends Readonly<Record<string, string | number | boolean | null>>>(
  rows: readonly TRow[],
): TRow[] {
  const seen = new Set<string>();
  return rows.filter((row) => {
    const text = Object.values(row).join("|");
    return seen.has(text) || !seen.add(text);
  });
}

/** How often each text occurs, the most frequent first. */
export function countTexts(texts: Iterable<string>): { readonly value: string; readonly rows: number }[] {
  return [...Map.groupBy(texts, (text) => text)]
    .map(([value, group]) => ({ value, rows: group.length }))
    .toSorted((a, b) => b.rows - a.rows || a.value.localeCompare(b.value));
}
