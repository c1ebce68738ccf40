import type { Materialization } from "@heddle/api";
import { formatDuration, paint, print, printTable, visible } from "./terminal.ts";

/** Columns listed at most; the rest is counted. */
const LISTED_COLUMNS = 20;

/** Prints what is recorded of an asset's newest materialization: its size, and for a table its columns. */
export function printLatest(latest: Materialization | null): void {
  if (latest === null) return;
  print(paint.bold("last made"));
  print(`  ${describeMade(latest)}`);
  const columns = latest.stored?.columns ?? [];
  printTable(
    columns
      .slice(0, LISTED_COLUMNS)
      .map(({ name, type, nullable, min, max, nulls }) => [
        `  ${name}`,
        `${type}${nullable ? "?" : ""}`,
        min === undefined || max === undefined ? "" : `${cell(min, type)} … ${cell(max, type)}`,
        nulls === undefined || nulls === 0 ? "" : paint.dim(`${count(nulls)} without value`),
      ]),
  );
  if (columns.length > LISTED_COLUMNS) print(paint.dim(`  and ${count(columns.length - LISTED_COLUMNS)} more columns`));
}

/** Whole numbers that JSON would change are recorded as text, and are none. */
function cell(value: unknown, type: string): string {
  return typeof value === "string" && /^U?int\d+$/iu.test(type) ? value : JSON.stringify(value);
}

/** A materialization in one line: its partition, its run, how long it took, how much it is. */
export function describeMade({ partitionKey, runId, durationMs, stored }: Materialization): string {
  const bytes = stored?.objects.reduce((sum, object) => sum + object.bytes, 0) ?? 0;
  const facts = [
    ...(partitionKey === "" ? [] : [visible(partitionKey)]),
    `by run ${runId} in ${formatDuration(durationMs)}`,
    ...(stored?.rows === undefined ? [] : [`${count(stored.rows)} ${stored.rows === 1 ? "row" : "rows"}`]),
    // What lies in a database has no objects whose bytes could be counted.
    ...(stored === null
      ? []
      : [stored.objects.length === 0 ? `through ${stored.io}` : `${size(bytes)} through ${stored.io}`]),
  ];
  return facts.join(", ");
}

const grouped = new Intl.NumberFormat("en-US");

function count(value: number): string {
  return grouped.format(value);
}

const UNITS = ["bytes", "KB", "MB", "GB", "TB"];

/** In decimal units, as the catalog writes it. */
export function size(bytes: number): string {
  let [value, unit] = [bytes, 0];
  for (; value >= 999.5 && unit < UNITS.length - 1; unit += 1) value /= 1_000;
  return `${unit === 0 ? value : value.toFixed(1).replace(/\.0$/u, "")} ${UNITS[unit] ?? ""}`;
}
