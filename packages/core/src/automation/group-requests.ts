import { PartitionSet } from "../partitions/partition-set.ts";
import { createPartitionSpaces, type PartitionSpaces } from "../run/partition-spaces.ts";
import { mappingOf } from "../run/plan-targets.ts";
import type { DynamicKeys } from "../run/run-plan.ts";
import type { AssetSnapshot } from "../snapshot.ts";
import type { AutomationResult } from "./evaluate-automation.ts";

/** What {@link groupRequests} takes besides the requests. */
export interface GroupRequestsInput {
  /** Everything that is declared, upstream assets first. */
  readonly assets: readonly AssetSnapshot[];
  /** Epoch milliseconds of the evaluation. */
  readonly at: number;
  readonly dynamicKeys: DynamicKeys;
  /**
   * Says in which runs an asset may be made: only assets of one kind share a run. A run has the code of one code location,
   * and one set of limits. @default all are of one kind
   */
  readonly runKindOf?: (key: string) => string;
}

/** Requests that become one run. */
export interface RequestGroup {
  /** Of all its assets. */
  readonly runKind: string;
  /** Keys of the assets, upstream ones first: what is selected for `planRun`. */
  readonly selected: readonly string[];
  /** The partitions of each, as targets `each` of `planRun` take them. */
  readonly partitions: ReadonlyMap<string, PartitionSet>;
  /** To be kept with the run's origin: see {@link UpdateBatch.generation}. */
  readonly generations: { readonly [key: string]: number };
}

/**
 * Puts the requests of one evaluation together into runs: those where one asset reads partitions of another that are
 * requested as well, and those that read the same partitions of a third, so that one cause leads to one run. What has
 * nothing to do with each other stays apart: it fails, is cancelled and is retried for itself.
 */
export function groupRequests(
  { requested, generations }: Pick<AutomationResult, "requested" | "generations">,
  { assets, at, dynamicKeys, runKindOf = () => "" }: GroupRequestsInput,
): RequestGroup[] {
  const byKey = new Map(assets.map((asset) => [asset.key, asset]));
  const wanted = assets.filter(({ key }) => requested.has(key));
  const together = new UnionFind();
  const spaces = createPartitionSpaces(at, dynamicKeys);
  joinRelated(wanted, { byKey, requested, spaces, runKindOf, join: (a, b) => together.join(a, b) });
  const groups = new Map<string, string[]>();
  for (const { key } of wanted) {
    const root = together.rootOf(key);
    groups.set(root, [...(groups.get(root) ?? []), key]);
  }
  return [...groups.values()].map((selected) => ({
    runKind: runKindOf(selected[0] ?? ""),
    selected,
    partitions: new Map(selected.map((key) => [key, requested.get(key) ?? PartitionSet.EMPTY])),
    generations: Object.fromEntries(selected.map((key) => [key, generations.get(key) ?? 1])),
  }));
}

interface Relating {
  readonly byKey: ReadonlyMap<string, AssetSnapshot>;
  readonly requested: ReadonlyMap<string, PartitionSet>;
  readonly spaces: PartitionSpaces;
  readonly runKindOf: (key: string) => string;
  readonly join: (a: string, b: string) => void;
}

function joinRelated(wanted: readonly AssetSnapshot[], relating: Relating): void {
  const { byKey, requested, spaces, runKindOf, join } = relating;
  const context = { assets: byKey, selected: wanted, spaces };
  /** What is read of each asset, by the kind of run of the readers: a reader for each set. */
  const readers = new Map<string, { reader: string; set: PartitionSet }[]>();
  for (const asset of wanted) {
    const own = requested.get(asset.key) ?? PartitionSet.EMPTY;
    const kind = runKindOf(asset.key);
    for (const dep of asset.deps) {
      const read = mappingOf(context, asset, dep)?.upstreamOf(own).partitions ?? PartitionSet.EMPTY;
      if (read.isEmpty) continue;
      const upstream = requested.get(dep.upstream);
      if (upstream !== undefined && runKindOf(dep.upstream) === kind && read.overlaps(upstream)) {
        join(asset.key, dep.upstream);
      }
      const place = `${kind}\n${dep.upstream}`;
      const known = readers.get(place) ?? [];
      const alike = known.find(({ set }) => set.overlaps(read));
      if (alike === undefined) readers.set(place, [...known, { reader: asset.key, set: read }]);
      else {
        join(asset.key, alike.reader);
        alike.set = alike.set.union(read);
      }
    }
  }
}

/** Which keys belong together. */
class UnionFind {
  readonly #parents = new Map<string, string>();

  rootOf(key: string): string {
    let root = key;
    for (let parent = this.#parents.get(root); parent !== undefined; parent = this.#parents.get(root)) root = parent;
    if (root !== key) this.#parents.set(key, root);
    return root;
  }

  join(a: string, b: string): void {
    const [from, to] = [this.rootOf(a), this.rootOf(b)];
    if (from !== to) this.#parents.set(from, to);
  }
}
