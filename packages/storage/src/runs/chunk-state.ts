import { type PoolUse, type StepStatus } from "@heddle/core";
import { PartitionSet } from "@heddle/core/internal";

/** A row of `run_chunk` as it is read. */
export interface ChunkRow extends Readonly<Record<StepStatus, Uint8Array>> {
  readonly runId: number;
  readonly assetId: number;
  readonly chunk: number;
  readonly position: number;
  /** How many steps of the asset one execution makes; 0: all that are ready; null: one. */
  readonly chunkSize: number | null;
  /** Pools that each execution of the asset counts against; null for none. */
  readonly pools: readonly PoolUse[] | null;
}

/**
 * The steps of one chunk by state. Sets are decoded when they are first looked at and encoded when they were changed: of
 * eight sets a settlement usually touches two.
 */
export class ChunkState {
  readonly runId: number;
  readonly assetId: number;
  readonly chunk: number;
  /** Of the asset in the run's plan. */
  readonly position: number;
  /** How many steps of the asset one execution makes; 0: all that are ready; null: one. */
  readonly chunkSize: number | null;
  /** Pools that each execution of the asset counts against; null for none. */
  readonly pools: readonly PoolUse[] | null;
  #isChanged = false;
  readonly #encoded: Record<StepStatus, Uint8Array | undefined>;
  readonly #sets: Partial<Record<StepStatus, PartitionSet>> = {};

  constructor(row: ChunkRow) {
    this.runId = row.runId;
    this.assetId = row.assetId;
    this.chunk = row.chunk;
    this.position = row.position;
    this.chunkSize = row.chunkSize;
    this.pools = row.pools;
    const { waiting, ready, running, backoff, success, failed, skipped, canceled } = row;
    this.#encoded = { waiting, ready, running, backoff, success, failed, skipped, canceled };
  }

  /** Whether a set was changed since it was read. */
  get isChanged(): boolean {
    return this.#isChanged;
  }

  get(status: StepStatus): PartitionSet {
    let set = this.#sets[status];
    if (set === undefined) {
      const encoded = this.#encoded[status];
      set = encoded === undefined ? PartitionSet.EMPTY : PartitionSet.decode(encoded);
      this.#sets[status] = set;
    }
    return set;
  }

  /** Moves the members of `set` that are in state `from`, and returns them. */
  move(from: StepStatus, to: StepStatus, set: PartitionSet): PartitionSet {
    const source = this.get(from);
    const moved = source.isEmpty ? source : source.intersect(set);
    if (moved.isEmpty) return moved;
    this.#put(from, source.subtract(moved));
    this.#put(to, this.get(to).union(moved));
    return moved;
  }

  encode(status: StepStatus): Uint8Array {
    const encoded = this.#encoded[status];
    if (encoded !== undefined) return encoded;
    const made = this.get(status).encode();
    this.#encoded[status] = made;
    return made;
  }

  #put(status: StepStatus, set: PartitionSet): void {
    this.#sets[status] = set;
    this.#encoded[status] = undefined;
    this.#isChanged = true;
  }
}
