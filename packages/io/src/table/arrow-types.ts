import { assertNever } from "@heddle/core/internal";
import type { Data, DataType, Field, Schema } from "apache-arrow";
import type { ColumnBuffers } from "./cells.ts";
import type { ColumnType } from "./column.ts";
import type { Arrow } from "./load-arrow.ts";
import { columnsOf, type TableSchema } from "./schema.ts";

/** The Arrow schema of a table's declared columns. */
export function arrowSchema(arrow: Arrow, schema: TableSchema): Schema {
  return new arrow.Schema(
    columnsOf(schema).map(({ name, column }) =>
      arrow.Field.new(name, arrowType(arrow, column.type), column.isNullable),
    ),
  );
}

/** The Arrow type of a column. */
function arrowType(arrow: Arrow, type: ColumnType): DataType {
  switch (type.kind) {
    case "bool":
      return new arrow.Bool();
    case "int32":
      return new arrow.Int32();
    case "int64":
      return new arrow.Int64();
    case "float64":
      return new arrow.Float64();
    case "utf8":
    case "json":
      return new arrow.Utf8();
    case "date":
      return new arrow.DateDay();
    case "timestamp":
      return new arrow.TimestampMillisecond("UTC");
    case "list":
      return new arrow.List(arrow.Field.new("item", arrowType(arrow, type.item), type.hasNullItems));
    default:
      return assertNever(type);
  }
}

/** A record batch from the buffers of its columns. */
export function recordBatch(arrow: Arrow, schema: Schema, columns: readonly ColumnBuffers[]) {
  const children = schema.fields.map((field, index) => {
    const buffers = columns[index];
    if (buffers === undefined) throw new RangeError(`no buffers for column ${field.name}`);
    return arrowData(arrow, field, buffers);
  });
  const length = columns[0]?.length ?? 0;
  const data = arrow.makeData({ type: new arrow.Struct(schema.fields), length, nullCount: 0, children });
  return new arrow.RecordBatch(schema, data);
}

/** The cells of one column from their buffers. */
export function arrowData(arrow: Arrow, field: Field, buffers: ColumnBuffers): Data {
  const { length, nullCount, nullBitmap, values, offsets, items } = buffers;
  const itemField: Field | undefined = field.type.children?.[0];
  const children = items === undefined || itemField === undefined ? [] : [arrowData(arrow, itemField, items)];
  // Which buffers there are follows from the type at run time; the compiler wants to know it beforehand.
  const parts = { 0: offsets, 1: values, 2: nullBitmap } as never;
  return new arrow.Data(field.type, 0, length, nullCount, parts, children);
}
