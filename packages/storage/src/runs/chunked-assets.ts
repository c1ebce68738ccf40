import { MAX_CHUNK_SIZE, PartitionSet } from "@heddle/core/internal";
import type { TransactionSql } from "../database.ts";
import type { ChunkState } from "./chunk-state.ts";
import { readAssetClaimable, readAssetLosses, readAssetPending, type AssetPending } from "./run-rows.ts";
import type { RunAssetPlace, RunWork } from "./run-work.ts";

/** Steps that executions of at most `size` make, and no others with them. */
export interface ExecutionSize {
  readonly among: (chunk: ChunkState) => PartitionSet;
  readonly size: number;
  /** Whether an execution may be left until more is ready. */
  readonly isPatient: boolean;
}

/** Steps of an asset that were lost: once, and more often. */
interface LostSteps {
  readonly once: PartitionSet;
  readonly often: PartitionSet;
}

/**
 * What has to be known of assets that are made in chunks before steps of them are claimed: all that is ready, so that
 * chunks can be filled across rows, and whether more of the asset may become ready.
 */
export class ChunkedAssets {
  readonly #sql: TransactionSql;
  readonly #work: RunWork;
  readonly #pending = new Map<string, AssetPending>();
  readonly #lost = new Map<string, LostSteps>();

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
    await this.#readLosses(new Set(places.keys()));
  }

  async #readLosses(names: ReadonlySet<string>): Promise<void> {
    const ranges = [...this.#work.chunks()].flatMap((chunk) => {
      const { first, last } = chunk.get("ready");
      if (first === undefined || last === undefined || !names.has(nameAsset(chunk))) return [];
      return [{ runId: chunk.runId, assetId: chunk.assetId, first, last }];
    });
    const losses = await readAssetLosses(this.#sql, ranges);
    for (const [name, own] of Map.groupBy(losses, nameAsset)) {
      const those = (isOften: boolean): PartitionSet =>
        PartitionSet.of(own.filter((step) => step.losses > 1 === isOften).map(({ ordinal }) => ordinal));
      this.#lost.set(name, { once: those(false), often: those(true) });
    }
  }

  /**
   * How many steps of an asset one execution makes. Of those that were lost together one may have been guilty: they are
   * made again in pieces, as many as there are steps in each, and those of a piece that is lost as well one by one. So
   * one that ends its process every time takes none of the others with it.
   */
  sizes(place: RunAssetPlace, size: number): readonly ExecutionSize[] {
    const lost = this.#lost.get(nameAsset(place));
    if (lost === undefined) return [{ among: (chunk) => chunk.get("ready"), size, isPatient: true }];
    const { once, often } = lost;
    const suspects = once.union(often);
    return [
      { among: (chunk) => chunk.get("ready").subtract(suspects), size, isPatient: true },
      { among: (chunk) => chunk.get("ready").intersect(once), size: Math.ceil(Math.sqrt(size)), isPatient: false },
      { among: (chunk) => chunk.get("ready").intersect(often), size: 1, isPatient: false },
    ];
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
