import { PartitionSet, type NarrowedAsset } from "@heddle/core/internal";
import type { TransactionSql } from "../database.ts";

/** Which steps of a run are done again; see `RetryRunOptions.only`. */
export type RetryScope = "failed" | "from_failure" | "unfinished" | "all";

/** The sets of steps that belong to a scope. */
const SCOPES: { readonly [scope in RetryScope]: readonly StepSetName[] } = {
  failed: ["failed"],
  from_failure: ["failed", "skipped"],
  unfinished: ["failed", "skipped", "canceled", "waiting", "ready", "running", "backoff"],
  all: ["failed", "skipped", "canceled", "waiting", "ready", "running", "backoff", "success"],
};

type StepSetName = "waiting" | "ready" | "running" | "backoff" | "success" | "failed" | "skipped" | "canceled";

/** What of a run is to be done again. */
export interface RetriedSteps {
  /** By asset key. */
  readonly assets: ReadonlyMap<string, NarrowedAsset>;
  /** Open runs that hold partitions of these assets which would be done again. */
  readonly heldBy: readonly number[];
}

type StepSets = Readonly<Record<StepSetName, Uint8Array>>;

interface RunChunkRecord extends StepSets {
  readonly assetId: number;
  readonly chunk: number;
  readonly key: string;
  readonly currentMaterialized: Uint8Array | null;
  readonly currentFailed: Uint8Array | null;
  /** Those of the skipped that were up to date. */
  readonly fresh: Uint8Array | null;
  /** Ordinals of the chunk that a later run has materialized. */
  readonly madeSince: number[];
}

/** Finds what belongs to the scope now. Launches must be locked. */
export async function findRetriedSteps(
  sql: TransactionSql,
  scope: {
    readonly runId: number;
    readonly only: RetryScope;
    readonly environmentId: number;
    /** Only these partitions, by asset key; assets that are not named are left out. */
    readonly partitions?: Readonly<Record<string, readonly number[]>> | undefined;
  },
): Promise<RetriedSteps> {
  const { only, partitions: chosen } = scope;
  const chunks = await readRunChunks(sql, scope);
  const held = await readHeld(sql, scope);
  const heldBy = new Set<number>();
  const assets = new Map<string, { -readonly [name in keyof NarrowedAsset]: PartitionSet }>();
  for (const chunk of chunks) {
    let wanted = union(SCOPES[only].map((name) => decode(chunk[name])));
    if (chosen !== undefined) wanted = wanted.intersect(chosenOf(chosen, chunk.key));
    if (only !== "all") wanted = wanted.subtract(PartitionSet.of(chunk.madeSince)).subtract(decode(chunk.fresh));
    for (const { runId, partitions } of held.get(`${chunk.assetId}/${chunk.chunk}`) ?? []) {
      if (!wanted.overlaps(partitions)) continue;
      heldBy.add(runId);
      if (only !== "all") wanted = wanted.subtract(partitions);
    }
    const known = assets.get(chunk.key);
    assets.set(chunk.key, {
      partitions: wanted.union(known?.partitions ?? PartitionSet.EMPTY),
      failed: decode(chunk.currentFailed).union(known?.failed ?? PartitionSet.EMPTY),
      materialized: decode(chunk.currentMaterialized).union(known?.materialized ?? PartitionSet.EMPTY),
    });
  }
  return { assets, heldBy: [...heldBy].toSorted((a, b) => a - b) };
}

function chosenOf(chosen: Readonly<Record<string, readonly number[]>>, key: string): PartitionSet {
  return Object.hasOwn(chosen, key) ? PartitionSet.fromRanges(chosen[key] ?? []) : PartitionSet.EMPTY;
}

async function readRunChunks(
  sql: TransactionSql,
  { runId, only, environmentId }: { readonly runId: number; readonly only: RetryScope; readonly environmentId: number },
): Promise<RunChunkRecord[]> {
  return sql<RunChunkRecord[]>`
    select c.asset_id as "assetId", c.chunk, a.key, c.waiting, c.ready, c.running, c.backoff, c.success, c.failed,
      c.skipped, c.canceled, p.materialized as "currentMaterialized", p.failed as "currentFailed",
      f.partitions as fresh,
      array(
        select ordinal from asset_partition
        where environment_id = ${environmentId} and asset_id = c.asset_id and run_id > ${runId}
          and ordinal >= c.chunk::bigint * 8192 and ordinal < (c.chunk::bigint + 1) * 8192
      ) as "madeSince"
    from run_chunk c
    join asset a on a.id = c.asset_id
    left join asset_chunk p on p.environment_id = ${environmentId} and p.asset_id = c.asset_id and p.chunk = c.chunk
    left join fresh_chunk f on f.run_id = c.run_id and f.asset_id = c.asset_id and f.chunk = c.chunk
    where c.run_id = ${runId} and (
      ${only === "all"} or octet_length(c.failed) + octet_length(c.skipped) + octet_length(c.canceled) > 3
    )`;
}

interface HeldPartitions {
  readonly runId: number;
  readonly partitions: PartitionSet;
}

/** What other open runs still have before them in the chunks of a run, by `asset/chunk`. */
async function readHeld(
  sql: TransactionSql,
  { runId, environmentId }: { readonly runId: number; readonly environmentId: number },
): Promise<Map<string, HeldPartitions[]>> {
  const rows = await sql<
    { runId: number; assetId: number; chunk: number; open: [Uint8Array, Uint8Array, Uint8Array, Uint8Array] }[]
  >`
    select r.id as "runId", c.asset_id as "assetId", c.chunk, array[c.waiting, c.ready, c.running, c.backoff] as open
    from run r
    join run_chunk c on c.run_id = r.id
    join run_chunk own on own.run_id = ${runId} and own.asset_id = c.asset_id and own.chunk = c.chunk
    where r.status in ('queued', 'running', 'canceling', 'paused') and r.id <> ${runId}
      and r.purpose = (select purpose from run where id = ${runId})
      and r.environment_id = ${environmentId}`;
  const held = rows.map((row) => ({
    place: `${row.assetId}/${row.chunk}`,
    runId: row.runId,
    partitions: union(row.open.map(decode)),
  }));
  return Map.groupBy(held, ({ place }) => place);
}

function union(sets: readonly PartitionSet[]): PartitionSet {
  return sets.reduce((all, set) => all.union(set), PartitionSet.EMPTY);
}

function decode(bytes: Uint8Array | null): PartitionSet {
  return bytes === null ? PartitionSet.EMPTY : PartitionSet.decode(bytes);
}
