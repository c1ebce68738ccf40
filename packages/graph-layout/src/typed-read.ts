/*
 * Reads of typed arrays. The compiler takes every indexed read for possibly undefined; the loops of a layout read only
 * what they have sized themselves, and a check of each of some ten million reads would cost more than the layout.
 * One function for each element type keeps the engine's type feedback monomorphic.
 */

/** Element `index` of an integer array; the caller answers for the bounds. */
export function int(values: Int32Array, index: number): number {
  return values[index] as number; // in bounds, see above
}

/** Element `index` of a float array; the caller answers for the bounds. */
export function num(values: Float64Array, index: number): number {
  return values[index] as number; // in bounds, see above
}

/** Element `index` of an array of strings; the caller answers for the bounds. */
export function text(values: readonly string[], index: number): string {
  return values[index] as string; // in bounds, see above
}
