import { HeddleError } from "@heddle/core";
import { bool, date, float64, int32, int64, list, timestamp, utf8, type Column } from "./table/column.ts";
import { table, type TableSchema } from "./table/schema.ts";

/** What is looked at of a schema of zod 4. */
interface ZodSchema<TOutput = unknown> {
  readonly _zod: { readonly def: { readonly type: string }; readonly output: TOutput };
}

/** What is looked at of an object schema of zod 4. */
interface ZodObject<TShape extends Readonly<Record<string, ZodSchema>>> {
  readonly shape: TShape;
}

/**
 * Declares a table by an object schema of zod 4: for schemas that are there already. A table checks the types of cells
 * and nothing else, so a schema that asks for more (lengths, ranges, formats, enums, transforms) is refused: declare the
 * plain type, and ask for the rest in an asset check, or parse rows before they are returned.
 *
 * | zod                                              | column                         |
 * | ------------------------------------------------ | ------------------------------ |
 * | `z.string()`, `z.iso.date()`                     | `utf8()`, `date()`             |
 * | `z.number()`, `z.float64()`, `z.int32()`         | `float64()`, `float64()`, `int32()` |
 * | `z.bigint()`, `z.int64()`                        | `int64()`                      |
 * | `z.boolean()`, `z.date()`                        | `bool()`, `timestamp()`        |
 * | `z.array(…)` of these, each `.nullable()` or not | `list(…)`, `.nullable()`       |
 *
 * @example
 * const weather = zodTable(z.object({ day: z.iso.date(), tempMax: z.number().nullable() }));
 * asset({ key: "weather/raw", io: parquet({ schema: weather }), materialize: () => fetchRows() });
 *
 * @throws IO_SCHEMA_INVALID
 */
export function zodTable<const TShape extends Readonly<Record<string, ZodSchema>>>(
  schema: ZodObject<TShape>,
): TableSchema<{ readonly [TName in keyof TShape]: Column<TShape[TName]["_zod"]["output"]> }> {
  const columns = Object.entries(schema.shape).map(([name, cell]) => [name, columnOf(name, cell)] as const);
  // Each column was made from the schema under its name.
  return table(
    Object.fromEntries(columns) as { readonly [TName in keyof TShape]: Column<TShape[TName]["_zod"]["output"]> },
  );
}

/** The parts of a definition that decide about the column. */
interface ZodDefinition {
  readonly type: string;
  readonly format?: unknown;
  readonly checks?: readonly unknown[];
  readonly innerType?: ZodSchema;
  readonly element?: ZodSchema;
  readonly coerce?: unknown;
}

const COLUMNS: Readonly<Record<string, () => Column>> = {
  string: utf8,
  "string date": date,
  number: float64,
  "number float64": float64,
  "number int32": int32,
  bigint: int64,
  "bigint int64": int64,
  boolean: bool,
  date: timestamp,
};

function columnOf(name: string, schema: ZodSchema): Column {
  const { type, format, checks = [], innerType, element, coerce }: ZodDefinition = schema._zod.def;
  if (type === "nullable" && innerType !== undefined) return columnOf(name, innerType).nullable();
  if (checks.length > 0) throw notAColumn(name, `${type} with further conditions`);
  if (coerce === true) throw notAColumn(name, `${type} that is made of other values`);
  if (type === "array" && element !== undefined) return list(columnOf(name, element));
  const make = COLUMNS[typeof format === "string" ? `${type} ${format}` : type];
  if (make === undefined) throw notAColumn(name, typeof format === "string" ? `${type} of the format ${format}` : type);
  return make();
}

function notAColumn(name: string, what: string): HeddleError {
  return new HeddleError("IO_SCHEMA_INVALID", `column ${JSON.stringify(name)}: no column of a table is zod's ${what}`, {
    hint: "Declare the plain type, such as z.string(), or z.int32() for whole numbers, and check the rest in an asset check; or declare the columns with table({ … }), where json() takes any JSON.",
    details: { column: name },
  });
}
