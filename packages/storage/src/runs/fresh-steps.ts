import { PartitionSet } from "@heddle/core/internal";
import type { TransactionSql } from "../database.ts";
import type { RunAssetPlace } from "./run-work.ts";

interface FreshChunk {
  readonly runId: number;
  readonly assetId: number;
  readonly chunk: number;
  set: PartitionSet;
  isChanged: boolean;
}

/**
 * The steps of runs that were skipped because their partition was up to date, as far as one transaction needs them. Read
 * only for runs that skip such steps at all: all other runs pay nothing.
 */
export class FreshSteps {
  readonly #chunks = new Map<string, FreshChunk>();
  readonly #loaded = new Set<number>();

  /** Reads what was skipped in runs, which must be locked, unless that was done before. */
  async load(sql: TransactionSql, runIds: readonly number[]): Promise<void> {
    const wanted = runIds.filter((runId) => !this.#loaded.has(runId));
    if (wanted.length === 0) return;
    for (const runId of wanted) this.#loaded.add(runId);
    const rows = await sql<{ runId: number; assetId: number; chunk: number; partitions: Uint8Array }[]>`
      select run_id as "runId", asset_id as "assetId", chunk, partitions from fresh_chunk
      where run_id = any(${wanted}::bigint[])`;
    for (const { partitions, ...place } of rows) this.#merge(place, PartitionSet.decode(partitions), false);
  }

  /** Adds steps that are skipped now. What was skipped before has to be loaded before this is written. */
  add({ runId, assetId }: RunAssetPlace, set: PartitionSet): void {
    for (const part of set.chunks()) this.#merge({ runId, assetId, chunk: part.chunk }, part.set, true);
  }

  of(runId: number, assetId: number, chunk: number): PartitionSet {
    return this.#chunks.get(`${runId}/${assetId}/${chunk}`)?.set ?? PartitionSet.EMPTY;
  }

  /** How many steps of a run were skipped, when it is loaded. */
  count(runId: number): number {
    let count = 0;
    for (const chunk of this.#chunks.values()) if (chunk.runId === runId) count += chunk.set.size;
    return count;
  }

  /** Sends what was added. */
  write(sql: TransactionSql): Promise<unknown>[] {
    const changed = [...this.#chunks.values()].filter(({ isChanged }) => isChanged);
    if (changed.length === 0) return [];
    return [
      sql`
        insert into fresh_chunk (run_id, asset_id, chunk, partitions, size)
        select * from unnest(
          ${changed.map(({ runId }) => runId)}::bigint[], ${changed.map(({ assetId }) => assetId)}::integer[],
          ${changed.map(({ chunk }) => chunk)}::integer[], ${changed.map(({ set }) => set.encode())}::bytea[],
          ${changed.map(({ set }) => set.size)}::integer[]
        ) as k (run_id, asset_id, chunk, partitions, size)
        on conflict (run_id, asset_id, chunk) do update set partitions = excluded.partitions, size = excluded.size`,
    ];
  }

  #merge(place: Omit<FreshChunk, "set" | "isChanged">, set: PartitionSet, isChanged: boolean): void {
    const key = `${place.runId}/${place.assetId}/${place.chunk}`;
    const known = this.#chunks.get(key);
    if (known === undefined) this.#chunks.set(key, { ...place, set, isChanged });
    else {
      known.set = known.set.union(set);
      known.isChanged ||= isChanged;
    }
  }
}
