import type { PartitionSet } from "@heddle/core/internal";
import type { AssetStanding, IndexedAsset, PartitionSpaces } from "@heddle/engine/planning";
import { readChangedInput, readMadeDeps, readStaleness, type StoredStaleness, type Transaction } from "@heddle/storage";
import type { ApiState } from "../api-state.ts";

/** One partition of one asset. */
export interface PartitionPlace {
  readonly asset: IndexedAsset;
  readonly ordinal: number;
}

/** Why one partition is out of date by itself. */
export type DirectCause =
  | { readonly kind: "code" }
  /** The code is other, and what it reads is among what is other. */
  | { readonly kind: "deps" }
  | { readonly kind: "input"; readonly upstream: PartitionPlace | null; readonly at: Date | null };

/** Partitions that are out of date for one reason, and one of them as an example. */
export interface StaleGroup {
  readonly count: number;
  readonly example: number;
}

/** Why partitions of an asset are out of date. */
export interface StaleCauses {
  readonly code: (StaleGroup & { readonly cause: DirectCause }) | null;
  readonly inputs: (StaleGroup & { readonly cause: DirectCause }) | null;
  /** They read what is out of date itself; `root` is where that began. */
  readonly inherited:
    | (StaleGroup & { readonly root: PartitionPlace | null; readonly cause: DirectCause | null })
    | null;
}

export interface StaleScope {
  readonly standing: AssetStanding;
  readonly spaces: PartitionSpaces;
  /** Only these partitions. @default all of them */
  readonly within?: PartitionSet;
}

/** How far back the way to where staleness began is followed. */
const MAX_STEPS = 100;

/** Finds out why partitions are stale: an example of each reason is looked up. `null` when none is. */
export async function readStaleCauses(
  state: ApiState,
  tx: Transaction,
  { standing, spaces, within = standing.all }: StaleScope,
): Promise<StaleCauses | null> {
  const { asset, sets, stale, staleness } = standing;
  if (staleness === null) return null;
  const { running, queued, failed, skipped, materialized } = sets;
  const hidden = running.union(queued).union(failed).union(skipped);
  const shown = stale.intersect(within).intersect(materialized).intersect(standing.all).subtract(hidden);
  if (shown.isEmpty) return null;
  const code = staleness.code.intersect(shown);
  const inputs = staleness.inputs.intersect(shown);
  const inherited = shown.subtract(code).subtract(inputs);
  const search = new CauseSearch(state, tx, { spaces });
  const groupOf = async (set: PartitionSet) => {
    const { first } = set;
    if (first === undefined) return null;
    return { count: set.size, example: first, cause: await search.direct({ asset, ordinal: first }, staleness) };
  };
  const { first } = inherited;
  return {
    code: await groupOf(code),
    inputs: await groupOf(inputs),
    inherited:
      first === undefined
        ? null
        : { count: inherited.size, example: first, ...(await search.rootOf({ asset, ordinal: first })) },
  };
}

class CauseSearch {
  readonly #state: ApiState;
  readonly #tx: Transaction;
  readonly #spaces: PartitionSpaces;

  constructor(state: ApiState, tx: Transaction, { spaces }: Pick<StaleScope, "spaces">) {
    this.#state = state;
    this.#tx = tx;
    this.#spaces = spaces;
  }

  async direct({ asset, ordinal }: PartitionPlace, { code }: StoredStaleness): Promise<DirectCause> {
    const index = await this.#state.definitions.index(this.#tx);
    const environmentId = await this.#state.definitions.environmentId(this.#tx);
    const { id: assetId, key, definition } = asset;
    const place = { environmentId, assetId, ordinal };
    if (code.has(ordinal)) {
      const made = await readMadeDeps(this.#tx, { ...place, key });
      const isSame = made === null || readsOf(made) === readsOf(definition.deps);
      return { kind: isSame ? "code" : "deps" };
    }
    const own = this.#spaces.of(asset).all.clip(ordinal, ordinal + 1);
    for (const dep of definition.deps) {
      const upstream = index.byKey(dep.upstream);
      if (upstream === undefined || upstream.removedAt !== null) continue;
      const { partitions } = this.#spaces.mapping(dep, { upstream, downstream: asset }).upstreamOf(own);
      const found = await readChangedInput(this.#tx, { ...place, upstream: { id: upstream.id, partitions } });
      if (found === null) continue;
      return { kind: "input", upstream: { asset: upstream, ordinal: found.ordinal }, at: found.publishedAt };
    }
    return { kind: "input", upstream: null, at: null };
  }

  /** Follows what is stale upstream of a partition to one that is so by itself. */
  async rootOf(from: PartitionPlace): Promise<{ root: PartitionPlace | null; cause: DirectCause | null }> {
    const index = await this.#state.definitions.index(this.#tx);
    const numbers = index.graph.ancestors([index.graph.indexOf(from.asset.key)], Infinity);
    const assetIds = [...numbers].flatMap((number) => index.declared[number]?.id ?? []);
    const environmentId = await this.#state.definitions.environmentId(this.#tx);
    const known = await readStaleness(this.#tx, { environmentId, assetIds });
    let place: PartitionPlace | null = from;
    for (let steps = 0; steps < MAX_STEPS && place !== null; steps += 1) {
      const row = known.get(place.asset.id);
      if (row !== undefined && (row.code.has(place.ordinal) || row.inputs.has(place.ordinal))) {
        return { root: place, cause: await this.direct(place, row) };
      }
      place = this.#staleInputOf(place, index, known);
    }
    return { root: null, cause: null };
  }

  #staleInputOf(
    { asset, ordinal }: PartitionPlace,
    index: Awaited<ReturnType<ApiState["definitions"]["index"]>>,
    known: ReadonlyMap<number, StoredStaleness>,
  ): PartitionPlace | null {
    const own = this.#spaces.of(asset).all.clip(ordinal, ordinal + 1);
    for (const dep of asset.definition.deps) {
      const upstream = index.byKey(dep.upstream);
      const stale = upstream === undefined ? undefined : known.get(upstream.id)?.stale;
      if (upstream === undefined || stale === undefined || stale.isEmpty) continue;
      const { partitions } = this.#spaces.mapping(dep, { upstream, downstream: asset }).upstreamOf(own);
      const { first } = partitions.intersect(stale);
      if (first !== undefined) return { asset: upstream, ordinal: first };
    }
    return null;
  }
}

/** What is read, and by which mapping; in no order. */
function readsOf(deps: IndexedAsset["definition"]["deps"]): string {
  return JSON.stringify(deps.map(({ upstream, mapping }) => JSON.stringify([upstream, mapping])).toSorted());
}
