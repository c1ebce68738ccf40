import { PartitionSet } from "@heddle/core/internal";
import type { TransactionSql } from "../database.ts";
import type { ClaimRow } from "./run-rows.ts";
import type { AttemptPlace } from "./step-outcome.ts";

/** Takes steps out of claims: whoever takes a step out is the one who settles it, and nobody can do so twice. */
export class ClaimChanges {
  readonly #claims: ReadonlyMap<number, ClaimRow>;
  readonly #taken = new Map<number, Set<number>>();

  constructor(claims: readonly ClaimRow[]) {
    this.#claims = new Map(claims.map((claim) => [claim.id, claim]));
  }

  /** Takes a step out of the claim that it names. False when the claim does not hold it, or is not this worker's. */
  take({ claimId, runId, assetId, ordinal }: AttemptPlace, workerId: string): boolean {
    const claim = this.#claims.get(claimId);
    if (claim === undefined || claim.workerId !== workerId || claim.runId !== runId || claim.assetId !== assetId) {
      return false;
    }
    if (!claim.partitions.has(ordinal)) return false;
    let taken = this.#taken.get(claimId);
    if (taken === undefined) this.#taken.set(claimId, (taken = new Set()));
    if (taken.has(ordinal)) return false;
    taken.add(ordinal);
    return true;
  }

  /** How many places of a run were set free. */
  countFreed(runId: number): number {
    let count = 0;
    for (const [claimId, taken] of this.#taken) {
      const claim = this.#claims.get(claimId);
      if (claim?.runId !== runId) continue;
      // A chunk holds one place until the last of it is settled.
      count += claim.isChunk ? Number(taken.size === claim.partitions.size) : taken.size;
    }
    return count;
  }

  /** Slots of pools that were set free. */
  get freedSlots(): ReadonlyMap<string, number> {
    const freed = new Map<string, number>();
    for (const [claimId, taken] of this.#taken) {
      const claim = this.#claims.get(claimId);
      if (claim?.pools == null) continue;
      const places = claim.isChunk ? Number(taken.size === claim.partitions.size) : taken.size;
      for (const { name, slots } of claim.pools) freed.set(name, (freed.get(name) ?? 0) + slots * places);
    }
    return freed;
  }

  /** Writes what is left of the claims; an empty one goes. */
  write(sql: TransactionSql): Promise<unknown>[] {
    const emptied: number[] = [];
    const left: LeftClaim[] = [];
    for (const [claimId, taken] of this.#taken) {
      const claim = this.#claims.get(claimId);
      if (claim === undefined || taken.size === claim.partitions.size) {
        emptied.push(claimId);
        continue;
      }
      const partitions = claim.partitions.subtract(PartitionSet.of(taken));
      left.push({ id: claimId, partitions, size: claim.isChunk ? 1 : partitions.size });
    }
    return [
      ...(emptied.length > 0 ? [sql`delete from claim where id = any(${emptied}::bigint[])`] : []),
      ...(left.length > 0 ? [updateClaims(sql, left)] : []),
    ];
  }
}

/** What is left of a claim, and how many places it holds. */
interface LeftClaim {
  readonly id: number;
  readonly partitions: PartitionSet;
  readonly size: number;
}

function updateClaims(sql: TransactionSql, left: readonly LeftClaim[]): Promise<unknown> {
  return sql`
    update claim c set partitions = k.partitions, size = k.size
    from unnest(
      ${left.map((claim) => claim.id)}::bigint[], ${left.map((claim) => claim.partitions.encode())}::bytea[],
      ${left.map((claim) => claim.size)}::integer[]
    ) as k(id, partitions, size)
    where c.id = k.id`;
}
