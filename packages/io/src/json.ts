import {
  HeddleError,
  type InputContext,
  type IoManager,
  type JsonValue,
  type ObjectStore,
  type PreviewOptions,
  type SameAsStored,
  type StoredColumn,
  type TablePreview,
} from "@heddle/core";
import { parseJson } from "@heddle/core/internal";
import { hash } from "node:crypto";
import { describeValue } from "./describe-value.ts";
import { encodedIoManager, soleObject, type EncodedValue } from "./encoded-io-manager.ts";
import { notJson } from "./json-lines.ts";
import { canonicalJson, inspectJson } from "./json-text.ts";
import { previewValues } from "./preview-values.ts";
import { rowMatches } from "./row-matches.ts";

export { jsonLines, jsonLinesRows, type JsonLinesOptions, type PlainLinesOptions } from "./json-lines.ts";
export {
  bool,
  date,
  float64,
  int32,
  int64,
  json as jsonColumn,
  list,
  timestamp,
  utf8,
  type Column,
} from "./table/column.ts";
export { table, type InferRow, type TableRows, type TableSchema } from "./table/schema.ts";

/** What {@link json} takes. */
export interface JsonOptions {
  /** @default the deployment's store */
  readonly store?: ObjectStore;
}

/**
 * Stores any JSON value as a JSON file. What JSON would drop or change is refused with its path: `undefined` in lists,
 * NaN, bigints, functions, dates and other classes, cycles, NUL and broken Unicode. A property that is `undefined` is
 * left out. The data version does not depend on the order of keys.
 *
 * @example
 * asset({ key: "report", io: json(), materialize: () => ({ total: 3, byStation: { SEA: 3 } }) });
 */
export function json(options: JsonOptions = {}): IoManager<JsonValue, SameAsStored> {
  return encodedIoManager<unknown, SameAsStored>({
    name: "json",
    extension: "json",
    store: options.store,
    filters: true,
    encode: encodeJson,
    decode(body, context) {
      const value: unknown = parseJson(Buffer.from(body).toString("utf8"));
      // What a consumer gets has the type that the asset returned; `SameAsStored` stands for it.
      return filterRows(value, context) as SameAsStored;
    },
    preview: (context, wanted) => previewJson(context, wanted, options.store),
  });
}

function encodeJson(value: unknown): EncodedValue {
  const { problem, isCanonical } = inspectJson(value);
  if (problem !== null) throw notJson(`value${problem.where} is ${problem.what}`);
  try {
    const body = Buffer.from(JSON.stringify(value));
    const dataVersion = isCanonical ? {} : { dataVersion: hash("sha256", canonicalJson(value)) };
    return { body, ...dataVersion };
  } catch (error) {
    if (error instanceof RangeError) throw notJson("value is larger than one JSON text can be (512 MiB)");
    throw error;
  }
}

/** An array of rows may be asked for some of them. @throws IO_SCHEMA_MISMATCH for a value that is no array */
function filterRows(value: unknown, { where }: InputContext): unknown {
  if (where === undefined) return value;
  if (Array.isArray(value)) return value.filter(rowMatches(where));
  throw new HeddleError(
    "IO_SCHEMA_MISMATCH",
    `only some rows are asked for, and the value is ${describeValue(value)}`,
    {
      hint: "Leave `where` out of the dep(), or return an array of rows.",
    },
  );
}

/** A value is read for its preview when it is not longer than this. */
const MAX_PREVIEW_BYTES = 4 * 1024 * 1024;
/** So much is shown of a longer one. */
const EXCERPT_BYTES = 2_000;

const TEXT: StoredColumn = { name: "text", type: "Utf8", nullable: false };

async function previewJson(
  context: InputContext,
  { rows }: PreviewOptions,
  own: ObjectStore | undefined,
): Promise<TablePreview> {
  const { signal, store: given } = context;
  const store = own ?? given;
  const object = soleObject("json", context);
  if (object.bytes > MAX_PREVIEW_BYTES) {
    const start = await store.getRange(object, { start: 0, end: EXCERPT_BYTES, signal });
    return { columns: [TEXT], rows: [[`${new TextDecoder().decode(start)}…`]], totalRows: null };
  }
  const value: unknown = parseJson(Buffer.from(await store.get(object, { signal })).toString("utf8"));
  return Array.isArray(value) ? previewValues(value.slice(0, rows), value.length) : previewValues([value], 1);
}
