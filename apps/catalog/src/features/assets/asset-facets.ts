import { PARTITION_STATUSES } from "@heddle/core";
import type { Catalog } from "../../data/catalog-state.ts";
import { BY_URGENCY } from "../../status/status-look.ts";

/** The statuses that an asset can be filtered by, the most urgent first. */
export const FACET_STATUSES = [...BY_URGENCY, "external"] as const;

export const FACETS = ["status", "group", "kind", "owner"] as const;
export type Facet = (typeof FACETS)[number];

/** Chosen values of each facet; a facet without any lets everything through. */
export type FacetValues = { readonly [facet in Facet]?: readonly string[] | undefined };

/** One value of a facet, and how many of the assets that pass all other facets have it. */
export interface FacetCount {
  readonly value: string;
  readonly count: number;
}

/** What the facets leave, and what each of them offers. */
export interface FacetedRows {
  readonly rows: readonly number[];
  readonly counts: { readonly [facet in Facet]: readonly FacetCount[] };
}

/** Filters rows by facets and counts, for each facet, over the rows that pass all the others. */
export function applyFacets(catalog: Catalog, candidates: Iterable<number>, chosen: FacetValues): FacetedRows {
  const wanted = FACETS.map((facet) => {
    const values = chosen[facet];
    return values === undefined || values.length === 0 ? null : new Set(values);
  });
  const counts = FACETS.map(() => new Map<string, number>());
  const rows: number[] = [];
  for (const row of candidates) {
    const values = FACETS.map((facet) => facetValues(catalog, row, facet));
    const passes = values.map((own, f) => wanted[f] === null || own.some((value) => wanted[f]?.has(value)));
    const failures = passes.filter((pass) => !pass).length;
    if (failures === 0) rows.push(row);
    if (failures > 1) continue;
    values.forEach((own, f) => {
      if (failures === 1 && passes[f]) return;
      for (const value of own) counts[f]?.set(value, (counts[f].get(value) ?? 0) + 1);
    });
  }
  const listed = (f: number, facet: Facet): readonly FacetCount[] =>
    listCounts(counts[f] ?? new Map(), facet, wanted[f] ?? null);
  return {
    rows,
    counts: {
      status: listed(0, "status"),
      group: listed(1, "group"),
      kind: listed(2, "kind"),
      owner: listed(3, "owner"),
    },
  };
}

/** The values that an asset has in a facet. */
export function facetValues({ index, statuses }: Catalog, row: number, facet: Facet): readonly string[] {
  switch (facet) {
    case "status":
      return [PARTITION_STATUSES[statuses.codes[row] ?? -1] ?? "external"];
    case "group":
      return [index.groupNameOf(row)];
    case "kind":
      return index.kinds[row] ?? [];
    case "owner":
      return index.owners[row] ?? [];
  }
}

/** Statuses by urgency, everything else by count; a chosen value stays in the list when nothing has it any more. */
function listCounts(
  counts: ReadonlyMap<string, number>,
  facet: Facet,
  wanted: ReadonlySet<string> | null,
): FacetCount[] {
  const values = new Set([...counts.keys(), ...(wanted ?? [])]);
  const list = [...values].map((value) => ({ value, count: counts.get(value) ?? 0 }));
  const rank = (value: string): number => FACET_STATUSES.findIndex((status) => status === value);
  return list.toSorted((a, b) =>
    facet === "status" ? rank(a.value) - rank(b.value) : b.count - a.count || (a.value < b.value ? -1 : 1),
  );
}
