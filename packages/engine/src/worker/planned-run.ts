import {
  HeddleError,
  type AssetSnapshot,
  type JsonValue,
  type PartitionSpace,
  type RunGraph,
  type StoredColumn,
} from "@heddle/core";
import { assetIdAt, type StaticRun } from "@heddle/storage";
import { resolveInputs, type ResolvedInput } from "../step/find-inputs.ts";

/** An asset within one run. */
export interface ResolvedAsset {
  readonly snapshot: AssetSnapshot;
  readonly space: PartitionSpace;
  readonly inputs: readonly ResolvedInput[];
  /** Whether the run skips partitions of it that are up to date. */
  readonly isReused: boolean;
  /** Whether it depends on an asset that only others make. */
  readonly readsExternal: boolean;
  /** What the run states for it. */
  readonly config: JsonValue | undefined;
  /** The columns of its last materialization before the run, for an asset that stores tables. */
  readonly previousColumns: readonly StoredColumn[] | undefined;
}

/** An asset of a run, as claims name it. */
export interface PlannedAsset extends ResolvedAsset {
  readonly assetId: number;
  readonly assetKey: string;
}

/** A run whose plan and code are at hand: its assets are resolved without asking anybody. */
export class PlannedRun {
  readonly graph: RunGraph;
  readonly codeVersionId: number;
  readonly #runId: number;
  readonly #previousColumns: ReadonlyMap<number, readonly StoredColumn[]>;
  readonly #run: StaticRun;
  readonly #snapshots: ReadonlyMap<string, AssetSnapshot>;
  readonly #assets = new Map<string, ResolvedAsset>();

  /** @param snapshots of the code version, by key */
  constructor(
    place: {
      readonly runId: number;
      readonly codeVersionId: number;
      /** By the id of the asset. */
      readonly previousColumns: ReadonlyMap<number, readonly StoredColumn[]>;
    },
    run: StaticRun,
    snapshots: ReadonlyMap<string, AssetSnapshot>,
  ) {
    this.#runId = place.runId;
    this.codeVersionId = place.codeVersionId;
    this.#previousColumns = place.previousColumns;
    this.#run = run;
    this.graph = run.graph;
    this.#snapshots = snapshots;
  }

  /** Position of an asset in the plan. */
  positionOf(assetId: number): number | undefined {
    return this.#run.positions.get(assetId);
  }

  /** Whether steps of an asset count against a pool. */
  isPooled(assetId: number): boolean {
    return this.#run.pooled.has(assetId);
  }

  /** The asset at a position of the plan. @throws ASSET_UNKNOWN */
  assetAt(position: number): PlannedAsset {
    const { key } = this.graph.asset(position);
    return { assetId: assetIdAt(this.#run, position), assetKey: key, ...this.asset(key) };
  }

  /** @throws ASSET_UNKNOWN */
  asset(key: string): ResolvedAsset {
    let asset = this.#assets.get(key);
    if (asset === undefined) this.#assets.set(key, (asset = this.#resolve(key)));
    return asset;
  }

  #resolve(key: string): ResolvedAsset {
    const snapshot = this.#snapshots.get(key);
    if (snapshot === undefined) {
      throw new HeddleError(
        "ASSET_UNKNOWN",
        `run ${this.#runId} names ${key}, which its code version does not declare`,
      );
    }
    // Resolved at the instant of the plan, not now: what exists for a run was settled when it was planned.
    const { spaces } = this.graph;
    const planned = this.#planned(key);
    const inputs = resolveInputs(snapshot, {
      assets: this.#snapshots,
      spaceOf: (other) => this.#spaceOf(other),
      spaces,
    });
    const position = this.graph.positionOf(key);
    const previousColumns = position < 0 ? undefined : this.#previousColumns.get(assetIdAt(this.#run, position));
    return {
      snapshot,
      space: this.#spaceOf(key),
      inputs,
      isReused: planned?.reuse === true,
      readsExternal: snapshot.deps.some(({ upstream }) => this.#snapshots.get(upstream)?.kind !== "asset"),
      config: planned?.config,
      previousColumns,
    };
  }

  /** What the run makes is cut as its plan says, everything else as the code version does. */
  #spaceOf(key: string): PartitionSpace {
    const planned = this.#planned(key);
    const spec = planned === undefined ? (this.#snapshots.get(key)?.partitions ?? null) : planned.partitionsSpec;
    return this.graph.spaces.spaceOf(spec);
  }

  #planned(key: string) {
    const position = this.graph.positionOf(key);
    return position < 0 ? undefined : this.graph.asset(position);
  }
}
