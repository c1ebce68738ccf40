/** A part of a file that was read. */
export interface HeldPart {
  readonly start: number;
  readonly bytes: Uint8Array;
}

/** Stands for a file of which only some parts are in memory. */
export interface HeldBlob extends Blob {
  /** Replaces the parts that are there besides the end of the file. */
  hold(parts: readonly HeldPart[]): void;
}

/**
 * The asynchronous reader of `parquet-wasm` asks a `Blob` for parts of a file, and ends the process when that fails. So
 * all that it will ask for is read before, with the errors of the store, and this gives it from memory.
 */
export function heldBlob(size: number, end: HeldPart): HeldBlob {
  let parts: readonly HeldPart[] = [end];
  const held = {
    size,
    slice: (from: number, to: number) => ({
      size: to - from,
      // Never fails: what is not there stays zero, and lies between the parts that are asked for.
      arrayBuffer: async (): Promise<ArrayBuffer> => cut(parts, from, to),
    }),
    hold(added: readonly HeldPart[]): void {
      parts = [end, ...added];
    },
  };
  // The reader calls `size`, `slice` and `arrayBuffer`, and nothing else of a Blob.
  return held as unknown as HeldBlob;
}

function cut(parts: readonly HeldPart[], from: number, to: number): ArrayBuffer {
  const whole = parts.find(({ start, bytes }) => start <= from && to <= start + bytes.length);
  // Memory that is filled with zeros first takes longer.
  if (whole !== undefined) return new Uint8Array(whole.bytes.subarray(from - whole.start, to - whole.start)).buffer;
  const content = new Uint8Array(to - from);
  for (const { start, bytes } of parts) {
    const [first, last] = [Math.max(from, start), Math.min(to, start + bytes.length)];
    if (first < last) content.set(bytes.subarray(first - start, last - start), first - from);
  }
  return content.buffer;
}
