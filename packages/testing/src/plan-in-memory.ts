import { HeddleError, type Definitions, type PartitionSpace } from "@heddle/core";
import {
  createPartitionSpaces,
  createRunGraph,
  PartitionSet,
  planRun,
  snapshotDefinitions,
  type AssetSnapshot,
  type PartitionSpaces,
  type PlanTargets,
  type RunGraph,
  type RunPlan,
} from "@heddle/core/internal";
import type { MaterializeOptions } from "./materialize-options.ts";

/** What is to be made, and in which order. */
export interface InMemoryPlan {
  /** Every asset of the definitions by its key. */
  readonly snapshots: ReadonlyMap<string, AssetSnapshot>;
  /** The run, upstream assets first. */
  readonly graph: RunGraph;
  readonly spaces: PartitionSpaces;
  spaceOf(asset: string): PartitionSpace;
}

const NOTHING = {
  materialized: PartitionSet.EMPTY,
  failed: PartitionSet.EMPTY,
  stale: PartitionSet.EMPTY,
  running: PartitionSet.EMPTY,
};

/**
 * Plans as a launch in the catalog does, on a project of which nothing has been made yet.
 *
 * @throws PLAN_REFUSED when a launch of the plan would be refused
 */
export function planInMemory(
  definitions: Definitions,
  { assets, partitions, dynamicPartitions = {}, now = new Date(), order, chunk, config }: MaterializeOptions,
): InMemoryPlan {
  const snapshot = snapshotDefinitions(definitions, { codeVersionOf: () => "test", projectDirectory: "" });
  const snapshots = new Map(snapshot.assets.map((asset) => [asset.key, asset]));
  const spaces = createPartitionSpaces(now.getTime(), dynamicPartitions);
  const spaceOf = (key: string): PartitionSpace => spaces.spaceOf(snapshots.get(key)?.partitions ?? null);
  const materialized = snapshot.assets.filter(({ kind }) => kind === "asset").map(({ key }) => key);
  const selected = assets?.map(({ key }) => key) ?? materialized;

  const plan = (targets: PlanTargets, wanted: readonly string[]): RunPlan =>
    planRun({
      assets: snapshot.assets,
      selected: wanted,
      targets,
      at: now.getTime(),
      dynamicKeys: dynamicPartitions,
      ...(order !== undefined && { order }),
      ...(chunk !== undefined && { chunk }),
      ...(config !== undefined && { config }),
      stateOf: () => NOTHING,
    });
  const root = selected.find((key) => spaceOf(key).spec !== null);
  const chosen = new Map<string, PartitionSet>();
  if (root !== undefined && partitions !== undefined) {
    const own = spaceOf(root).parseRange(partitions).intersect(spaceOf(root).all);
    const reached = plan({ kind: "root", asset: root, partitions: own, cascade: "downstream" }, selected);
    for (const asset of reached.assets) chosen.set(asset.key, PartitionSet.fromRanges(asset.partitions));
  }
  const targets = new Map(selected.map((key) => [key, chosen.get(key) ?? spaceOf(key).all]));
  const made = plan({ kind: "each", partitions: targets }, selected);
  refuseErrors(made);
  return { snapshots, graph: createRunGraph(made), spaces, spaceOf };
}

function refuseErrors({ warnings }: RunPlan): void {
  const errors = warnings.filter(({ severity }) => severity === "error");
  if (errors.length === 0) return;
  const lines = errors.map(({ message }) => `  ${message}`);
  throw new HeddleError("PLAN_REFUSED", `a launch of this would be refused:\n${lines.join("\n")}`, {
    hint: "Choose other partitions, or state the config that the assets need.",
  });
}
