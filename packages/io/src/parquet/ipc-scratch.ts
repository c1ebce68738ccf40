import type { RecordBatch, Schema } from "apache-arrow";
import type { Arrow } from "../table/load-arrow.ts";

/** Longer memory is not kept. */
const MAX_KEPT_BYTES = 32 * 1024 * 1024;

let scratch = new Uint8Array();

/**
 * Record batches as an Arrow IPC stream, in memory that is used again: the bytes hold until the next call. Memory that is
 * new for each row group costs more time than what is written into it.
 */
export function ipcStreamOf(arrow: Arrow, schema: Schema, batches: readonly RecordBatch[]): Uint8Array {
  const pieces: ArrayBufferView[] = [];
  let bytes = 0;
  class PieceWriter extends arrow.RecordBatchStreamWriter {
    protected override _write(piece: ArrayBufferView): this {
      pieces.push(piece);
      bytes += piece.byteLength;
      this._position += piece.byteLength;
      return this;
    }
  }
  const writer = new PieceWriter();
  writer.reset(undefined, schema);
  for (const batch of batches) writer.write(batch);
  writer.finish();
  const target = bytes <= scratch.length ? scratch : new Uint8Array(bytes);
  let filled = 0;
  for (const { buffer, byteOffset, byteLength } of pieces) {
    target.set(new Uint8Array(buffer, byteOffset, byteLength), filled);
    filled += byteLength;
  }
  if (target.length <= MAX_KEPT_BYTES) scratch = target;
  return target.subarray(0, bytes);
}
