import { useMemo, useRef } from "react";
import { type Catalog, useStatusRevision } from "./catalog-state.ts";
import { type FilterResult, SelectionFilter } from "./selection-filter.ts";

const filters = new WeakMap<Catalog, SelectionFilter>();

/** The filter of a catalog: its graph is built once. */
export function selectionFilter(catalog: Catalog): SelectionFilter {
  let filter = filters.get(catalog);
  if (filter === undefined) {
    filter = new SelectionFilter(catalog);
    filters.set(catalog, filter);
  }
  return filter;
}

/**
 * What a selection comes to, kept current while statuses change. The same rows stay the same object, so that nothing is
 * laid out or sorted again because of a change that selects the same assets.
 */
export function useSelection(catalog: Catalog, text: string): FilterResult {
  const revision = useStatusRevision(catalog.statuses);
  const unfiltered = useMemo(() => selectionFilter(catalog).apply(text), [catalog, text]);
  const needed = unfiltered.kind === "matched" && unfiltered.byStatus ? revision : 0;
  // oxlint-disable-next-line react/exhaustive-deps -- another revision of the statuses gives another answer
  const result = useMemo(
    () => (needed === 0 ? unfiltered : selectionFilter(catalog).apply(text)),
    [catalog, text, unfiltered, needed],
  );
  const last = useRef(result);
  if (!sameAnswer(last.current, result)) last.current = result;
  return last.current;
}

function sameAnswer(a: FilterResult, b: FilterResult): boolean {
  if (a.kind !== "matched" || b.kind !== "matched") return a === b;
  return a.canonical === b.canonical && a.rows.length === b.rows.length && a.rows.every((row, i) => row === b.rows[i]);
}
