import { parseJson } from "@heddle/core/internal";
import type postgres from "postgres";
import { quoteElement, readArray, writeArray } from "./array-text.ts";

/** Array types that Heddle's statements use; listed here so that no connection has to ask the server for them. */
const ARRAY_TYPES = [
  { name: "boolean", element: 16, array: 1000 },
  { name: "bytea", element: 17, array: 1001 },
  { name: "smallint", element: 21, array: 1005 },
  { name: "integer", element: 23, array: 1007 },
  { name: "text", element: 25, array: 1009 },
  { name: "bigint", element: 20, array: 1016 },
  { name: "double", element: 701, array: 1022 },
  { name: "timestamptz", element: 1184, array: 1185 },
  { name: "uuid", element: 2950, array: 2951 },
  { name: "jsonb", element: 3802, array: 3807 },
] as const;

type ElementName = (typeof ARRAY_TYPES)[number]["name"];

const JSON_TEXT: unique symbol = Symbol("json text");

/** A parameter that is text already, JSON included: the serializer of `jsonb` sends it as it is. */
export interface TextParameter {
  readonly [JSON_TEXT]: string;
  toString(): string;
}

/**
 * Marks text as ready for the wire. Drizzle turns JSON into text by itself; marked so, its parameters can share a
 * connection with raw statements, whose JSON parameters are values.
 */
export function textParameter(text: string): TextParameter {
  return { [JSON_TEXT]: text, toString: () => text };
}

/**
 * How values cross the wire on every connection: `bigint` as a number (Heddle's ids and ordinals stay below 2^53),
 * `bytea` as `Uint8Array`, `json` as a value, `timestamptz` as `Date`, and arrays of all of them in both directions.
 *
 * An array parameter is how a hot path sends many rows with one prepared statement:
 *
 * @example
 * await tx.sql`
 *   insert into log_chunk (run_id, asset_id, lines)
 *   select * from unnest(${runIds}::bigint[], ${assetIds}::integer[], ${lines}::text[])`;
 */
export function wireTypes(): Record<string, postgres.PostgresType> {
  const types: Record<string, postgres.PostgresType> = {
    bigint: { to: 20, from: [20], serialize: String, parse: parseInteger },
    bytea: { to: 17, from: [17], serialize: writeBytes, parse: parseBytes },
    json: { to: 3802, from: [114, 3802], serialize: writeJson, parse: parseJson },
    instant: { to: 1184, from: [1082, 1114, 1184], serialize: writeInstant, parse: parseInstant },
  };
  for (const { name, array } of ARRAY_TYPES) {
    types[`${name}[]`] = {
      to: array,
      from: [array],
      serialize: (values: readonly unknown[]) => writeArray(values, ELEMENTS[name].write),
      parse: (text: string) => readArray<unknown>(text, ELEMENTS[name].parse),
    };
  }
  return types;
}

interface ElementCodec {
  readonly write: (value: unknown) => string;
  readonly parse: (text: string) => unknown;
}

const NUMBERS: ElementCodec = { write: String, parse: Number };

const ELEMENTS: Record<ElementName, ElementCodec> = {
  smallint: NUMBERS,
  integer: NUMBERS,
  double: NUMBERS,
  bigint: { write: String, parse: parseInteger },
  boolean: { write: (value) => (value === true ? "t" : "f"), parse: (text) => text === "t" },
  text: { write: (value) => quoteElement(String(value)), parse: (text) => text },
  uuid: { write: String, parse: (text) => text },
  bytea: { write: (value) => quoteElement(writeBytes(value)), parse: parseBytes },
  timestamptz: { write: (value) => quoteElement(writeInstant(value)), parse: parseInstant },
  jsonb: { write: (value) => quoteElement(writeJson(value)), parse: parseJson },
};

function parseInteger(text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value)) return value;
  // Rounding an id silently would name another row.
  throw new RangeError(`the database returned ${text}, which no JavaScript number holds exactly; cast it to text`);
}

function writeBytes(value: unknown): string {
  if (!ArrayBuffer.isView(value)) throw new TypeError("a bytea parameter must be a Uint8Array");
  return `\\x${Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("hex")}`;
}

/** Reads `bytea` in PostgreSQL's hexadecimal form. */
export function parseBytes(text: string): Uint8Array {
  const bytes = Buffer.from(text.slice(2), "hex");
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function writeJson(value: unknown): string {
  return isTextParameter(value) ? value[JSON_TEXT] : JSON.stringify(value);
}

function isTextParameter(value: unknown): value is TextParameter {
  return typeof value === "object" && value !== null && JSON_TEXT in value;
}

function writeInstant(value: unknown): string {
  return (value instanceof Date ? value : new Date(String(value))).toISOString();
}

function parseInstant(text: string): Date {
  return new Date(text);
}
