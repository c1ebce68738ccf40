/** How much work, by the average duration of a step, lies ahead in one slot of a process. */
const AHEAD_MS = 25;
/** Steps that take longer than this are not claimed before a slot is free: another worker may have one. */
const SLOW_MS = 500;
/** The lightest step: this many of them lie ahead for one slot. */
const MAX_AHEAD = 128;
/** How quickly the averages follow. */
const ASSET_RATE = 0.2;
const OVERALL_RATE = 0.05;
/** Assets that are remembered: a worker sees assets come and go. */
const ASSET_LIMIT = 4_096;

/**
 * How long the steps of each asset take, and so how many of them may lie ahead: quick ones by the hundred, so that their
 * processes never wait for the next, slow ones none, so that they are free for other workers and a stop finds few.
 */
export class StepPace {
  readonly #assets = new Map<number, number>();
  #overallMs = AHEAD_MS;

  /** Takes the duration of a step that has ended. */
  learn(assetId: number, durationMs: number): void {
    const before = this.#assets.get(assetId) ?? AHEAD_MS;
    this.#assets.delete(assetId);
    this.#assets.set(assetId, before + (durationMs - before) * ASSET_RATE);
    const [oldest] = this.#assets.keys();
    if (this.#assets.size > ASSET_LIMIT && oldest !== undefined) this.#assets.delete(oldest);
    this.#overallMs += (durationMs - this.#overallMs) * OVERALL_RATE;
  }

  /** The part of a slot that one step of an asset keeps busy, at most 1. An asset that was never seen counts as 1. */
  weightOf(assetId: number): number {
    return weigh(this.#assets.get(assetId) ?? AHEAD_MS);
  }

  /** The part of a worker's appetite, two for each slot, that one step of an asset takes up. */
  holdingWeightOf(assetId: number): number {
    return weighHeld(this.#assets.get(assetId) ?? AHEAD_MS);
  }

  /** The same for a step of which nothing is known yet, not even its asset. */
  get expectedHoldingWeight(): number {
    return weighHeld(this.#overallMs);
  }
}

function weigh(durationMs: number): number {
  return Math.min(1, Math.max(1 / MAX_AHEAD, durationMs / AHEAD_MS));
}

function weighHeld(durationMs: number): number {
  return durationMs >= SLOW_MS ? 2 : weigh(durationMs);
}
