import { PartitionSet, type ResolvedMapping } from "@heddle/core/internal";
import type { Transaction } from "../database.ts";
import type { MaterializationInputs } from "../schema/index.ts";
import type { CurrentRun } from "./current-runs.ts";

export interface ChangedInputsQuery {
  readonly environmentId: number;
  readonly assetId: number;
  /** Partitions of the asset that are looked at. */
  readonly suspects: PartitionSet;
  readonly upstream: {
    readonly id: number;
    /** What is current of it, by run. */
    readonly runs: readonly CurrentRun[];
    readonly mapping: ResolvedMapping;
  };
}

/** Partitions whose rows are read at once. */
const BATCH = 10_000;

/** An input that was read as an earlier run made it. */
interface ReplacedInput {
  readonly ordinal: number;
  readonly upstreamOrdinal: number;
  readonly readRun: number;
  readonly currentRun: number;
}

/**
 * Finds those among `suspects` whose upstream partitions are others now than those they read, by what each of them has
 * recorded. An upstream partition that came out the same, by its data version, is no other one.
 */
export async function findChangedInputs(tx: Transaction, query: ChangedInputsQuery): Promise<PartitionSet> {
  const runAt = runsByOrdinal(query.upstream.runs);
  const changed: number[] = [];
  for (let rest = query.suspects; !rest.isEmpty;) {
    const part = rest.take(BATCH);
    rest = rest.subtract(part);
    const replaced: ReplacedInput[] = [];
    for (const { ordinal, inputs } of await readInputs(tx, query, part)) {
      const read = runsRead(inputs, query.upstream.id);
      const wanted = query.upstream.mapping.upstreamOf(PartitionSet.range(ordinal, ordinal + 1)).partitions;
      for (const upstreamOrdinal of wanted) {
        const currentRun = runAt(upstreamOrdinal);
        const readRun = read(upstreamOrdinal);
        if (currentRun === undefined || currentRun === readRun) continue;
        // It was not there when the partition was made, or not read.
        if (readRun === undefined) changed.push(ordinal);
        else replaced.push({ ordinal, upstreamOrdinal, readRun, currentRun });
      }
    }
    const same = await findUnchanged(tx, query.upstream.id, replaced);
    for (const input of replaced) if (!same(input)) changed.push(input.ordinal);
  }
  return PartitionSet.of(changed);
}

async function readInputs(
  { sql }: Transaction,
  { environmentId, assetId }: ChangedInputsQuery,
  partitions: PartitionSet,
): Promise<{ ordinal: number; inputs: MaterializationInputs | null }[]> {
  return sql<{ ordinal: number; inputs: MaterializationInputs | null }[]>`
    select m.ordinal, m.inputs
    from unnest(${partitions.ranges.filter((_, at) => at % 2 === 0)}::bigint[],
      ${partitions.ranges.filter((_, at) => at % 2 === 1)}::bigint[]) as wanted (first, past)
    join asset_partition p on p.environment_id = ${environmentId}::smallint and p.asset_id = ${assetId}::integer
      and p.ordinal >= wanted.first and p.ordinal < wanted.past
    join materialization m on m.asset_id = p.asset_id and m.ordinal = p.ordinal and m.run_id = p.run_id`;
}

/** Finds out which replaced inputs are the same data all the same: where both versions are known, and equal. */
async function findUnchanged(
  { sql }: Transaction,
  upstreamId: number,
  replaced: readonly ReplacedInput[],
): Promise<(input: ReplacedInput) => boolean> {
  const nameOf = ({ readRun, currentRun }: Pick<ReplacedInput, "readRun" | "currentRun">) => `${readRun}/${currentRun}`;
  const [readRuns, currentRuns, starts, ends]: [number[], number[], number[], number[]] = [[], [], [], []];
  for (const inputs of Map.groupBy(replaced, nameOf).values()) {
    const [first] = inputs;
    if (first === undefined) continue;
    const { ranges } = PartitionSet.of(inputs.map(({ upstreamOrdinal }) => upstreamOrdinal));
    for (let at = 0; at < ranges.length; at += 2) {
      readRuns.push(first.readRun);
      currentRuns.push(first.currentRun);
      starts.push(ranges[at] ?? 0);
      ends.push(ranges[at + 1] ?? 0);
    }
  }
  if (readRuns.length === 0) return () => false;
  // Rows of one partition lie side by side in the index, so that one walk over a range finds both versions.
  const rows = await sql<{ readRun: number; currentRun: number; ordinals: number[] }[]>`
    select k.read_run as "readRun", k.current_run as "currentRun", array_agg(s.ordinal) as ordinals
    from unnest(${readRuns}::bigint[], ${currentRuns}::bigint[], ${starts}::bigint[], ${ends}::bigint[])
      as k (read_run, current_run, first, past)
    cross join lateral (
      select ordinal from materialization
      where asset_id = ${upstreamId}::integer and ordinal >= k.first and ordinal < k.past
        and run_id in (k.read_run, k.current_run)
      group by ordinal
      having count(data_version) = 2 and min(data_version) = max(data_version)
      offset 0
    ) s
    group by 1, 2`;
  const same = new Map(rows.map((row) => [nameOf(row), new Set(row.ordinals)]));
  return (input) => same.get(nameOf(input))?.has(input.upstreamOrdinal) === true;
}

/** The run of each input partition of one upstream asset, as it was recorded. */
function runsRead(inputs: MaterializationInputs | null, upstreamId: number): (ordinal: number) => number | undefined {
  const own = (inputs ?? []).filter(({ assetId }) => assetId === upstreamId);
  return (ordinal) => own.find(({ partitions }) => holds(partitions, ordinal))?.runId;
}

function holds(ranges: readonly number[], ordinal: number): boolean {
  for (let at = 0; at < ranges.length; at += 2)
    if (ordinal >= (ranges[at] ?? 0) && ordinal < (ranges[at + 1] ?? 0)) return true;
  return false;
}

/** The run that made what is current of an ordinal. */
function runsByOrdinal(runs: readonly CurrentRun[]): (ordinal: number) => number | undefined {
  const all = runs
    .flatMap(({ runId, partitions: { ranges } }) =>
      ranges.flatMap((start, at) => (at % 2 === 0 ? [{ start, end: ranges[at + 1] ?? start, runId }] : [])),
    )
    .toSorted((a, b) => a.start - b.start);
  return (ordinal) => {
    let low = 0;
    let high = all.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((all[middle]?.end ?? Infinity) <= ordinal) low = middle + 1;
      else high = middle;
    }
    const found = all[low];
    return found !== undefined && found.start <= ordinal ? found.runId : undefined;
  };
}
