import type { RecordBatch } from "apache-arrow";

const RECORD_BATCHES = Symbol.for("heddle.record-batches");

/** Record batches that stand for the rows, or the table, that an asset is declared to make. */
export interface RecordBatches extends AsyncIterable<RecordBatch> {
  readonly [RECORD_BATCHES]: true;
}

/**
 * Marks record batches as what an I/O manager of rows or of tables may take as well: what makes columns need not make
 * rows of them only because consumers get rows.
 */
export function recordBatches(batches: AsyncIterable<RecordBatch>): RecordBatches {
  return { [RECORD_BATCHES]: true, [Symbol.asyncIterator]: () => batches[Symbol.asyncIterator]() };
}

/** Says whether a value was made by {@link recordBatches}. */
export function isRecordBatches(value: unknown): value is RecordBatches {
  return typeof value === "object" && value !== null && RECORD_BATCHES in value;
}
