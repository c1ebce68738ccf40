import { PartitionSet } from "@heddle/core/internal";
import type { Transaction } from "../database.ts";
import { NO_PARTITION_SETS, readPartitionSets, type PartitionSets } from "../read/partition-sets.ts";
import { closeOver, type JudgedAsset, type StaleQuery } from "../read/stale-partitions.ts";
import { judgeDirectly } from "./judge-directly.ts";
import type { StalenessRow } from "./staleness-rows.ts";

/** A declared asset whose staleness is kept. */
export interface TrackedAsset {
  readonly id: number;
  /** Stands for everything in the definitions that staleness follows from. */
  readonly definition: string;
  /** Assets that it reads, itself left out. */
  readonly upstreamIds: readonly number[];
  /** Resolves what it is judged by. */
  judged(): JudgedAsset;
}

/** What has happened to an asset since it was judged. */
export interface AssetChange {
  /** Partitions of which another materialization is current, or none any more. */
  readonly partitions: PartitionSet;
  /** Whether other partitions exist than before. */
  readonly isOther: boolean;
}

/** What is judged, and from where. */
export interface StalenessQuery {
  readonly environmentId: number;
  /** All that are declared, every one after those it reads. */
  readonly assets: readonly TrackedAsset[];
  /** What is known, by asset id. */
  readonly rows: ReadonlyMap<number, StalenessRow>;
  /** By asset id. */
  readonly changes: ReadonlyMap<number, AssetChange>;
  /** Partitions whose recorded inputs are looked up at most; others stay pending. */
  readonly limit: number;
  readonly codeVersionsOf?: StaleQuery["codeVersionsOf"];
}

/** What a round of judging came to. */
export interface StalenessVerdict {
  /** Rows that are other ones now. */
  readonly rows: readonly StalenessRow[];
  /** Partitions that are stale now and were not, or the other way around, by asset id. */
  readonly changed: ReadonlyMap<number, PartitionSet>;
  /** Ids of rows of assets that are not declared any more. */
  readonly gone: readonly number[];
  /** Whether there is more to judge, that no run holds. */
  readonly isPartial: boolean;
}

/** What of one asset is judged anew. */
export interface Task {
  readonly asset: JudgedAsset;
  readonly row: StalenessRow;
  /** What may be other than it was; `null` for everything that is materialized. */
  readonly touched: PartitionSet | null;
  /** Partitions of which another materialization is current: what was known of them is void. */
  readonly replaced: PartitionSet;
}

const NO_CHANGE: AssetChange = { partitions: PartitionSet.EMPTY, isOther: false };

/**
 * Judges anew what may be stale, or not stale any more, after some changes. What is known of all other partitions is gone on from, so
 * that the work is by what has changed. The result is the same as that of judging everything (`readStalePartitions`), but for
 * partitions that are pending.
 */
export async function judgeStaleness(tx: Transaction, query: StalenessQuery): Promise<StalenessVerdict> {
  const { environmentId, assets, rows } = query;
  const ids = new Set(assets.map(({ id }) => id));
  const gone = [...rows.keys()].filter((id) => !ids.has(id));
  const tasks = findTasks(query);
  if (tasks.size === 0) return { rows: [], changed: new Map(), gone, isPartial: false };
  const sets = await readPartitionSets(tx, { environmentId, assetIds: [...tasks.keys()] });
  const { judged, isPartial } = await judgeDirectly(tx, { ...query, tasks, sets });
  const verdict = new Propagation(query, judged, sets);
  verdict.run();
  const unread = verdict.unread;
  if (unread.length > 0) {
    // Only the sets are needed of what lies further down: whether it is stale follows from what it reads.
    for (const [id, own] of await readPartitionSets(tx, { environmentId, assetIds: unread })) sets.set(id, own);
    for (const id of unread) if (!sets.has(id)) sets.set(id, NO_PARTITION_SETS);
    verdict.run();
  }
  return { ...verdict.result(), gone, isPartial };
}

