import { brand, hasBrand } from "./brand.ts";
import { HeddleError } from "./errors.ts";
import type { StoredColumn } from "./io-manager.ts";
import { findJsonProblem } from "./json-value.ts";
import type { JsonValue } from "./types.ts";

/** A metadata value as it is stored and shown: JSON with the kind of display in `type`. */
export type MetadataEntry =
  | {
      readonly type: "number";
      readonly value: number;
      readonly unit?: string;
      readonly atLeast?: number;
      readonly atMost?: number;
    }
  | { readonly type: "text"; readonly value: string }
  | { readonly type: "markdown"; readonly value: string }
  | { readonly type: "boolean"; readonly value: boolean }
  | { readonly type: "url"; readonly value: string; readonly label?: string }
  | { readonly type: "path"; readonly value: string }
  | { readonly type: "image"; readonly value: string; readonly alt?: string }
  /** Milliseconds since 1970. */
  | { readonly type: "timestamp"; readonly value: number }
  | { readonly type: "json"; readonly value: JsonValue }
  | { readonly type: "table"; readonly columns: readonly string[]; readonly rows: readonly (readonly JsonValue[])[] }
  | { readonly type: "schema"; readonly columns: readonly SchemaColumn[] };

/** {@link StoredColumn} in a form that the compiler takes for JSON. */
type SchemaColumn = Pick<StoredColumn, keyof StoredColumn>;

/** The kinds of metadata. */
export type MetadataType = MetadataEntry["type"];

/** What an asset or a check may report under one name: plain JSON, or a value made with {@link meta}. */
export type MetadataValue = JsonValue | MetadataEntry;

/** Metadata by name. */
export type MetadataValues = Readonly<Record<string, MetadataValue>>;

/** Largest metadata of one materialization, as JSON, in UTF-16 units. Larger things belong into the asset itself. */
export const MAX_METADATA_LENGTH = 262_144;
/** Rows of a table beyond these are refused; a table of metadata is read by people. */
const MAX_TABLE_ROWS = 1_000;
/** Addresses that a browser may open; above all not `javascript:`. */
const OPENABLE = /^(?:https?|s3|gs|az|ftp|mailto):/iu;
const SHOWABLE = /^(?:https?:|data:image\/(?:png|jpeg|gif|webp|avif);base64,)/iu;

/** Bounds between which a number is as it should be. They are shown, and nothing is judged by them. */
export interface NumberBounds {
  readonly atLeast?: number;
  readonly atMost?: number;
}

/**
 * Constructors for metadata values that are shown as more than plain JSON.
 *
 * @example
 * metadata({ rows: rows.length, sample: meta.table(rows.slice(0, 5)), report: meta.url("https://example.org/report") });
 */
export const meta = {
  /** A number, with its unit: charted over partitions and time, with lines at the bounds between which it is well. */
  number: (value: number, unit?: string, bounds: NumberBounds = {}) =>
    tag({
      type: "number",
      value,
      ...(unit !== undefined && { unit }),
      ...(bounds.atLeast !== undefined && { atLeast: bounds.atLeast }),
      ...(bounds.atMost !== undefined && { atMost: bounds.atMost }),
    }),
  /** Text as it is. */
  text: (value: string) => tag({ type: "text", value }),
  /** Markdown; HTML in it is not rendered. */
  markdown: (value: string) => tag({ type: "markdown", value }),
  boolean: (value: boolean) => tag({ type: "boolean", value }),
  /** A link. @throws METADATA_INVALID for an address that a browser should not open, such as `javascript:` */
  url: (value: string, label?: string) => {
    if (!OPENABLE.test(value)) throw invalid("url", `${JSON.stringify(value)} is not an address that can be opened`);
    return tag({ type: "url", value, ...(label !== undefined && { label }) });
  },
  /** A path or another name of a place, shown so that it can be copied. */
  path: (value: string) => tag({ type: "path", value }),
  /** A picture by its address or as a `data:` URL. @throws METADATA_INVALID when it is neither */
  image: (value: string, alt?: string) => {
    if (!SHOWABLE.test(value))
      throw invalid("image", "an image is an http(s) address or a data: URL of a raster image");
    return tag({ type: "image", value, ...(alt !== undefined && { alt }) });
  },
  /** An instant: a `Date`, or milliseconds since 1970. */
  timestamp: (value: Date | number) => tag({ type: "timestamp", value: Number(value) }),
  /** Any JSON, shown as a tree that can be folded. */
  json: (value: JsonValue) => tag({ type: "json", value }),
  /** Rows with the same properties. @throws METADATA_INVALID for more than 1,000 rows */
  table: (rows: readonly Readonly<Record<string, JsonValue>>[]) => tag(tableOf(rows)),
  /** The columns of a table. */
  schema: (columns: readonly StoredColumn[]) => tag({ type: "schema", columns }),
} as const;

/**
 * Turns reported metadata into what is stored: every value tagged with its kind. What it returns may be given to it
 * again.
 *
 * @throws METADATA_INVALID for a value that is not JSON, and for more than {@link MAX_METADATA_LENGTH} in all
 */
export function normalizeMetadata(values: MetadataValues): Readonly<Record<string, MetadataEntry>> {
  const entries = Object.entries(values).filter(([, value]) => value !== undefined);
  // Without a prototype, a value named `__proto__` is a value like any other.
  const normalized: Record<string, MetadataEntry> = Object.create(null);
  for (const [name, value] of entries) normalized[name] = normalizeValue(name, value);
  const length = JSON.stringify(normalized).length;
  if (length > MAX_METADATA_LENGTH) {
    throw invalid("all values", `together they are ${length} characters long, more than ${MAX_METADATA_LENGTH}`);
  }
  return normalized;
}

function normalizeValue(name: string, value: MetadataValue): MetadataEntry {
  const problem = findJsonProblem(value, name);
  if (problem !== null) throw invalid(name, problem);
  if (isTagged(value)) return value;
  if (typeof value === "number") return tag({ type: "number", value });
  if (typeof value === "string") return tag({ type: "text", value });
  if (typeof value === "boolean") return tag({ type: "boolean", value });
  return tag({ type: "json", value });
}

function tableOf(rows: readonly Readonly<Record<string, JsonValue>>[]): MetadataEntry & { readonly type: "table" } {
  if (rows.length > MAX_TABLE_ROWS) throw invalid("table", `${rows.length} rows are more than ${MAX_TABLE_ROWS}`);
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  return { type: "table", columns, rows: rows.map((row) => columns.map((column) => row[column] ?? null)) };
}

function tag<TEntry extends MetadataEntry>(entry: TEntry): TEntry {
  return brand(entry, "metadata");
}

function isTagged(value: MetadataValue): value is MetadataEntry {
  return hasBrand(value, "metadata");
}

function invalid(name: string, problem: string): HeddleError {
  return new HeddleError("METADATA_INVALID", `the metadata value ${JSON.stringify(name)} cannot be used: ${problem}`, {
    hint: "Report plain JSON, or a value made with `meta`.",
    details: { name },
  });
}
