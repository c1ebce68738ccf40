import uFuzzy from "@leeoniya/ufuzzy";
import type { CatalogIndex } from "../data/catalog-index.ts";
import type { LaunchState } from "../features/launch/launch-search.ts";
import { readMaterializeAction } from "./palette-action.ts";
import { PLACES, type PlacePath } from "./places.ts";
import type { Recent } from "./recent.ts";
import { measureTiming } from "../timings.ts";

/** Something that the palette can open. */
export type PaletteEntry =
  | {
      readonly kind: "action";
      readonly label: string;
      readonly key: string;
      readonly parts: string | null;
      readonly only: readonly LaunchState[];
    }
  | { readonly kind: "schedule" | "sensor"; readonly name: string; readonly label: string }
  | { readonly kind: "column"; readonly assetKey: string; readonly column: string; readonly label: string }
  | { readonly kind: "condition"; readonly assetKey: string; readonly label: string }
  | { readonly kind: "check"; readonly assetKey: string; readonly name: string; readonly label: string }
  | { readonly kind: "asset"; readonly row: number; readonly label: string }
  | { readonly kind: "group"; readonly label: string }
  | { readonly kind: "run"; readonly runId: number; readonly label: string }
  | { readonly kind: "page"; readonly to: PlacePath; readonly label: string };

/** Entries shown at most. */
const LIMIT = 50;

/** Above this many matches uFuzzy only filters and does not rank: so short a text tells little of what is meant. */
const RANK_LIMIT = 1_000;

/** Assets that one order is offered for. */
const MAX_ACTIONS = 5;

const PAGES: readonly PaletteEntry[] = PLACES.map(({ to, label }) => ({ kind: "page", to, label }));

/** Finds entries by fuzzy text; 10,000 assets take a few milliseconds. One instance for each version of the definitions. */
export class PaletteSearch {
  readonly #index: CatalogIndex | null;
  readonly #fuzzy = new uFuzzy({ intraMode: 1 });

  constructor(index: CatalogIndex | null) {
    this.#index = index;
  }

  /** The best entries for a text; for none what was opened last, pages and the first assets. */
  find(text: string, recent: readonly Recent[]): readonly PaletteEntry[] {
    const needle = text.trim();
    const run = /^#?(\d{1,15})$/u.exec(needle)?.[1];
    const runs: readonly PaletteEntry[] =
      run === undefined ? [] : [{ kind: "run", runId: Number(run), label: `Run ${run}` }];
    if (needle === "") return [...this.#recent(recent), ...PAGES, ...this.#firstAssets()].slice(0, LIMIT);
    const pages = PAGES.filter(({ label }) => label.toLowerCase().startsWith(needle.toLowerCase()));
    const startedAt = performance.now();
    const found = [
      ...this.#actions(needle),
      ...this.#questions(needle),
      ...runs,
      ...pages,
      ...this.#groups(needle),
      ...this.#assets(needle),
    ].slice(0, LIMIT);
    measureTiming("palette-query", startedAt);
    return found;
  }

  /** What was opened last, as far as it is still declared. */
  #recent(recent: readonly Recent[]): readonly PaletteEntry[] {
    return recent.flatMap((own): PaletteEntry[] => {
      if (own.kind === "run") return [{ kind: "run", runId: own.runId, label: `Run ${own.runId}` }];
      const row = this.#index?.rowOfKey(own.key);
      return row === undefined ? [] : [{ kind: "asset", row, label: own.key }];
    });
  }

  #actions(needle: string): readonly PaletteEntry[] {
    const action = readMaterializeAction(needle);
    if (action === null) return [];
    const { parts, only } = action;
    return this.#assets(action.needle)
      .filter((entry) => entry.kind === "asset" && this.#index?.external[entry.row] === 0)
      .slice(0, MAX_ACTIONS)
      .map(({ label: key }) => ({
        kind: "action",
        label: [`Materialize ${key}`, parts, only.join(" and ")].filter(Boolean).join(", "),
        key,
        parts,
        only,
      }));
  }

  /** "why fct_orders": what its condition decides, and why. */
  #questions(needle: string): readonly PaletteEntry[] {
    const about = /^why\s+(?<rest>\S.*)$/iu.exec(needle)?.groups?.["rest"];
    if (about === undefined) return [];
    return this.#assets(about)
      .filter((entry) => entry.kind === "asset" && this.#index?.external[entry.row] === 0)
      .slice(0, MAX_ACTIONS)
      .map(({ label }) => ({ kind: "condition", assetKey: label, label: `Why ${label} was made, or was not` }));
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
    if (order === null || order === undefined) return bestUnranked(haystack, matches, needle);
    return order.slice(0, LIMIT).map((i) => matches[i] ?? -1);
  }
}

/** Of more matches than are ranked: those whose last segment begins with the text, then others in their own order. */
function bestUnranked(haystack: readonly string[], matches: readonly number[], needle: string): readonly number[] {
  const wanted = needle.toLowerCase();
  const isNamedSo = (i: number): boolean => {
    const text = haystack[i] ?? "";
    const from = text.lastIndexOf("/") + 1;
    return text.slice(from, from + wanted.length).toLowerCase() === wanted;
  };
  const named: number[] = [];
  for (const match of matches) {
    if (named.length === LIMIT) break;
    if (isNamedSo(match)) named.push(match);
  }
  const first = new Set(named);
  return [...named, ...matches.slice(0, 2 * LIMIT).filter((match) => !first.has(match))].slice(0, LIMIT);
}
