import type { JsonValue } from "@heddle/core";

/** How one metadata value is shown. */
export type MetadataView =
  | { readonly type: "number"; readonly value: number; readonly unit: string | null }
  | { readonly type: "text" | "markdown" | "path"; readonly value: string }
  | { readonly type: "boolean"; readonly value: boolean }
  | { readonly type: "url"; readonly value: string; readonly label: string }
  | { readonly type: "image"; readonly value: string; readonly alt: string }
  | { readonly type: "timestamp"; readonly value: number }
  | { readonly type: "table"; readonly columns: readonly string[]; readonly rows: readonly (readonly JsonValue[])[] }
  | { readonly type: "json"; readonly value: JsonValue };

const OPENABLE = /^(?:https?|mailto):/iu;

/** Whether a browser may open an address that user code has written. */
export function isOpenable(address: string): boolean {
  return OPENABLE.test(address);
}

/** Reads a stored metadata value: JSON with the kind of display in `type`, or any other JSON as it is. */
export function readMetadata(stored: JsonValue): MetadataView {
  if (typeof stored === "number") return { type: "number", value: stored, unit: null };
  if (typeof stored === "string") return { type: "text", value: stored };
  if (typeof stored === "boolean") return { type: "boolean", value: stored };
  if (!isRecord(stored)) return { type: "json", value: stored };
  return readTagged(stored) ?? { type: "json", value: stored["type"] === "json" ? (stored["value"] ?? null) : stored };
}

function readTagged(entry: { readonly [name: string]: JsonValue }): MetadataView | null {
  const { type, value } = entry;
  if (typeof value === "string") return readText(type, value, entry);
  if (typeof value === "number" && type === "number") return { type, value, unit: textOr(entry["unit"], null) };
  if (typeof value === "number" && type === "timestamp") return { type, value };
  if (typeof value === "boolean" && type === "boolean") return { type, value };
  if (type === "table") return readTable(entry);
  if (type === "schema") return readSchema(entry["columns"]);
  return null;
}

function readText(
  type: JsonValue | undefined,
  value: string,
  entry: { readonly [name: string]: JsonValue },
): MetadataView | null {
  switch (type) {
    case "text":
    case "markdown":
    case "path":
      return { type, value };
    case "url":
      return { type, value, label: textOr(entry["label"], value) };
    case "image":
      return { type, value, alt: textOr(entry["alt"], value.startsWith("data:") ? "image" : value) };
    default:
      return null;
  }
}

function readTable({ columns, rows }: { readonly [name: string]: JsonValue }): MetadataView | null {
  if (!isList(columns) || !isList(rows)) return null;
  return { type: "table", columns: columns.map(String), rows: rows.map((row) => (isList(row) ? row : [row])) };
}

function readSchema(columns: JsonValue | undefined): MetadataView | null {
  if (!isList(columns)) return null;
  const read = columns.map((column) => (isRecord(column) ? column : { name: wordOf(column), type: "" }));
  // What is known of no column gets no column of its own.
  const found = STATISTICS.filter(({ property }) => read.some((column) => property in column));
  return {
    type: "table",
    columns: ["column", "type", "nullable", ...found.map(({ title }) => title)],
    rows: read.map((column) => [
      wordOf(column["name"]),
      wordOf(column["type"]),
      column["nullable"] === true ? "yes" : "no",
      ...found.map(({ property }) => column[property] ?? ""),
    ]),
  };
}

/** What may have been found in the cells of a column. */
const STATISTICS = [
  { property: "min", title: "least" },
  { property: "max", title: "greatest" },
  { property: "nulls", title: "without value" },
] as const;

function wordOf(value: JsonValue | undefined): string {
  return typeof value === "string" ? value : JSON.stringify(value ?? null);
}

function textOr<TFallback extends string | null>(
  value: JsonValue | undefined,
  fallback: TFallback,
): string | TFallback {
  return typeof value === "string" ? value : fallback;
}

function isList(value: JsonValue | undefined): value is readonly JsonValue[] {
  return Array.isArray(value);
}

function isRecord(value: JsonValue | undefined): value is { readonly [name: string]: JsonValue } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
