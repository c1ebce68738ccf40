import type { RunPlan } from "@heddle/core/internal";

/** Where confirmed plans are kept, so that a launch of a changed one can say what changed. */
export interface PlanMemory {
  remember(hash: string, plan: RunPlan): void;
  /** `undefined` when it was never there, or was given up for newer ones. */
  recall(hash: string): RunPlan | undefined;
}

/** Plans that are remembered. */
const MAX_PLANS = 50;
/** Bounds of ranges that all remembered plans hold together. */
const MAX_BOUNDS = 2_000_000;

/** The newest plans that were previewed, by their hash. What is forgotten costs the difference and nothing else. */
export class PreviewMemory implements PlanMemory {
  readonly #plans = new Map<string, { readonly plan: RunPlan; readonly bounds: number }>();
  #bounds = 0;

  remember(hash: string, plan: RunPlan): void {
    this.#forget(hash);
    const bounds = plan.assets.reduce((sum, { partitions }) => sum + partitions.length, 0);
    // Keys of dynamic partitions can be many, and no difference is told by them.
    this.#plans.set(hash, { plan: { ...plan, dynamicKeys: {}, warnings: [] }, bounds });
    this.#bounds += bounds;
    for (const oldest of this.#plans.keys()) {
      if (this.#plans.size <= MAX_PLANS && this.#bounds <= MAX_BOUNDS) break;
      this.#forget(oldest);
    }
  }

  recall(hash: string): RunPlan | undefined {
    return this.#plans.get(hash)?.plan;
  }

  #forget(hash: string): void {
    const known = this.#plans.get(hash);
    if (known === undefined) return;
    this.#plans.delete(hash);
    this.#bounds -= known.bounds;
  }
}
