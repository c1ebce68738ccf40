import { PARTITION_STATUSES } from "@heddle/core/internal";
import type { Catalog } from "../../data/catalog-state.ts";
import { type Facet, FACET_STATUSES, FACETS, type FacetValues } from "./facet-choice.ts";

/** One value of a facet, and how many of the assets that pass all other facets have it. */
export interface FacetCount {
  readonly value: string;
  readonly count: number;
}

/** What each facet offers. */
export type FacetCounts = { readonly [facet in Facet]: readonly FacetCount[] };

type Wanted = readonly (ReadonlySet<string> | null)[];

/** The rows that pass all facets. */
export function facetRows(catalog: Catalog, candidates: readonly number[], chosen: FacetValues): readonly number[] {
  const wanted = wantedValues(chosen);
  if (wanted.every((values) => values === null)) return candidates;
  return candidates.filter((row) =>
    FACETS.every((facet, f) => passes(wanted[f] ?? null, wanted[f] == null ? [] : facetValues(catalog, row, facet))),
  );
}

/** Counts the values of each facet, over the rows that pass all the others. */
export function countFacets(catalog: Catalog, candidates: readonly number[], chosen: FacetValues): FacetCounts {
  const wanted = wantedValues(chosen);
  const counts = FACETS.map(() => new Map<string, number>());
  for (const row of candidates) {
    const values = FACETS.map((facet) => facetValues(catalog, row, facet));
    const failed = FACETS.flatMap((_, f) => (passes(wanted[f] ?? null, values[f] ?? []) ? [] : [f]));
    if (failed.length > 1) continue;
    values.forEach((own, f) => {
      if (failed.length === 1 && failed[0] !== f) return;
      for (const value of own) counts[f]?.set(value, (counts[f].get(value) ?? 0) + 1);
    });
  }
  const listed = (f: number, facet: Facet): readonly FacetCount[] =>
    listCounts(counts[f] ?? new Map(), facet, wanted[f] ?? null);
  return {
    status: listed(0, "status"),
    group: listed(1, "group"),
    kind: listed(2, "kind"),
    owner: listed(3, "owner"),
    tag: listed(4, "tag"),
  };
}

function wantedValues(chosen: FacetValues): Wanted {
  return FACETS.map((facet) => {
    const values = chosen[facet];
    return values === undefined || values.length === 0 ? null : new Set(values);
  });
}

function passes(wanted: ReadonlySet<string> | null, own: readonly string[]): boolean {
  return wanted === null || own.some((value) => wanted.has(value));
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
    case "tag":
      return tagTexts(index.tags[row]);
  }
}

/** Many assets have the tags of their project, and each is asked at every key that is typed. */
const textsOfTags = new WeakMap<object, readonly string[]>();

function tagTexts(tags: { readonly [name: string]: string } | undefined): readonly string[] {
  if (tags === undefined) return [];
  let known = textsOfTags.get(tags);
  if (known === undefined) {
    known = Object.entries(tags).map(([name, value]) => (value === "" ? name : `${name}=${value}`));
    textsOfTags.set(tags, known);
  }
  return known;
}

/** Assets are in these for as long as a run goes on: their lines stay, so that the list does not jump. */
const PASSING_STATUSES = ["failed", "stale", "running", "queued", "missing", "fresh"] as const;

/** Statuses by urgency, everything else by count; a chosen value stays in the list when nothing has it any more. */
function listCounts(
  counts: ReadonlyMap<string, number>,
  facet: Facet,
  wanted: ReadonlySet<string> | null,
): FacetCount[] {
  const values = new Set([...counts.keys(), ...(wanted ?? []), ...(facet === "status" ? PASSING_STATUSES : [])]);
  const list = [...values].map((value) => ({ value, count: counts.get(value) ?? 0 }));
  const rank = (value: string): number => FACET_STATUSES.findIndex((status) => status === value);
  return list.toSorted((a, b) =>
    facet === "status" ? rank(a.value) - rank(b.value) : b.count - a.count || (a.value < b.value ? -1 : 1),
  );
}
