/** Ends the encoding of a column with an error about one cell. */
type RefuseCell = (index: number, problem: string) => never;

/** The cells of one column, for as many rows as `length` says. */
export interface Cells {
  /** May be longer than `length`: the array is used again for the next rows. */
  readonly values: readonly unknown[];
  readonly length: number;
  readonly nullCount: number;
  readonly refuse: RefuseCell;
}

/** The buffers of a column in Arrow's layout. */
export interface ColumnBuffers {
  readonly length: number;
  readonly nullCount: number;
  /** A bit for each cell that has a value; absent when all have. */
  readonly nullBitmap: Uint8Array | undefined;
  readonly values?: Uint8Array | Int32Array | BigInt64Array | Float64Array;
  /** Where each text or list begins, and where the last one ends. */
  readonly offsets?: Int32Array;
  /** The items of lists. */
  readonly items?: ColumnBuffers;
}