function findTasks({ assets, rows, changes }: StalenessQuery): Map<number, Task> {
  const tasks = new Map<number, Task>();
  for (const tracked of assets) {
    const { id, definition, upstreamIds } = tracked;
    const known = rows.get(id);
    const own = changes.get(id) ?? NO_CHANGE;
    const upstream = upstreamIds.flatMap((upstreamId) => changes.get(upstreamId) ?? []);
    const isNew = known?.definition !== definition;
    const isPending = known !== undefined && !known.pending.isEmpty;
    if (!isNew && !isPending && own === NO_CHANGE && upstream.length === 0) continue;
    const asset = tracked.judged();
    const row = { ...(known ?? { assetId: id, ...NOTHING }), definition };
    const replaced = own.partitions;
    if (isNew || own.isOther || upstream.some(({ isOther }) => isOther)) {
      tasks.set(id, { asset, row, touched: null, replaced });
      continue;
    }
    let touched = row.pending.union(replaced);
    for (const { upstreamId, mapping } of asset.deps) {
      const change = changes.get(upstreamId);
      if (change !== undefined) touched = touched.union(mapping.downstreamOf(change.partitions));
    }
    if (!touched.isEmpty) tasks.set(id, { asset, row, touched, replaced });
  }
  return tasks;
}

const NOTHING = {
  code: PartitionSet.EMPTY,
  inputs: PartitionSet.EMPTY,
  stale: PartitionSet.EMPTY,
  pending: PartitionSet.EMPTY,
};

/** Carries on what is stale to what reads it. */
class Propagation {
  readonly #query: StalenessQuery;
  readonly #judged: ReadonlyMap<number, StalenessRow>;
  readonly #sets: ReadonlyMap<number, PartitionSets>;
  #stale = new Map<number, PartitionSet>();
  #unread: number[] = [];

  constructor(
    query: StalenessQuery,
    judged: ReadonlyMap<number, StalenessRow>,
    sets: ReadonlyMap<number, PartitionSets>,
  ) {
    this.#query = query;
    this.#judged = judged;
    this.#sets = sets;
  }

  /** Assets that the last run reached without knowing what of them is materialized. */
  get unread(): readonly number[] {
    return this.#unread;
  }

  run(): void {
    const { assets, rows } = this.#query;
    const changed = new Set<number>();
    const reached = new Set<number>();
    this.#stale = new Map();
    for (const tracked of assets) {
      const { id } = tracked;
      const row = this.#judged.get(id);
      if (row === undefined && !tracked.upstreamIds.some((upstreamId) => changed.has(upstreamId))) continue;
      const sets = this.#sets.get(id) ?? (row === undefined ? undefined : NO_PARTITION_SETS);
      if (sets === undefined) {
        reached.add(id);
        changed.add(id);
        continue;
      }
      const stale = this.#staleOf(tracked.judged(), row ?? rows.get(id) ?? { ...NOTHING }, sets);
      this.#stale.set(id, stale);
      if (!stale.equals(rows.get(id)?.stale ?? PartitionSet.EMPTY)) changed.add(id);
    }
    this.#unread = [...reached];
  }

  #staleOf(
    asset: JudgedAsset,
    { code, inputs }: Pick<StalenessRow, "code" | "inputs">,
    { materialized }: PartitionSets,
  ): PartitionSet {
    let found = code.union(inputs);
    for (const { upstreamId, mapping } of asset.deps) {
      if (upstreamId === asset.id) continue;
      const upstream = this.#stale.get(upstreamId) ?? this.#query.rows.get(upstreamId)?.stale;
      if (upstream !== undefined && !upstream.isEmpty) found = found.union(mapping.downstreamOf(upstream));
    }
    const existing = materialized.intersect(asset.all);
    found = found.intersect(existing);
    for (const dep of asset.deps) if (dep.upstreamId === asset.id) found = closeOver(found, dep, existing);
    return found;
  }

  result(): Pick<StalenessVerdict, "rows" | "changed"> {
    const written: StalenessRow[] = [];
    const changed = new Map<number, PartitionSet>();
    for (const { id, definition } of this.#query.assets) {
      const stale = this.#stale.get(id);
      if (stale === undefined) continue;
      const before = this.#query.rows.get(id);
      const row = { ...(this.#judged.get(id) ?? before ?? { assetId: id, ...NOTHING }), definition, stale };
      const was = before?.stale ?? PartitionSet.EMPTY;
      const other = was.subtract(stale).union(stale.subtract(was));
      if (!other.isEmpty) changed.set(id, other);
      // When it was judged last is of interest as long as something is stale.
      const isTold = this.#judged.has(id) && !(stale.isEmpty && row.pending.isEmpty);
      if (isTold || before === undefined || !isSame(before, row)) written.push(row);
    }
    return { rows: written, changed };
  }
}

function isSame(a: StalenessRow, b: StalenessRow): boolean {
  return (
    a.definition === b.definition &&
    a.code.equals(b.code) &&
    a.inputs.equals(b.inputs) &&
    a.stale.equals(b.stale) &&
    a.pending.equals(b.pending)
  );
}
