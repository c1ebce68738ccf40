import { PartitionSet } from "@heddle/core/internal";
import type { Transaction } from "../database.ts";

/** Partitions of one asset that are current as one run made them. */
export interface CurrentRun {
  readonly runId: number;
  readonly partitions: PartitionSet;
  readonly codeVersionId: number | null;
  /** Epoch milliseconds; `null` where the run is not kept any more. */
  readonly plannedAt: number | null;
  /** Epoch milliseconds; `null` where the run is not kept any more. */
  readonly startedAt: number | null;
  /** Epoch milliseconds; `null` while the run is open, or where it is not kept any more. */
  readonly endedAt: number | null;
}

interface SuccessChunk {
  readonly assetId: number;
  readonly chunk: number;
  readonly runId: number;
  readonly codeVersionId: number;
  readonly plannedAt: number | null;
  readonly startedAt: Date | null;
  readonly endedAt: Date | null;
  readonly success: Uint8Array;
}

interface AssetChunkRecord {
  readonly assetId: number;
  readonly chunk: number;
  readonly materialized: Uint8Array;
  readonly forgottenUntil: Date | null;
}

/** What is asked of {@link readCurrentRuns}. */
export interface CurrentRunsQuery {
  readonly environmentId: number;
  readonly assetIds: readonly number[];
  /** Of these assets, only these partitions. @default all of them */
  readonly within?: ReadonlyMap<number, PartitionSet>;
}

/**
 * Reads which runs made what is current of some assets, by asset id. The sets of the runs tell it for every partition that
 * one run alone has made, or the last of several that followed each other; only where runs went on at the same time, or
 * are not kept, are pointers looked at.
 */
export async function readCurrentRuns(
  tx: Transaction,
  { environmentId, assetIds, within }: CurrentRunsQuery,
): Promise<Map<number, CurrentRun[]>> {
  const { sql } = tx;
  const places = within === undefined ? null : placesOf(within);
  const onlyStored =
    places === null
      ? sql``
      : sql`and (asset_id, chunk) in (
          select * from unnest(${places.assetIds}::integer[], ${places.chunks}::integer[]))`;
  const onlyMade =
    places === null
      ? sql``
      : sql`and (c.asset_id, c.chunk) in (
          select * from unnest(${places.assetIds}::integer[], ${places.chunks}::integer[]))`;
  const stored = await sql<AssetChunkRecord[]>`
    select asset_id as "assetId", chunk, materialized, forgotten_until as "forgottenUntil" from asset_chunk
    where environment_id = ${environmentId} and asset_id = any (${assetIds}::integer[])
      and octet_length(materialized) > 1 ${onlyStored}`;
  const chunks = await sql<SuccessChunk[]>`
    select c.asset_id as "assetId", c.chunk, c.run_id as "runId", r.code_version_id as "codeVersionId",
      r.planned_at as "plannedAt", r.started_at as "startedAt", r.ended_at as "endedAt", c.success
    from run_asset a
    join run r on r.id = a.run_id
    join run_chunk c on c.run_id = a.run_id and c.asset_id = a.asset_id
    where a.asset_id = any (${assetIds}::integer[]) and a.success > 0 and r.purpose = 'materialize' and r.environment_id = ${environmentId}
      and octet_length(c.success) > 1 ${onlyMade}`;
  const builder = new CurrentRunsBuilder(chunks);
  const unclear: { assetId: number; partitions: PartitionSet }[] = [];
  const byPlace = Map.groupBy(chunks, placeOf);
  for (const record of stored) {
    const wanted = within?.get(record.assetId) ?? null;
    const rest = builder.addChunk(record, byPlace.get(placeOf(record)) ?? [], wanted);
    if (!rest.isEmpty) unclear.push({ assetId: record.assetId, partitions: rest });
  }
  await addPointers(tx, { environmentId, unclear, builder });
  return builder.build();
}

/** The rows that hold what is wanted, by asset and chunk. */
function placesOf(within: ReadonlyMap<number, PartitionSet>): { assetIds: number[]; chunks: number[] } {
  const [assetIds, chunks]: [number[], number[]] = [[], []];
  for (const [assetId, partitions] of within) {
    for (const { chunk } of partitions.chunks()) {
      assetIds.push(assetId);
      chunks.push(chunk);
    }
  }
  return { assetIds, chunks };
}

function placeOf({ assetId, chunk }: { readonly assetId: number; readonly chunk: number }): string {
  return `${assetId}/${chunk}`;
}

type RunFacts = Omit<CurrentRun, "partitions">;

const NOT_KEPT = { codeVersionId: null, plannedAt: null, startedAt: null, endedAt: null };

class CurrentRunsBuilder {
  readonly #runs = new Map<number, RunFacts>();
  readonly #ranges = new Map<number, Map<number, number[]>>();

