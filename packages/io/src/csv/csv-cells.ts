import { HeddleError } from "@heddle/core";
import { parseJson } from "@heddle/core/internal";
import { describeValue } from "../describe-value.ts";
import { parseDay } from "../table/calendar-day.ts";
import type { Column, ScalarType } from "../table/column.ts";

/** How the text of a field becomes a cell. */
export interface CellFormat {
  /** Texts without quotes that stand for no value. */
  readonly nulls: ReadonlySet<string>;
  /** Instants without a zone are UTC; they are refused otherwise. */
  readonly assumeUtc: boolean;
}

/** What is wrong with a field, for a message. */
export class FieldProblem {
  readonly message: string;

  constructor(message: string) {
    this.message = message;
  }
}

/** Turns the text of a field into a cell, or says why it cannot be one. */
export type ReadCell = (text: string, isQuoted: boolean) => unknown;

/** Makes the function that reads the fields of one column. @throws IO_SCHEMA_INVALID for a column of lists */
export function cellReader({ type, isNullable }: Column, name: string, format: CellFormat): ReadCell {
  if (type.kind === "list") {
    throw new HeddleError("IO_SCHEMA_INVALID", `column ${JSON.stringify(name)}: a field of a CSV file is no list`, {
      hint: "Declare it as json() when it holds JSON, else as utf8().",
    });
  }
  const { nulls } = format;
  const parse = parser(type.kind, format);
  const isText = type.kind === "utf8";
  return (text, isQuoted) => {
    if (!isQuoted && nulls.has(text)) {
      if (isNullable) return null;
      // A text may be empty; nothing else may.
      return isText && text === "" ? "" : new FieldProblem("has no value, and the column is not nullable");
    }
    const cell = parse(text);
    return cell === undefined ? new FieldProblem(`${describeValue(text)} is no ${NOUNS[type.kind]}`) : cell;
  };
}

const NOUNS: Readonly<Record<ScalarType["kind"], string>> = {
  bool: "boolean (true, false, 1 or 0)",
  int32: "whole number of 32 bits",
  int64: "whole number of 64 bits",
  float64: "number",
  utf8: "text",
  date: "day (such as 2012-01-31)",
  timestamp: "instant with a time zone (such as 2012-01-31T10:00:00Z)",
  json: "JSON",
};

/** Gives the cell, or `undefined` when the text is none. */
type Parse = (text: string) => unknown;

function parser(kind: ScalarType["kind"], { assumeUtc }: CellFormat): Parse {
  switch (kind) {
    case "utf8":
      return (text) => text;
    case "bool":
      return parseBoolean;
    case "int32":
      return parseInt32;
    case "int64":
      return parseInt64;
    case "float64":
      return parseFloat64;
    case "date":
      return (text) => (parseDay(text) === undefined ? undefined : text);
    case "timestamp":
      return (text) => parseInstant(text, assumeUtc);
    case "json":
      return parseJsonCell;
  }
}

function parseBoolean(text: string): boolean | undefined {
  switch (text.toLowerCase()) {
    case "true":
    case "1":
      return true;
    case "false":
    case "0":
      return false;
    default:
      return undefined;
  }
}

const INTEGER = /^[+-]?\d{1,19}$/;

function parseInt32(text: string): number | undefined {
  if (!INTEGER.test(text)) return undefined;
  const value = Number(text);
  // Not the zero with a sign.
  return value >= -2_147_483_648 && value <= 2_147_483_647 ? value + 0 : undefined;
}

const INT64_LIMIT = 2n ** 63n;

function parseInt64(text: string): bigint | undefined {
  if (!INTEGER.test(text)) return undefined;
  const value = BigInt(text.startsWith("+") ? text.slice(1) : text);
  return value >= -INT64_LIMIT && value < INT64_LIMIT ? value : undefined;
}

const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const SPECIAL: Readonly<Record<string, number>> = { NaN: Number.NaN, Infinity, "-Infinity": -Infinity };

function parseFloat64(text: string): number | undefined {
  if (DECIMAL.test(text)) return Number(text);
  return Object.hasOwn(SPECIAL, text) ? SPECIAL[text] : undefined;
}

const INSTANT = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?) ?(Z|z|[+-]\d{2}(?::?\d{2})?)?$/;

function parseInstant(text: string, assumeUtc: boolean): Date | undefined {
  const [, day, time, zone = assumeUtc ? "Z" : undefined] = INSTANT.exec(text) ?? [];
  if (day === undefined || time === undefined || zone === undefined || parseDay(day) === undefined) return undefined;
  const offset = /^([+-]\d{2}):?(\d{2})?$/.exec(zone);
  const instant = new Date(`${day}T${time}${offset === null ? "Z" : `${offset[1]}:${offset[2] ?? "00"}`}`);
  return Number.isNaN(instant.getTime()) ? undefined : instant;
}

function parseJsonCell(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    // What is wrong with it is said with the text.
    return undefined;
  }
}
