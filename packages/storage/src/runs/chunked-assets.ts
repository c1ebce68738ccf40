import { MAX_CHUNK_SIZE } from "@heddle/core";
import type { TransactionSql } from "../database.ts";
import { readAssetClaimable, readAssetPending, type AssetPending } from "./run-rows.ts";
import type { RunAssetPlace, RunWork } from "./run-work.ts";

/**
 * What has to be known of assets that are made in chunks before steps of them are claimed: all that is ready, so that
 * chunks can be filled across rows, and whether more of the asset may become ready.
 */
export class ChunkedAssets {
  readonly #sql: TransactionSql;
  readonly #work: RunWork;
  readonly #pending = new Map<string, AssetPending>();

  constructor(sql: TransactionSql, work: RunWork) {
    this.#sql = sql;
    this.#work = work;
  }

  /** Reads what is missing for claims on runs. Sends nothing where no asset with ready steps is made in chunks. */
  async prepare(runIds: ReadonlySet<number>): Promise<void> {
    const places = new Map<string, RunAssetPlace>();
    for (const chunk of this.#work.chunks()) {
      const { runId, assetId } = chunk;
      if (chunk.chunkSize === null || !runIds.has(runId) || chunk.get("ready").isEmpty) continue;
      const key = nameAsset(chunk);
      if (!this.#pending.has(key)) places.set(key, { runId, assetId });
    }
    if (places.size === 0) return;
    const wanted = [...places.values()];
    const [rows, pending] = await Promise.all([
      readAssetClaimable(this.#sql, wanted),
      readAssetPending(this.#sql, wanted),
    ]);
    this.#work.addChunks(rows);
    for (const asset of pending) this.#pending.set(nameAsset(asset), asset);
  }

  /** Whether steps of the asset wait for others, or for their next attempt: more may become ready. */
  mayGrow(place: RunAssetPlace): boolean {
    const before = this.#pending.get(nameAsset(place));
    const change = this.#work.countChange(place);
    const count = (status: "waiting" | "backoff"): number => (before?.[status] ?? 0) + (change?.[status] ?? 0);
    return count("waiting") + count("backoff") > 0;
  }
}

/** Most steps that one execution makes, by the column `run_asset.chunk_size`. */
export function sizeOfChunk(chunkSize: number): number {
  return chunkSize === 0 ? MAX_CHUNK_SIZE : Math.min(chunkSize, MAX_CHUNK_SIZE);
}

function nameAsset({ runId, assetId }: RunAssetPlace): string {
  return `${runId}/${assetId}`;
}
