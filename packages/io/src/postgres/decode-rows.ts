import { rowBuilder } from "../table/row-builder.ts";
import { schemaMismatch } from "../table/schema-mismatch.ts";
import type { NamedColumn } from "../table/schema.ts";
import { HEADER_BYTES, type ResultColumn } from "./messages.ts";
import { pgType } from "./pg-types.ts";
import { cellReader } from "./read-cells.ts";
import type { RowReader } from "./session.ts";

/** Rows that arrive, whose first column is their number. */
export interface ArrivingRows extends RowReader {
  /** All of them, in the order in which they were written. */
  readonly finish: () => object[];
}

/** So many rows are gathered column by column before they become objects. */
const SLICE_ROWS = 1024;

/** Makes rows with these columns of a result that has the row's number and then the columns, in binary. */
export function arrivingRows(columns: readonly NamedColumn[]): ArrivingRows {
  const appendRows = rowBuilder(columns.map(({ name }) => name));
  const readers = columns.map(({ column }) => cellReader(column.type));
  const slices = columns.map((): unknown[] => []);
  const rows: object[] = [];
  const numbers: number[] = [];
  let [gathered, last, isInOrder] = [0, -1, true];

  const flush = (): void => {
    appendRows(rows, slices, gathered);
    gathered = 0;
  };

  return {
    columns: (found) => assertTypes(found, columns),
    row(buffer, at) {
      // The number of columns (2), then each cell with its length (4) before it; the first is the row's number.
      const number = buffer.readInt32BE(at + HEADER_BYTES + 6);
      if (number < last) isInOrder = false;
      last = number;
      numbers.push(number);
      let position = at + HEADER_BYTES + 10;
      for (let index = 0; index < readers.length; index += 1) {
        const length = buffer.readInt32BE(position);
        position += 4;
        const slice = slices[index];
        const read = readers[index];
        if (slice === undefined || read === undefined) continue;
        if (length < 0) {
          slice[gathered] = null;
        } else {
          slice[gathered] = read(buffer, position, length);
          position += length;
        }
      }
      gathered += 1;
      if (gathered === SLICE_ROWS) flush();
    },
    finish() {
      flush();
      return isInOrder ? rows : inOrder(rows, numbers);
    },
  };
}

/** Rows come as they lie; after others were removed, new ones may lie in between. */
function inOrder(rows: readonly object[], numbers: readonly number[]): object[] {
  const order = Uint32Array.from(numbers.keys()).sort((a, b) => (numbers[a] ?? 0) - (numbers[b] ?? 0));
  return Array.from(order, (at) => rows[at] ?? {});
}

/** A column that somebody gave another type would be read as something else. */
function assertTypes(found: readonly ResultColumn[], columns: readonly NamedColumn[]): void {
  for (const [index, { name, column }] of columns.entries()) {
    const expected = pgType(column.type);
    if (found[index + 1]?.typeId === expected.id) continue;
    throw schemaMismatch(name, `it is no ${expected.name} in the table any more: it was altered by hand`);
  }
}
