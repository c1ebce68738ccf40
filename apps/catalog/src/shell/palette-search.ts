import uFuzzy from "@leeoniya/ufuzzy";
import type { CatalogIndex } from "../data/catalog-index.ts";
import { PLACES, type PlacePath } from "./places.ts";
import { measureTiming } from "../timings.ts";

/** Something that the palette can open. */
export type PaletteEntry =
  | { readonly kind: "asset"; readonly row: number; readonly label: string }
  | { readonly kind: "group"; readonly label: string }
  | { readonly kind: "run"; readonly runId: number; readonly label: string }
  | { readonly kind: "page"; readonly to: PlacePath; readonly label: string };

/** Entries shown at most. */
const LIMIT = 50;

/** Above this many matches uFuzzy only filters and does not rank. */
const RANK_LIMIT = 5_000;

const PAGES: readonly PaletteEntry[] = PLACES.map(({ to, label }) => ({ kind: "page", to, label }));

/** Finds entries by fuzzy text; 10,000 assets take a few milliseconds. One instance for each version of the definitions. */
export class PaletteSearch {
  readonly #index: CatalogIndex | null;
  readonly #fuzzy = new uFuzzy({ intraMode: 1 });

  constructor(index: CatalogIndex | null) {
    this.#index = index;
  }

  /** The best entries for a text; pages and the first assets for none. */
  find(text: string): readonly PaletteEntry[] {
    const needle = text.trim();
    const run = /^#?(\d{1,15})$/u.exec(needle)?.[1];
    const runs: readonly PaletteEntry[] =
      run === undefined ? [] : [{ kind: "run", runId: Number(run), label: `Run ${run}` }];
    if (needle === "") return [...PAGES, ...this.#firstAssets()].slice(0, LIMIT);
    const pages = PAGES.filter(({ label }) => label.toLowerCase().startsWith(needle.toLowerCase()));
    const startedAt = performance.now();
    const found = [...runs, ...pages, ...this.#groups(needle), ...this.#assets(needle)].slice(0, LIMIT);
    measureTiming("palette-query", startedAt);
    return found;
  }

  #firstAssets(): readonly PaletteEntry[] {
    return (this.#index?.keys ?? []).slice(0, 20).map((label, row) => ({ kind: "asset", row, label }));
  }

  #assets(needle: string): readonly PaletteEntry[] {
    const keys = this.#index?.keys ?? [];
    return this.#ranked(keys, needle).flatMap((row) => {
      const label = keys[row];
      return label === undefined ? [] : [{ kind: "asset" as const, row, label }];
    });
  }

  #groups(needle: string): readonly PaletteEntry[] {
    const groups = this.#index?.groups ?? [];
    return this.#ranked(groups, needle)
      .slice(0, 3)
      .flatMap((g) => {
        const label = groups[g];
        return label === undefined ? [] : [{ kind: "group" as const, label }];
      });
  }

  #ranked(haystack: readonly string[], needle: string): readonly number[] {
    // The library takes a mutable array and does not change it.
    const [matches, , order] = this.#fuzzy.search(haystack as string[], needle, 1, RANK_LIMIT);
    if (matches === null) return [];
    return (order === null || order === undefined ? matches : order.map((i) => matches[i] ?? -1)).slice(0, LIMIT);
  }
}
