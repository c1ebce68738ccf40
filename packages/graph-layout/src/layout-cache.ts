import type { LayeredLayout } from "./layered-layout.ts";
import { OrderMemory } from "./order-memory.ts";

/** For how many layouts a group's layout is kept after it was last used. */
const KEPT_LAYOUTS = 2;

/**
 * Layouts of groups by content. It keeps what the last two layouts used, so that a code reload lays out again only the
 * groups that changed, and going back to an earlier filter costs nothing.
 */
export class LayoutCache {
  /** Orders of layers; those of the groups' graph, which is the largest of all and the same whenever only sizes change. */
  readonly orders = new OrderMemory();
  /** Names of the last graph in their order: those of the next are mostly the same. */
  names: readonly string[] = [];
  readonly #known = new Map<string, { readonly layout: LayeredLayout; usedIn: number }>();
  #layoutNumber = 0;

  /** Begins a layout: what none of the last two asked for is forgotten. */
  turn(): void {
    this.#layoutNumber++;
    for (const [hash, entry] of this.#known) {
      if (entry.usedIn < this.#layoutNumber - KEPT_LAYOUTS) this.#known.delete(hash);
    }
  }

  get(hash: string): LayeredLayout | undefined {
    const entry = this.#known.get(hash);
    if (entry !== undefined) entry.usedIn = this.#layoutNumber;
    return entry?.layout;
  }

  set(hash: string, layout: LayeredLayout): void {
    this.#known.set(hash, { layout, usedIn: this.#layoutNumber });
  }
}
