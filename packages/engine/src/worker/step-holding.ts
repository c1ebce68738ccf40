import type { StepPace } from "./step-pace.ts";

/** What a worker can take on. */
export interface Appetite {
  /** Steps at most; 0 when it has enough. */
  readonly capacity: number;
  /** Most steps of one asset. */
  readonly perAsset: (assetId: number) => number;
}

/** Counts the steps that a worker has claimed and not settled, by asset, and knows how many more it wants. */
export class StepHolding {
  readonly #slots: number;
  readonly #pace: StepPace;
  readonly #counts = new Map<number, number>();
  #size = 0;

  constructor(slots: number, pace: StepPace) {
    this.#slots = slots;
    this.#pace = pace;
  }

  /** Steps that are held. */
  get size(): number {
    return this.#size;
  }

  add(assetId: number, count: number): void {
    this.#size += count;
    this.#counts.set(assetId, (this.#counts.get(assetId) ?? 0) + count);
  }

  remove(assetId: number, count = 1): void {
    const left = (this.#counts.get(assetId) ?? 0) - count;
    this.#size -= count;
    if (left > 0) this.#counts.set(assetId, left);
    else this.#counts.delete(assetId);
  }

  /** Enough to stay busy, and not a handful at a time while there is plenty. */
  get appetite(): Appetite {
    let busy = 0;
    let held = 0;
    for (const [assetId, count] of this.#counts) {
      busy += count * this.#pace.weightOf(assetId);
      held += count * this.#pace.holdingWeightOf(assetId);
    }
    const room = busy < this.#slots ? this.#slots * 2 - held : 0;
    return {
      capacity: room <= 0 ? 0 : Math.max(1, Math.floor(room / this.#pace.expectedHoldingWeight)),
      perAsset: (assetId) => Math.max(1, Math.floor(room / this.#pace.holdingWeightOf(assetId))),
    };
  }
}