  constructor(chunks: readonly SuccessChunk[]) {
    for (const { runId, codeVersionId, plannedAt, startedAt, endedAt } of chunks) {
      if (this.#runs.has(runId)) continue;
      const times = { startedAt: startedAt?.getTime() ?? null, endedAt: endedAt?.getTime() ?? null };
      this.#runs.set(runId, { runId, codeVersionId, plannedAt, ...times });
    }
  }

  /**
   * Adds what is certain, of what is wanted: the last to publish a partition is the run that began when all others that
   * made it were over. Returns what is not.
   */
  addChunk(stored: AssetChunkRecord, runs: readonly SuccessChunk[], wanted: PartitionSet | null): PartitionSet {
    const sets = runs
      .map(({ runId, startedAt, endedAt, success }) => ({
        runId,
        startedAt: startedAt?.getTime() ?? -Infinity,
        endedAt: endedAt?.getTime() ?? Infinity,
        success: PartitionSet.decode(success),
      }))
      .toSorted((a, b) => b.startedAt - a.startedAt);
    // What a run made and somebody has taken back since is nobody's.
    const all = PartitionSet.decode(stored.materialized);
    const materialized = wanted === null ? all : all.intersect(wanted);
    let rest = materialized;
    let seen = PartitionSet.EMPTY;
    const forgottenUntil = stored.forgottenUntil?.getTime() ?? -Infinity;
    for (const [at, { runId, startedAt, success }] of sets.entries()) {
      // From here on, a run that is not kept may have published after these.
      if (startedAt <= forgottenUntil) break;
      let clear = success.subtract(seen);
      seen = seen.union(success);
      for (const earlier of sets.slice(at + 1)) {
        if (clear.isEmpty) break;
        // Not equal: these are whole milliseconds of finer instants.
        if (earlier.endedAt >= startedAt) clear = clear.subtract(earlier.success);
      }
      this.add(stored.assetId, runId, clear.intersect(materialized));
      rest = rest.subtract(clear);
    }
    return rest;
  }

  /** Whether a run is kept, as far as it has made something of the assets. */
  knows(runId: number): boolean {
    return this.#runs.has(runId);
  }

  /** Adds what is known of runs that are not kept. */
  addForgotten(runs: readonly { readonly runId: number; readonly codeVersionId: number }[]): void {
    for (const { runId, codeVersionId } of runs) this.#runs.set(runId, { ...NOT_KEPT, runId, codeVersionId });
  }

  add(assetId: number, runId: number, partitions: PartitionSet): void {
    let ofAsset = this.#ranges.get(assetId);
    if (ofAsset === undefined) this.#ranges.set(assetId, (ofAsset = new Map()));
    let ranges = ofAsset.get(runId);
    if (ranges === undefined) ofAsset.set(runId, (ranges = []));
    for (const bound of partitions.ranges) ranges.push(bound);
  }

  build(): Map<number, CurrentRun[]> {
    return new Map(
      [...this.#ranges].map(([assetId, ofAsset]) => [
        assetId,
        [...ofAsset]
          .map(([runId, ranges]) => ({
            ...(this.#runs.get(runId) ?? { runId, ...NOT_KEPT }),
            partitions: PartitionSet.fromRanges(ranges),
          }))
          .filter(({ partitions }) => !partitions.isEmpty),
      ]),
    );
  }
}

async function addPointers(
  { sql }: Transaction,
  scope: {
    readonly environmentId: number;
    readonly unclear: readonly { readonly assetId: number; readonly partitions: PartitionSet }[];
    readonly builder: CurrentRunsBuilder;
  },
): Promise<void> {
  const [assetIds, starts, ends]: [number[], number[], number[]] = [[], [], []];
  for (const { assetId, partitions } of scope.unclear) {
    for (let at = 0; at < partitions.ranges.length; at += 2) {
      assetIds.push(assetId);
      starts.push(partitions.ranges[at] ?? 0);
      ends.push(partitions.ranges[at + 1] ?? 0);
    }
  }
  if (assetIds.length === 0) return;
  // Neighbours that one run made differ from their place in the order by the same number: one row tells them all.
  const rows = await sql<{ assetId: number; runId: number; first: number; past: number }[]>`
    select asset_id as "assetId", run_id as "runId", min(ordinal) as first, max(ordinal) + 1 as past
    from (
      select k.asset_id, p.run_id, p.ordinal,
        p.ordinal - row_number() over (partition by k.asset_id, p.run_id order by p.ordinal) as island
      from unnest(${assetIds}::integer[], ${starts}::bigint[], ${ends}::bigint[]) as k (asset_id, first, past)
      cross join lateral (
        select ordinal, run_id from asset_partition
        where environment_id = ${scope.environmentId}::smallint and asset_id = k.asset_id
          and ordinal >= k.first and ordinal < k.past
        offset 0
      ) p
    ) neighbours
    group by asset_id, run_id, island
    order by asset_id, run_id, first`;
  for (const { assetId, runId, first, past } of rows)
    scope.builder.add(assetId, runId, PartitionSet.range(first, past));
  const forgotten = new Map(rows.filter(({ runId }) => !scope.builder.knows(runId)).map((row) => [row.runId, row]));
  scope.builder.addForgotten(await readForgottenCode(sql, [...forgotten.values()]));
}

/** With which code runs went that are not kept: all materializations of one say the same. */
async function readForgottenCode(
  sql: Transaction["sql"],
  samples: readonly { readonly assetId: number; readonly runId: number; readonly first: number }[],
): Promise<readonly { readonly runId: number; readonly codeVersionId: number }[]> {
  if (samples.length === 0) return [];
  return sql<{ runId: number; codeVersionId: number }[]>`
    select m.run_id as "runId", m.code_version_id as "codeVersionId"
    from unnest(
      ${samples.map(({ assetId }) => assetId)}::integer[], ${samples.map(({ first }) => first)}::bigint[],
      ${samples.map(({ runId }) => runId)}::bigint[]
    ) as k (asset_id, ordinal, run_id)
    join materialization m on m.asset_id = k.asset_id and m.ordinal = k.ordinal and m.run_id = k.run_id`;
}
