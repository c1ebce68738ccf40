import { HeddleError } from "@heddle/core";
import { encodeFooter, PARQUET_MAGIC, readFooter, structAt, structs, withValues } from "./file-footer.ts";
import type { ThriftStruct, ThriftValue } from "./thrift-compact.ts";

/** Makes one Parquet file of many, row group by row group: the row groups as they are, and one footer for all. */
export interface RowGroupJoiner {
  /** Takes a file of the same columns and gives what comes next of the joined one. */
  append(file: Uint8Array): Uint8Array[];
  /** The rest of the joined file, of which at least one file must have been taken. */
  finish(): Uint8Array;
}

/** Parquet numbers row groups with 16 bits. */
const MAX_ROW_GROUPS = 32_767;

/**
 * Joins the files of a writer that holds one row group at a time: memory then does not grow with the table. The pages'
 * own index is left out, as it names places in the file; what skips row groups reads the footer.
 */
export function joinRowGroups(): RowGroupJoiner {
  let first: ThriftStruct | undefined;
  let offset = 0;
  let rows = 0n;
  const rowGroups: ThriftStruct[] = [];
  return {
    append(file) {
      const pieces: Uint8Array[] = [];
      if (first === undefined) {
        pieces.push(PARQUET_MAGIC);
        offset = PARQUET_MAGIC.length;
      }
      const footer = readFooter(file);
      first ??= footer.struct;
      const shift = offset - PARQUET_MAGIC.length;
      for (const group of structs(footer.struct, 4)) {
        rowGroups.push(moveRowGroup(group, { shift, ordinal: rowGroups.length }));
      }
      if (rowGroups.length > MAX_ROW_GROUPS) throw tooManyRowGroups();
      rows += BigInt(footer.rows);
      const end = Math.max(PARQUET_MAGIC.length, ...footer.rowGroups.flatMap(({ chunks }) => chunks.map((c) => c.end)));
      pieces.push(file.subarray(PARQUET_MAGIC.length, end));
      offset += end - PARQUET_MAGIC.length;
      return pieces;
    },
    finish() {
      if (first === undefined) throw new RangeError("no file was taken");
      return encodeFooter(withValues(first, { 3: rows, 4: { itemType: STRUCT_TYPE, items: rowGroups } }));
    },
  };
}

const STRUCT_TYPE = 12;

function moveRowGroup(group: ThriftStruct, { shift, ordinal }: { shift: number; ordinal: number }): ThriftStruct {
  const columns = structs(group, 1).map((column) => moveColumn(column, shift));
  return withValues(group, {
    1: { itemType: STRUCT_TYPE, items: columns },
    ...movedOffsets(group, [5], shift),
    7: ordinal,
  });
}

/** Fields 4 to 7 name the index of the pages, fields 14 and 15 of the metadata a filter: the writer makes no filter. */
function moveColumn(column: ThriftStruct, shift: number): ThriftStruct {
  const meta = structAt(column, 3);
  const moved = withValues(column, {
    ...movedOffsets(column, [2], shift),
    3: withValues(meta, movedOffsets(meta, [9, 10, 11], shift)),
  });
  return new Map([...moved].filter(([id]) => id < 4 || id > 7));
}

function movedOffsets(struct: ThriftStruct, ids: readonly number[], shift: number): Record<number, ThriftValue> {
  const moved: Record<number, ThriftValue> = {};
  for (const id of ids) {
    const value = struct.get(id)?.value;
    // 0 stands for "not there".
    if (typeof value === "bigint" && value > 0n) moved[id] = value + BigInt(shift);
  }
  return moved;
}

function tooManyRowGroups(): HeddleError {
  return new HeddleError("IO_VALUE_NOT_STORABLE", `the table has more than ${MAX_ROW_GROUPS} row groups`, {
    hint: "Give more rows to each: parquet({ rowGroupRows }); or make smaller partitions.",
  });
}
