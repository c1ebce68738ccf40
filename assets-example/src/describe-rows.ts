import { meta, type JsonValue, type MetadataValues } from "@heddle/core";

/** A row as metadata can show it. */
export type ShownRow = Readonly<Record<string, JsonValue>>;

/** Metadata of a table: how many rows it has and what the first look like. */
export function describeRows(rows: readonly ShownRow[], limit = 5): MetadataValues {
  return { rows: rows.length, sample: meta.table(rows.slice(0, limit)) };
}

/** A table in markdown, with the properties of the first row as its head. */
export function markdownTable(rows: readonly Readonly<Record<string, string | number | null>>[]): string {
  const columns = Object.keys(rows[0] ?? {});
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  const body = rows.map((row) => line(columns.map((column) => String(row[column] ?? "–"))));
  return [line(columns), line(columns.map(() => "---")), ...body].join("\n");
}
