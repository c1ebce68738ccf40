import type { PlannedAsset } from "../contract.ts";

/** Previews that are remembered, so that a launch of a changed plan can say what changed. */
const MAX_PREVIEWS = 50;
/** Bounds of ranges that all remembered previews hold together. */
const MAX_BOUNDS = 2_000_000;

/** The newest previews by their hash. What is forgotten costs the difference and nothing else. */
export class PreviewMemory {
  readonly #previews = new Map<string, { readonly assets: readonly PlannedAsset[]; readonly bounds: number }>();
  #bounds = 0;

  remember(hash: string, assets: readonly PlannedAsset[]): void {
    this.#forget(hash);
    const bounds = assets.reduce((sum, { partitions }) => sum + partitions.length, 0);
    this.#previews.set(hash, { assets, bounds });
    this.#bounds += bounds;
    for (const oldest of this.#previews.keys()) {
      if (this.#previews.size <= MAX_PREVIEWS && this.#bounds <= MAX_BOUNDS) break;
      this.#forget(oldest);
    }
  }

  recall(hash: string): readonly PlannedAsset[] | undefined {
    return this.#previews.get(hash)?.assets;
  }

  #forget(hash: string): void {
    const preview = this.#previews.get(hash);
    if (preview === undefined) return;
    this.#previews.delete(hash);
    this.#bounds -= preview.bounds;
  }
}
