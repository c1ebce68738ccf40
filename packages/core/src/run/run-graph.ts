import { HeddleError } from "../errors.ts";
import { PartitionSet } from "../partitions/partition-set.ts";
import type { ResolvedMapping } from "../partitions/resolve-mapping.ts";
import type { WaitPolicy } from "../partitions/wait-policy.ts";
import { createPartitionSpaces, type PartitionSpaces } from "./partition-spaces.ts";
import type { RunPlan, RunPlanAsset } from "./run-plan.ts";

const WAIT_FOR_ALL: WaitPolicy = { kind: "all" };

/** A dependency between two assets of a run, by their positions in the plan; they are equal where an asset reads itself. */
export interface RunEdge {
  readonly upstream: number;
  readonly downstream: number;
  readonly mapping: ResolvedMapping;
  readonly wait: WaitPolicy;
  /** Whether some of what is read may be missing: then each reader waits until all of it has come to an end. */
  readonly isTolerant: boolean;
  /** Each partition reads (at least) the one right before it: only where an asset reads itself. */
  readonly isSuccessive: boolean;
}

/**
 * A plan made ready for walking: target sets and mappings, resolved at the plan's instant. Building it costs some
 * microseconds an asset, so that whoever advances a run keeps it; it never goes out of date, because plans do not change.
 */
export class RunGraph {
  readonly plan: RunPlan;
  /** As of the plan's instant. */
  readonly spaces: PartitionSpaces;
  /** Number of assets. They are named by their positions in the plan, which is topological. */
  readonly size: number;
  readonly #targets: (PartitionSet | undefined)[] = [];
  readonly #positions: ReadonlyMap<string, number>;
  readonly #inEdges: readonly RunEdge[][];
  readonly #outEdges: readonly RunEdge[][];
  readonly #hints: (BlockerHint | undefined)[] = [];

  /** Use {@link createRunGraph}. */
  constructor(plan: RunPlan, spaces: PartitionSpaces) {
    this.plan = plan;
    this.spaces = spaces;
    this.size = plan.assets.length;
    this.#positions = new Map(plan.assets.map((asset, position) => [asset.key, position]));
    this.#inEdges = plan.assets.map(() => []);
    this.#outEdges = plan.assets.map(() => []);
    for (const [downstream, asset] of plan.assets.entries()) this.#addEdges(asset, downstream, spaces);
  }

  /** Position of an asset, or -1 when it is not part of the run. */
  positionOf(key: string): number {
    return this.#positions.get(key) ?? -1;
  }

  /** The asset at a position. @throws RangeError */
  asset(position: number): RunPlanAsset {
    const asset = this.plan.assets[position];
    if (asset === undefined) throw new RangeError(`the run has ${this.size} assets and none at position ${position}`);
    return asset;
  }

  /** The partitions that the run makes of the asset at a position. */
  targets(position: number): PartitionSet {
    let targets = this.#targets[position];
    if (targets === undefined) {
      targets = PartitionSet.fromRanges(this.asset(position).partitions);
      this.#targets[position] = targets;
    }
    return targets;
  }

  /** What the asset at a position reads within the run. */
  inEdges(position: number): readonly RunEdge[] {
    return this.#inEdges[position] ?? [];
  }

  /** What reads the asset at a position within the run. */
  outEdges(position: number): readonly RunEdge[] {
    return this.#outEdges[position] ?? [];
  }

  /** Where something was seen that kept the asset's steps waiting; see {@link BlockerHint}. */
  hint(position: number): BlockerHint | undefined {
    return this.#hints[position];
  }

  setHint(position: number, hint: BlockerHint): void {
    this.#hints[position] = hint;
  }

  #addEdges(asset: RunPlanAsset, downstream: number, spaces: PartitionSpaces): void {
    const space = spaces.spaceOf(asset.partitionsSpec);
    for (const dep of asset.deps) {
      if (!dep.inRun) continue;
      const upstream = this.positionOf(dep.upstream);
      if (upstream < 0 || upstream > downstream) throw brokenPlan(asset.key, dep.upstream);
      const ends = { upstream: spaces.spaceOf(this.asset(upstream).partitionsSpec), downstream: space };
      const { mapping, wait = WAIT_FOR_ALL } = dep;
      const edge: RunEdge = {
        upstream,
        downstream,
        mapping: spaces.mappingOf(mapping, ends),
        wait,
        isTolerant: wait.kind === "at-least" || (wait.kind === "at-most-missing" && wait.count > 0),
        isSuccessive:
          upstream === downstream &&
          mapping.kind === "time-window" &&
          mapping.endOffset === -1 &&
          mapping.startOffset <= -1,
      };
      this.#inEdges[downstream]?.push(edge);
      this.#outEdges[upstream]?.push(edge);
    }
  }
}

/**
 * Where to look first for what still blocks an asset's steps: the place where something did the last time. Only ever a
 * matter of speed. With it, one look settles that a step with ten thousand upstream steps has to wait on.
 */
export interface BlockerHint {
  /** Index into the asset's incoming edges. */
  readonly edge: number;
  readonly chunk: number;
}

/**
 * Builds the graph of a plan.
 * @throws RUN_PLAN_INVALID when the plan was written by another version, or is damaged
 */
export function createRunGraph(plan: RunPlan): RunGraph {
  if (plan.protocol !== 1) {
    throw new HeddleError(
      "RUN_PLAN_INVALID",
      `the plan has format ${String(plan.protocol)}, and this version reads 1`,
      {
        hint: "Let the version of Heddle that made the run finish it, or upgrade this one.",
      },
    );
  }
  return new RunGraph(plan, createPartitionSpaces(plan.at, plan.dynamicKeys));
}

function brokenPlan(asset: string, upstream: string): HeddleError {
  return new HeddleError(
    "RUN_PLAN_INVALID",
    `in the plan "${asset}" reads "${upstream}", which does not come before it`,
    {
      details: { asset, upstream },
    },
  );
}
