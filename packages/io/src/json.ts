import {
  HeddleError,
  type AnyIoManager,
  type IoManager,
  type JsonValue,
  type ObjectStore,
  type SameAsStored,
} from "@heddle/core";
import { hash } from "node:crypto";
import { describeValue } from "./describe-value.ts";
import { encodedIoManager, type EncodedValue } from "./encoded-io-manager.ts";
import { encodeLines, parseLines } from "./json-lines-text.ts";
import { canonicalJson, inspectJson } from "./json-text.ts";
import { linesToRows, rowsToLines } from "./table/json-rows.ts";
import { assertStoredAs } from "./table/schema-mismatch.ts";
import { columnsOf, storedColumns, type InferRow, type TableRows, type TableSchema } from "./table/schema.ts";

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
    encode: encodeJson,
    // What a consumer gets has the type that the asset returned; `SameAsStored` stands for it.
    decode: (body) => JSON.parse(Buffer.from(body).toString("utf8")) as SameAsStored,
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

/** What {@link jsonLines} takes. */
export interface JsonLinesOptions<TSchema extends TableSchema> {
  /** The columns of the rows. Days, instants and 64-bit integers are then stored as text and come back as they were. */
  readonly schema: TSchema;
  /** @default the deployment's store */
  readonly store?: ObjectStore;
}

/**
 * Stores rows as JSON Lines, a line for each row: small tables, logs, answers of an API. With a schema it stores typed
 * rows as `parquet` does, also from a generator; without one, an array of JSON values, in which every row may differ.
 */
export function jsonLines<TSchema extends TableSchema>(
  options: JsonLinesOptions<TSchema>,
): IoManager<TableRows<InferRow<TSchema>>, InferRow<TSchema>[]>;
/** Without a schema; the type argument is for rows that are declared as an interface: `jsonLines<WeatherRow>()`. */
export function jsonLines<TRow = JsonValue>(options?: JsonOptions): IoManager<readonly TRow[], SameAsStored>;
export function jsonLines(options: JsonOptions & { readonly schema?: TableSchema } = {}): AnyIoManager {
  const { schema, store } = options;
  const shared = { name: "json-lines", extension: "jsonl", store };
  if (schema === undefined) {
    return encodedIoManager<unknown, SameAsStored>({
      ...shared,
      encode: encodeValues,
      // As in `json`.
      decode: (body) => parseLines(body) as unknown as SameAsStored,
    });
  }
  return encodedIoManager<unknown, object[]>({
    ...shared,
    async encode(value, { signal }) {
      return { ...(await rowsToLines(value, { schema, signal })), columns: storedColumns(schema) };
    },
    decode(body, { stored, columns: names }) {
      const columns = columnsOf(schema, names);
      assertStoredAs(stored.columns ?? [], columns);
      return linesToRows(parseLines(body), columns);
    },
  });
}

/** So many values become bytes at a time. */
const BLOCK_VALUES = 4096;

function encodeValues(values: unknown): EncodedValue {
  if (!Array.isArray(values)) throw notJson(`value is ${describeValue(values)}, and should be an array`);
  const { problem, isCanonical } = inspectJson(values);
  if (problem !== null) throw notJson(`value${problem.where} is ${problem.what}`);
  const body = encodeBlocks(values, JSON.stringify);
  const dataVersion = isCanonical ? {} : { dataVersion: hash("sha256", encodeBlocks(values, canonicalJson)) };
  return { body, rows: values.length, ...dataVersion };
}

function encodeBlocks(values: readonly unknown[], format: (value: unknown) => string): Uint8Array {
  const blocks: Uint8Array[] = [];
  for (let from = 0; from < values.length; from += BLOCK_VALUES) {
    blocks.push(encodeLines(values.slice(from, from + BLOCK_VALUES).map((value) => `${format(value)}\n`)));
  }
  return Buffer.concat(blocks);
}

function notJson(message: string): HeddleError {
  return new HeddleError("IO_VALUE_NOT_STORABLE", message, {
    hint: "Return JSON: convert dates and bigints to text, replace NaN and undefined by null; or use another I/O manager.",
  });
}
