import { PartitionSet, type ResolvedMapping } from "@heddle/core/internal";
import type { Transaction } from "../database.ts";
import { readCurrentRuns, type CurrentRun } from "./current-runs.ts";
import { readAssetCodeVersions } from "./definitions.ts";
import { findChangedInputs } from "./changed-inputs.ts";

/** An asset whose partitions are judged. */
export interface JudgedAsset {
  readonly id: number;
  readonly key: string;
  /** Of its definition now. */
  readonly codeVersion: string;
  /** Partitions that exist now. */
  readonly all: PartitionSet;
  readonly deps: readonly {
    readonly upstreamId: number;
    readonly mapping: ResolvedMapping;
    /** Each partition reads (at least) the one right before it: where an asset reads itself. @default false */
    readonly isSuccessive?: boolean;
  }[];
}

export interface StaleQuery {
  readonly environmentId: number;
  /**
   * Every asset after those it reads. An upstream asset that is not among them counts as up to date, and so does what
   * only others can make.
   */
  readonly assets: readonly JudgedAsset[];
  /** How to learn the code version of each asset in versions of the code. @default reads them */
  readonly codeVersionsOf?: (
    tx: Transaction,
    codeVersionIds: readonly number[],
  ) => Promise<ReadonlyMap<number, ReadonlyMap<string, string>>>;
}

/**
 * Finds the materialized partitions that are out of date, by asset id: made by other code than there is now, or from
 * inputs that have been made anew since and came out different, or from inputs that are out of date themselves.
 *
 * Exact, and cheap where runs are as usual: an input whose run had ended before the reading run was planned, or that the
 * same run made, is what was read. Only for the others is it looked up what each partition has read.
 */
export async function readStalePartitions(tx: Transaction, query: StaleQuery): Promise<Map<number, PartitionSet>> {
  const { environmentId, assets } = query;
  const runs = await readCurrentRuns(tx, { environmentId, assetIds: assets.map(({ id }) => id) });
  const codeVersionIds = new Set([...runs.values()].flatMap((own) => own.flatMap((run) => run.codeVersionId ?? [])));
  const codeVersions = await (query.codeVersionsOf ?? readAssetCodeVersions)(tx, [...codeVersionIds]);
  const stale = new Map<number, PartitionSet>();
  const timelines = new Map([...runs].map(([assetId, own]) => [assetId, new RunTimeline(own)]));
  for (const asset of assets) {
    const own = runs.get(asset.id) ?? [];
    const materialized = unionOf(own).intersect(asset.all);
    let found = unionOf(own.filter((run) => hasOtherCode(run, asset, codeVersions)));
    for (const { upstreamId, mapping } of asset.deps) {
      const upstream = stale.get(upstreamId);
      if (upstream !== undefined) found = found.union(mapping.downstreamOf(upstream));
    }
    found = found.intersect(materialized);
    for (const { upstreamId, mapping } of asset.deps) {
      const timeline = timelines.get(upstreamId);
      if (timeline === undefined) continue;
      const suspects = findSuspects(own, timeline, mapping).intersect(materialized).subtract(found);
      const changed = await findChangedInputs(tx, {
        environmentId,
        assetId: asset.id,
        suspects,
        upstream: { id: upstreamId, runs: runs.get(upstreamId) ?? [], mapping },
      });
      found = found.union(changed);
    }
    for (const dep of asset.deps) if (dep.upstreamId === asset.id) found = closeOver(found, dep, materialized);
    if (!found.isEmpty) stale.set(asset.id, found);
  }
  return stale;
}

export function hasOtherCode(
  { codeVersionId }: CurrentRun,
  { key, codeVersion }: JudgedAsset,
  codeVersions: ReadonlyMap<number, ReadonlyMap<string, string>>,
): boolean {
  // Code that is not kept any more tells nothing.
  const made = codeVersions.get(codeVersionId ?? -1)?.get(key);
  return made !== undefined && made !== codeVersion;
}

/** The partitions that read what a run may have made after they were made. */
export function findSuspects(
  own: readonly CurrentRun[],
  upstream: RunTimeline,
  mapping: ResolvedMapping,
): PartitionSet {
  let suspects = PartitionSet.EMPTY;
  for (const run of own) {
    const newer = upstream.notSurelyBefore(run);
    if (newer.isEmpty) continue;
    const read = mapping.upstreamOf(run.partitions).partitions.intersect(newer);
    if (!read.isEmpty) suspects = suspects.union(mapping.downstreamOf(read).intersect(run.partitions));
  }
  return suspects;
}

/** What the runs of an asset made, by when they ended. */
export class RunTimeline {
  /** What is not kept, or not over, comes last. */
  readonly #runs: readonly CurrentRun[];
  /** What the run at an index and all after it made. */
  readonly #since: PartitionSet[];

  constructor(runs: readonly CurrentRun[]) {
    this.#runs = runs.toSorted((a, b) => (a.endedAt ?? Infinity) - (b.endedAt ?? Infinity));
    this.#since = [];
    let all = PartitionSet.EMPTY;
    for (let at = this.#runs.length - 1; at >= 0; at -= 1) {
      all = all.union(this.#runs[at]?.partitions ?? PartitionSet.EMPTY);
      this.#since[at] = all;
    }
  }

  /**
   * Partitions that became current after `reader` was planned, as far as it can be told: not those of a run that was over
   * by then, which it knew of and read, and not its own, which its steps waited for. Nothing becomes current twice.
   */
  notSurelyBefore(reader: CurrentRun): PartitionSet {
    const since = Math.min(reader.plannedAt ?? -Infinity, reader.startedAt ?? -Infinity);
    let low = 0;
    if (since > -Infinity) {
      let high = this.#runs.length;
      while (low < high) {
        const middle = (low + high) >> 1;
        // Not equal: these are whole milliseconds of finer instants.
        if ((this.#runs[middle]?.endedAt ?? Infinity) < since) low = middle + 1;
        else high = middle;
      }
    }
    const newer = this.#since[low] ?? PartitionSet.EMPTY;
    const itself = this.#runs.find(({ runId }) => runId === reader.runId);
    return itself === undefined ? newer : newer.subtract(itself.partitions);
  }
}

/** Adds what an asset that reads itself made from what is stale, over and over. */
export function closeOver(
  stale: PartitionSet,
  { mapping, isSuccessive = false }: JudgedAsset["deps"][number],
  materialized: PartitionSet,
): PartitionSet {
  let all = stale;
  for (let next = stale; !next.isEmpty;) {
    // One step for a whole row of partitions, instead of one for each.
    const reached = isSuccessive ? fillRows(next, materialized) : next;
    next = mapping.downstreamOf(reached).intersect(materialized).union(reached).subtract(all);
    all = all.union(next);
  }
  return all;
}

/** What lies in rows of `partitions` at or behind a member of `set`. */
function fillRows(set: PartitionSet, { ranges }: PartitionSet): PartitionSet {
  const filled: number[] = [];
  for (let at = 0; at < ranges.length; at += 2) {
    const end = ranges[at + 1] ?? 0;
    const { first } = set.clip(ranges[at] ?? 0, end);
    if (first !== undefined) filled.push(first, end);
  }
  return PartitionSet.fromRanges(filled);
}

export function unionOf(runs: readonly CurrentRun[]): PartitionSet {
  return PartitionSet.fromRanges(runs.flatMap(({ partitions }) => [...partitions.ranges]));
}
