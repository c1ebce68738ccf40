import { num } from "./typed-read.ts";

/**
 * Replaces `values[0 … length)` by the nondecreasing sequence that lies nearest in weighted least squares, by pooling
 * adjacent violators: O(length). Weights must be positive. One instance reuses its scratch arrays.
 */
export class IsotonicFit {
  #mean = new Float64Array(0);
  #weight = new Float64Array(0);
  #size = new Float64Array(0);

  fit(values: Float64Array, weights: Float64Array, length: number): void {
    if (this.#mean.length < length) {
      this.#mean = new Float64Array(length);
      this.#weight = new Float64Array(length);
      this.#size = new Float64Array(length);
    }
    let blocks = 0;
    for (let i = 0; i < length; i++) {
      let mean = num(values, i);
      let weight = num(weights, i);
      let size = 1;
      while (blocks > 0 && num(this.#mean, blocks - 1) >= mean) {
        blocks--;
        const pooled = num(this.#weight, blocks) + weight;
        mean = (num(this.#mean, blocks) * num(this.#weight, blocks) + mean * weight) / pooled;
        weight = pooled;
        size += num(this.#size, blocks);
      }
      this.#mean[blocks] = mean;
      this.#weight[blocks] = weight;
      this.#size[blocks] = size;
      blocks++;
    }
    let at = 0;
    for (let b = 0; b < blocks; b++) {
      const end = at + num(this.#size, b);
      values.fill(num(this.#mean, b), at, end);
      at = end;
    }
  }
}
