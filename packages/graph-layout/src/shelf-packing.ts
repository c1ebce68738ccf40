import { num } from "./typed-read.ts";

/** Boxes to put on shelves, in their order. */
export interface ShelfInput {
  readonly width: Float64Array;
  readonly height: Float64Array;
  readonly gap: number;
  /** A shelf ends where the next box would pass this width; a wider box gets a shelf of its own. */
  readonly maxWidth: number;
}

/** Top left corner of each box, and the size of the whole. */
export interface ShelfLayout {
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly width: number;
  readonly height: number;
}

/** Places boxes from left to right, shelf under shelf. Boxes of one size make a grid. */
export function packShelves({ width, height, gap, maxWidth }: ShelfInput): ShelfLayout {
  const x = new Float64Array(width.length);
  const y = new Float64Array(width.length);
  let left = 0;
  let top = 0;
  let shelf = 0;
  let widest = 0;
  for (let i = 0; i < width.length; i++) {
    if (left > 0 && left + num(width, i) > maxWidth) {
      top += shelf + gap;
      left = 0;
      shelf = 0;
    }
    x[i] = left;
    y[i] = top;
    shelf = Math.max(shelf, num(height, i));
    widest = Math.max(widest, left + num(width, i));
    left += num(width, i) + gap;
  }
  return { x, y, width: widest, height: top + shelf };
}
