import { isHeddleError } from "@heddle/core";
import {
  asksForStatus,
  escapeWildcard,
  evaluateSelection,
  formatSelection,
  LineageGraph,
  parseSelection,
  type SelectableAsset,
  type Selection,
} from "@heddle/core/internal";
import type { Catalog } from "./catalog-state.ts";

/** What a selection text comes to. */
export type FilterResult =
  /** No text: everything. */
  | { readonly kind: "all" }
  | {
      readonly kind: "matched";
      /** Ascending. */
      readonly rows: Int32Array;
      /** The selection as the command line takes it. */
      readonly canonical: string;
      /** Whether other statuses would give another answer. */
      readonly byStatus: boolean;
    }
  | { readonly kind: "invalid"; readonly message: string; readonly hint: string | null; readonly position: number };

/** How many assets one part of a selection matches by itself. */
export interface ClauseCount {
  readonly text: string;
  readonly count: number;
}

/** A single plain word is taken for a part of a key: what a person types first. */
const PLAIN_WORD = /^[\p{L}\p{N}_./-]+$/u;

/** Reads a text as a selection; one plain word finds all keys that hold it. @throws SELECTION_SYNTAX */
export function parseFilter(text: string): Selection {
  const trimmed = text.trim();
  if (PLAIN_WORD.test(trimmed)) return { kind: "match", attribute: "key", patterns: [`*${escapeWildcard(trimmed)}*`] };
  return parseSelection(trimmed);
}

/** Evaluates selections on the assets of a catalog. The graph is built at the first use. */
export class SelectionFilter {
  readonly #catalog: Catalog;
  #scope: { readonly graph: LineageGraph; readonly assets: readonly SelectableAsset[] } | undefined;

  constructor(catalog: Catalog) {
    this.#catalog = catalog;
  }

  /** The rows that a text selects. */
  apply(text: string): FilterResult {
    if (text.trim() === "") return { kind: "all" };
    try {
      const selection = parseFilter(text);
      return {
        kind: "matched",
        rows: this.#rows(selection),
        canonical: formatSelection(selection),
        byStatus: asksForStatus(selection),
      };
    } catch (error) {
      if (!isHeddleError(error)) throw error;
      const { position } = error.details;
      return {
        kind: "invalid",
        message: error.message,
        hint: error.hint ?? null,
        position: typeof position === "number" ? position : 0,
      };
    }
  }

  /** What each part of a selection joined by `and` matches by itself: the one with 0 has removed everything. */
  explain(text: string): readonly ClauseCount[] {
    const selection = parseFilter(text);
    const parts = selection.kind === "and" ? selection.of : [selection];
    return parts.map((part) => ({ text: formatSelection(part), count: this.#rows(part).length }));
  }

  #rows(selection: Selection): Int32Array {
    const { index, statuses } = this.#catalog;
    const { graph, assets } = (this.#scope ??= this.#buildScope());
    const statusOf = (key: string): ReturnType<typeof statuses.statusesOf> =>
      statuses.statusesOf(index.rowOfKey(key) ?? -1);
    // The graph numbers assets as they were given to it, which is by row.
    return Int32Array.from(evaluateSelection(selection, { graph, assets, statusOf })).sort();
  }

  #buildScope(): { readonly graph: LineageGraph; readonly assets: readonly SelectableAsset[] } {
    const { index } = this.#catalog;
    const assets = index.keys.map((key, row) => ({
      key,
      group: index.groupNameOf(row),
      kinds: index.kinds[row] ?? [],
      owners: index.owners[row] ?? [],
      tags: index.tags[row] ?? {},
    }));
    const upstream = { offsets: index.graph.in.start, targets: index.graph.in.target };
    const downstream = { offsets: index.graph.out.start, targets: index.graph.out.target };
    return { graph: new LineageGraph(index.keys, { upstream, downstream }), assets };
  }
}
