import { HeddleError } from "@heddle/core";
import { describeValue } from "../describe-value.ts";

/** What has been seen in one column of rows whose columns nobody declared. */
type SeenType = "BOOLEAN" | "DOUBLE" | "BIGINT" | "VARCHAR" | "TIMESTAMP WITH TIME ZONE" | "JSON" | ListType;
type ListType = `${"BOOLEAN" | "DOUBLE" | "BIGINT" | "VARCHAR" | "TIMESTAMP WITH TIME ZONE"}[]`;

/**
 * Finds out the columns of rows that nobody declared, from the rows: `string` is VARCHAR, `number` DOUBLE, `boolean`
 * BOOLEAN, `bigint` BIGINT, `Date` TIMESTAMP WITH TIME ZONE, and a list of one of them a list. Everything else, and a
 * column that holds several of them, is JSON. So the type of a column follows from the type of the property, and a whole
 * number does not make another column than a fraction.
 */
export class ValueTypes {
  readonly #seen = new Map<string, SeenType | null>();

  /** Column and type, in the order in which they were seen first. */
  get columns(): readonly (readonly [name: string, type: string])[] {
    return [...this.#seen].map(([name, type]) => [name, type ?? "VARCHAR"]);
  }

  /** @throws SQL_INPUT_UNREADABLE when it is no row */
  see(row: unknown, index: number): void {
    if (typeof row !== "object" || row === null || Array.isArray(row) || row instanceof Date) {
      throw new HeddleError("SQL_INPUT_UNREADABLE", `row ${index} is ${describeValue(row)}, and should be an object`, {
        hint: "SQL reads lists of objects whose properties are the columns.",
      });
    }
    for (const [name, value] of Object.entries(row)) {
      const before = this.#seen.get(name);
      if (value === null || value === undefined) {
        if (before === undefined) this.#seen.set(name, null);
        continue;
      }
      const type = typeOf(value);
      if (before === type || before === "JSON") continue;
      this.#seen.set(name, before === undefined || before === null ? type : join(before, type));
    }
  }
}

function join(a: SeenType, b: SeenType): SeenType {
  // A list without items is a list of anything.
  if (a === "VARCHAR[]" && b.endsWith("[]")) return b;
  if (b === "VARCHAR[]" && a.endsWith("[]")) return a;
  return "JSON";
}

function typeOf(value: unknown): SeenType {
  const scalar = scalarType(value);
  if (scalar !== null) return scalar;
  if (!Array.isArray(value)) return "JSON";
  let item: ReturnType<typeof scalarType> = null;
  for (const each of value) {
    if (each === null) continue;
    const type = scalarType(each);
    if (type === null || (item !== null && item !== type)) return "JSON";
    item = type;
  }
  return `${item ?? "VARCHAR"}[]`;
}

function scalarType(value: unknown): "BOOLEAN" | "DOUBLE" | "BIGINT" | "VARCHAR" | "TIMESTAMP WITH TIME ZONE" | null {
  switch (typeof value) {
    case "boolean":
      return "BOOLEAN";
    case "number":
      return "DOUBLE";
    case "bigint":
      return "BIGINT";
    case "string":
      return "VARCHAR";
    default:
      return value instanceof Date ? "TIMESTAMP WITH TIME ZONE" : null;
  }
}
