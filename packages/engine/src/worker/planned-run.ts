import { HeddleError, type JsonValue, type PartitionSpace, type StoredColumn } from "@heddle/core";
import { type AssetSnapshot, type RunGraph } from "@heddle/core/internal";
import { assetIdAt, type StaticRun, type StepOutcome } from "@heddle/storage";
import { describeStep } from "./exit-cause.ts";
import { SiblingColumns } from "./sibling-columns.ts";
import { resolveInputs, type ResolvedInput } from "../step/find-inputs.ts";

/** An asset within one run. */
export interface ResolvedAsset {
  readonly snapshot: AssetSnapshot;
  readonly space: PartitionSpace;
  readonly inputs: readonly ResolvedInput[];
  /** Whether the run skips partitions of it that are up to date. */
  readonly isReused: boolean;
  /** Whether it depends on an asset that only others make, and that nobody observes. */
  readonly readsExternal: boolean;
  /** What the run states for it. */
  readonly config: JsonValue | undefined;
  /** The columns of its last materialization before the run, for an asset that stores tables. */
  readonly previousColumns: readonly StoredColumn[] | undefined;
  /** In a run of checks: the names of those that each step runs. */
  readonly checks: readonly string[] | undefined;
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
  /** By the id of the asset. */
  readonly #siblings = new Map<number, SiblingColumns>();

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

  /** Why the table of a partition does not agree with those of others that were made before it; `null` when it does. */
  judgeColumns({ assetId, ordinal, stored }: Extract<StepOutcome, { kind: "success" }>): HeddleError | null {
    const position = this.positionOf(assetId);
    if (position === undefined || stored?.columns === undefined) return null;
    const { assetKey, snapshot, space } = this.assetAt(position);
    const { table = null } = snapshot;
    if (table === null || snapshot.partitions === null) return null;
    let siblings = this.#siblings.get(assetId);
    if (siblings === undefined) this.#siblings.set(assetId, (siblings = new SiblingColumns(table.drift)));
    const subject = describeStep({ assetKey, partitionKey: space.keyOf(ordinal) });
    return siblings.judge({ ordinal, subject, columns: stored.columns });
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
      readsExternal: snapshot.deps.some(({ upstream }) => isUnknown(this.#snapshots.get(upstream))),
      config: planned?.config,
      previousColumns,
      checks: planned?.checks,
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

function isUnknown(upstream: AssetSnapshot | undefined): boolean {
  return upstream?.kind !== "asset" && upstream?.observed !== true;
}
