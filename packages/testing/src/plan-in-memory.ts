import {
  createPartitionSpaces,
  PartitionSet,
  planRun,
  snapshotDefinitions,
  type AssetSnapshot,
  type Definitions,
  type PartitionSpace,
  type PlanTargets,
} from "@heddle/core";
import type { MaterializeOptions } from "./materialize-options.ts";

/** What is to be made, and in which order. */
export interface InMemoryPlan {
  /** Every asset of the definitions by its key. */
  readonly snapshots: ReadonlyMap<string, AssetSnapshot>;
  /** Upstream assets first. */
  readonly steps: readonly { readonly key: string; readonly partitions: PartitionSet }[];
  spaceOf(asset: string): PartitionSpace;
}

const NOTHING = {
  materialized: PartitionSet.EMPTY,
  failed: PartitionSet.EMPTY,
  stale: PartitionSet.EMPTY,
  running: PartitionSet.EMPTY,
};

/** Plans as a launch in the catalog does, on a project of which nothing has been made yet. */
export function planInMemory(
  definitions: Definitions,
  { assets, partitions, now = new Date() }: MaterializeOptions,
): InMemoryPlan {
  const snapshot = snapshotDefinitions(definitions, { codeVersionOf: () => "test", projectDirectory: "" });
  const snapshots = new Map(snapshot.assets.map((asset) => [asset.key, asset]));
  const spaces = createPartitionSpaces(now.getTime(), {});
  const spaceOf = (key: string): PartitionSpace => spaces.spaceOf(snapshots.get(key)?.partitions ?? null);
  const materialized = snapshot.assets.filter(({ kind }) => kind === "asset").map(({ key }) => key);
  const selected = assets?.map(({ key }) => key) ?? materialized;

  const plan = (targets: PlanTargets): ReadonlyMap<string, PartitionSet> => {
    const planned = planRun({
      assets: snapshot.assets,
      selected,
      targets,
      at: now.getTime(),
      stateOf: () => NOTHING,
    });
    return new Map(planned.assets.map((asset) => [asset.key, PartitionSet.fromRanges(asset.partitions)]));
  };
  const root = selected.find((key) => spaceOf(key).spec !== null);
  const chosen =
    root === undefined || partitions === undefined
      ? new Map<string, PartitionSet>()
      : plan({
          kind: "root",
          asset: root,
          partitions: spaceOf(root).parseRange(partitions).intersect(spaceOf(root).all),
          cascade: "downstream",
        });
  const targets = new Map(selected.map((key) => [key, chosen.get(key) ?? spaceOf(key).all]));
  const steps = [...plan({ kind: "each", partitions: targets })].map(([key, set]) => ({ key, partitions: set }));
  return { snapshots, steps, spaceOf };
}
