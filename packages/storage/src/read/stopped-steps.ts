import { type RunStatus } from "@heddle/core";
import { PartitionSet } from "@heddle/core/internal";
import type { Transaction } from "../database.ts";

/** The steps of one asset of a run that ended without success. */
export interface StoppedSteps {
  readonly failed: PartitionSet;
  readonly skipped: PartitionSet;
  readonly canceled: PartitionSet;
  /** Those that were skipped because they were up to date: members of `skipped`. */
  readonly fresh: PartitionSet;
}

interface StoppedRow {
  readonly position: number;
  readonly failed: Uint8Array;
  readonly skipped: Uint8Array;
  readonly canceled: Uint8Array;
  readonly fresh: Uint8Array | null;
}

/** Reads the steps of a run that ended without success, by the asset's position in the run. */
export async function readStoppedSteps({ sql }: Transaction, runId: number): Promise<Map<number, StoppedSteps>> {
  const rows = await sql<StoppedRow[]>`
    select c.position, c.failed, c.skipped, c.canceled, f.partitions as fresh
    from run_chunk c left join fresh_chunk f on f.run_id = c.run_id and f.asset_id = c.asset_id and f.chunk = c.chunk
    where c.run_id = ${runId} and octet_length(c.failed) + octet_length(c.skipped) + octet_length(c.canceled) > 3
    order by c.position, c.chunk`;
  const byPosition = Map.groupBy(rows, ({ position }) => position);
  return new Map(
    [...byPosition].map(([position, chunks]) => [
      position,
      {
        failed: join(chunks.map(({ failed }) => failed)),
        skipped: join(chunks.map(({ skipped }) => skipped)),
        canceled: join(chunks.map(({ canceled }) => canceled)),
        fresh: join(chunks.flatMap(({ fresh }) => fresh ?? [])),
      },
    ]),
  );
}

function join(sets: readonly Uint8Array[]): PartitionSet {
  return PartitionSet.fromRanges(sets.flatMap((set) => [...PartitionSet.decode(set).ranges]));
}

/** A run that another one comes after. */
export interface EarlierRun {
  readonly id: number;
  readonly status: RunStatus;
}

/** Reads the runs that must be over before a run begins; those that are gone are over, and not in the answer. */
export async function readEarlierRuns({ sql }: Transaction, runId: number): Promise<EarlierRun[]> {
  return [
    ...(await sql<EarlierRun[]>`
      select earlier.id, earlier.status from run r join run earlier on earlier.id = any (r.after)
      where r.id = ${runId} order by earlier.id`),
  ];
}
