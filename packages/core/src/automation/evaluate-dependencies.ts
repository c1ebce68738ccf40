import { isHeddleError } from "../errors.ts";
import { deriveMapping } from "../partitions/derive-mapping.ts";
import type { MappingSpec } from "../partitions/mapping-spec.ts";
import { PartitionSet } from "../partitions/partition-set.ts";
import type { PartitionSpace } from "../partitions/partition-space.ts";
import type { ResolvedMapping } from "../partitions/resolve-mapping.ts";
import { neededBy, toleratedMissing } from "../run/wait-verdict.ts";
import type { AssetSnapshot } from "../snapshot.ts";
import type { Evaluation, Place, PlaceEdge, PlaceLink } from "./evaluation-place.ts";
import { allOf, anyOf, event, NOWHERE, piecesOf, status, unionOf, type Truth } from "./truth.ts";

/** What a place depends on, each asset once; a check depends on its asset. */
export function linksOf(
  { asset, check, space }: Place,
  chosen: ReadonlySet<string> | null,
  evaluation: Evaluation,
): readonly PlaceLink[] {
  if (check !== null) {
    const mapping = evaluation.spaces.mappingOf({ kind: "identity" }, { upstream: space, downstream: space });
    return [{ upstream: asset, edges: [{ mapping, wait: null }] }];
  }
  const known = evaluation.links.get(asset.key);
  const links = known ?? findLinks(asset, space, evaluation);
  if (known === undefined) evaluation.links.set(asset.key, links);
  return chosen === null ? links : links.filter(({ upstream }) => chosen.has(upstream.key));
}

function findLinks(asset: AssetSnapshot, space: PartitionSpace, { spaces, automation }: Evaluation): PlaceLink[] {
  const links = new Map<string, { upstream: AssetSnapshot; edges: PlaceEdge[] }>();
  for (const dep of asset.deps) {
    const upstream = automation.assets.get(dep.upstream);
    if (upstream === undefined) continue;
    const ends = { upstream: spaces.spaceOf(upstream.partitions), downstream: space };
    const edge = { mapping: spaces.mappingOf(dep.mapping, ends), wait: dep.wait ?? null };
    const known = links.get(dep.upstream);
    if (known === undefined) links.set(dep.upstream, { upstream, edges: [edge] });
    else known.edges.push(edge);
  }
  return [...links.values()];
}

/** How the partitions of a place and those of any other asset correspond. */
export function linkTo(place: Place, other: AssetSnapshot, evaluation: Evaluation): PlaceLink {
  const { spaces } = evaluation;
  const ends = { upstream: spaces.spaceOf(other.partitions), downstream: place.space };
  const mapping = spaces.mappingOf(correspondence(other, place.asset), ends);
  return { upstream: other, edges: [{ mapping, wait: null }] };
}

/** The same time or dimensions, or else the same key; all where one of the two has no partitions. */
function correspondence({ partitions: up }: AssetSnapshot, { partitions: down }: AssetSnapshot): MappingSpec {
  const isByKey = up !== null && down !== null && up.kind !== down.kind && up.kind !== "multi" && down.kind !== "multi";
  if (isByKey) return { kind: "identity" };
  try {
    return deriveMapping(up, down).mapping;
  } catch (error) {
    if (isHeddleError(error, "MAPPING_NOT_DERIVABLE")) return { kind: "identity" };
    throw error;
  }
}

/** What a condition on another asset says of the partitions of a place. */
export function carry(
  truth: Truth,
  { link, place, isTolerant }: { readonly link: PlaceLink; readonly place: Place; readonly isTolerant: boolean },
  evaluation: Evaluation,
): Truth {
  const carried = link.edges.map((edge) => {
    const isCounted = isTolerant && edge.wait !== null && edge.wait.kind !== "all";
    return isCounted
      ? status(countTolerated(truth, edge, { place, evaluation }))
      : carryThrough(truth, edge.mapping, { place, evaluation });
  });
  return anyOf(carried, evaluation.at);
}

interface CarryingPlace {
  readonly place: Place;
  readonly evaluation: Evaluation;
}

function carryThrough(truth: Truth, mapping: ResolvedMapping, { place, evaluation }: CarryingPlace): Truth {
  if (truth.held.isEmpty && !truth.outside) return truth.pieces === null ? NOWHERE : event([]);
  const absent = truth.outside ? status(nonexistentOf(mapping, place, evaluation)) : null;
  if (truth.pieces === null) {
    const held = mapping.downstreamOf(truth.held);
    return status(absent === null ? held : held.union(absent.held));
  }
  const isTarget = place.path === "";
  const pieces = truth.pieces.map((piece) => {
    const set = mapping.downstreamOf(piece.set);
    if (piece.run === null || !isTarget) return { ...piece, set };
    // What the run makes of the target itself got the update there, or failed there.
    return { ...piece, set: set.subtract(evaluation.view.runTargets(piece.run, place.asset.key)), run: null };
  });
  return absent === null ? event(pieces) : anyOf([event(pieces), absent], evaluation.at);
}

/** Partitions of the place that read a partition that does not exist. */
function nonexistentOf(mapping: ResolvedMapping, { space }: Place, { nonexistent }: Evaluation): PartitionSet {
  const known = nonexistent.get(mapping);
  if (known !== undefined) return known;
  const found = mapping.upstreamOf(space.all).nonexistent;
  nonexistent.set(mapping, found);
  return found;
}

/**
 * Partitions for which it holds of more upstream ones than the wait policy tolerates. The one place that looks at
 * partitions one by one: those of dependencies with such a policy, where anything upstream holds at all, and for which
 * the parts before it have not decided already.
 */
function countTolerated(
  truth: Truth,
  { mapping, wait }: PlaceEdge,
  { place, evaluation }: CarryingPlace,
): PartitionSet {
  const absent = truth.outside ? nonexistentOf(mapping, place, evaluation) : PartitionSet.EMPTY;
  const touched = mapping.downstreamOf(truth.held).union(absent);
  const candidates = place.within === null ? touched : touched.intersect(place.within);
  const held: number[] = [];
  for (const ordinal of candidates) {
    const needed = neededBy(mapping, ordinal);
    const tolerated = toleratedMissing(wait ?? { kind: "all" }, needed);
    if (needed.existing.intersect(truth.held).size > tolerated) held.push(ordinal);
  }
  return PartitionSet.of(held);
}

/** At least one partition that is read, of any dependency. */
export function anyCarried(truths: readonly Truth[], evaluation: Evaluation): Truth {
  return { ...anyOf(truths, evaluation.at), outside: false };
}

/** At least one partition that is read, of each dependency. */
export function allCarried(truths: readonly Truth[], place: Place): Truth {
  return { ...allOf(truths, place.space.all), outside: false };
}

/** Every partition that is read, of one dependency. */
export function carryEvery(truth: Truth, link: PlaceLink, { place, evaluation }: CarryingPlace): Truth {
  const lacking = link.edges.map(({ mapping }) => {
    const { all } = evaluation.spaces.spaceOf(link.upstream.partitions);
    const without = mapping.downstreamOf(all.subtract(truth.held));
    return truth.outside ? without : without.union(nonexistentOf(mapping, place, evaluation));
  });
  const pieces = piecesOf(truth, evaluation.at);
  const read = unionOf(link.edges.flatMap(({ mapping }) => pieces.map(({ set }) => mapping.downstreamOf(set))));
  return status((truth.outside ? place.space.all : read).subtract(unionOf(lacking)));
}
