import fc from "fast-check";
import {
  PartitionSet,
  planRun,
  type AssetSnapshot,
  type MappingSpec,
  type PartitionsSpec,
  type RetryPolicy,
  type RunPlan,
} from "../src/internal.ts";

const DAY_MS = 86_400_000;
/** Days on both sides of a bound between two chunks of ordinals. */
export const FIRST_DAY = 8189;
export const DAY_COUNT = 7;
/** When the days have all passed. */
export const PLANNED_AT = (FIRST_DAY + DAY_COUNT) * DAY_MS;

export const DAYS: PartitionsSpec = timeWindows("daily", "0 0 * * *", new Date(FIRST_DAY * DAY_MS));
/** All of them. */
export const ALL_DAYS = PartitionSet.range(FIRST_DAY, FIRST_DAY + DAY_COUNT);

/** Windows in UTC from an instant on. */
export function timeWindows(cadence: "hourly" | "daily" | "monthly", cron: string, start: Date): PartitionsSpec {
  const format = { hourly: "%Y-%m-%d-%H:%M", daily: "%Y-%m-%d", monthly: "%Y-%m" }[cadence];
  const date = start.toISOString().slice(0, 10);
  return { kind: "time-window", cadence, cron, timeZone: "UTC", start: date, end: null, endOffset: 0, format };
}

export function staticKeys(count: number): PartitionsSpec {
  return { kind: "static", keys: Array.from({ length: count }, (_, index) => `p${index}`) };
}

export interface AssetOptions {
  readonly kind?: "asset" | "external";
  readonly partitions?: PartitionsSpec | null;
  readonly deps?: Readonly<Record<string, MappingSpec>>;
  readonly retry?: Partial<RetryPolicy>;
}

/** An asset as a snapshot has it, of which only what matters here is stated. */
export function assetOf(
  key: string,
  { kind = "asset", partitions = null, deps = {}, retry }: AssetOptions = {},
): AssetSnapshot {
  return {
    key,
    kind,
    description: null,
    group: "default",
    owners: [],
    tags: {},
    kinds: [],
    metadata: {},
    partitions,
    deps: Object.entries(deps).map(([upstream, mapping]) => ({
      name: upstream,
      upstream,
      mapping,
      rule: "declared",
      multiplicity: "many" as const,
    })),
    resources: [],
    retry: { attempts: 1, backoff: "constant", delayMs: 0, maxDelayMs: 60_000, jitter: false, ...retry },
    timeoutMs: 60_000,
    isolation: "shared",
    io: "none",
    source: null,
    codeVersion: "v1",
    checks: [],
  };
}

interface RandomAsset {
  readonly cut: "none" | "keys" | "days";
  readonly keys: number;
  /** For days: how many days back it reads itself; 0 for not at all. */
  readonly selfReach: number;
  readonly deps: readonly { readonly back: number; readonly mapping: number }[];
}

const MAX_ASSETS = 6;

const randomAsset: fc.Arbitrary<RandomAsset> = fc.record({
  cut: fc.constantFrom("none", "keys", "days", "days"),
  keys: fc.integer({ min: 1, max: 5 }),
  selfReach: fc.constantFrom(0, 0, 0, 1, 2),
  deps: fc.array(fc.record({ back: fc.nat(MAX_ASSETS - 2), mapping: fc.nat(5) }), { maxLength: 3 }),
});

/** Declared assets in topological order, with mappings of every grain. */
export const randomAssets: fc.Arbitrary<readonly AssetSnapshot[]> = fc
  .array(randomAsset, { minLength: 1, maxLength: MAX_ASSETS })
  .map((random) => random.map((asset, index) => build(random, asset, index)));

/** A plan of random partitions of random assets. */
export const randomPlan: fc.Arbitrary<RunPlan> = fc
  .tuple(randomAssets, fc.array(fc.nat(0xff), { minLength: MAX_ASSETS, maxLength: MAX_ASSETS }))
  .map(([assets, picks]) => {
    const partitions = new Map(assets.map((asset, index) => [asset.key, pickPartitions(asset, picks[index] ?? 0)]));
    const chosen = new Map([...partitions].filter(([, set]) => !set.isEmpty));
    const selected = [...chosen.keys()];
    return planRun({
      assets,
      selected,
      targets: { kind: "each", partitions: chosen },
      at: PLANNED_AT,
      stateOf: () => NOTHING,
    });
  });

/** The state of an asset of which nothing is known. */
export const NOTHING = {
  materialized: PartitionSet.EMPTY,
  failed: PartitionSet.EMPTY,
  stale: PartitionSet.EMPTY,
  running: PartitionSet.EMPTY,
};

/** All partitions of an asset of these fixtures. */
export function allOf({ partitions }: AssetSnapshot): PartitionSet {
  if (partitions === null) return PartitionSet.of([0]);
  return partitions.kind === "static" ? PartitionSet.range(0, partitions.keys.length) : ALL_DAYS;
}

/** Some of them, by bits. */
export function pickPartitions(asset: AssetSnapshot, bits: number): PartitionSet {
  return PartitionSet.of([...allOf(asset)].filter((_, index) => ((bits >> index) & 1) === 1));
}

function build(random: readonly RandomAsset[], asset: RandomAsset, index: number): AssetSnapshot {
  const deps: Record<string, MappingSpec> = {};
  for (const { back, mapping } of asset.deps) {
    const other = random[index - 1 - back];
    if (other !== undefined) deps[`a${index - 1 - back}`] = pickMapping(other, asset, mapping);
  }
  if (asset.cut === "days" && asset.selfReach > 0) {
    deps[`a${index}`] = { kind: "time-window", startOffset: -asset.selfReach, endOffset: -1, allowNonexistent: true };
  }
  const partitions = { none: null, keys: staticKeys(asset.keys), days: DAYS }[asset.cut];
  return assetOf(`a${index}`, { partitions, deps });
}

function pickMapping(upstream: RandomAsset, downstream: RandomAsset, pick: number): MappingSpec {
  if (upstream.cut === "none") return { kind: "unpartitioned" };
  const all: MappingSpec[] = [{ kind: "all" }, { kind: "last" }, { kind: "first" }];
  if (upstream.cut === "keys") all.push({ kind: "specific", keys: ["p0"] });
  if (upstream.cut === "days" && downstream.cut === "days") {
    all.unshift({ kind: "identity" }, { kind: "time-window", startOffset: -2, endOffset: 0, allowNonexistent: true });
  } else if (upstream.cut === downstream.cut && upstream.keys === downstream.keys) {
    all.unshift({ kind: "identity" });
  }
  return all[pick % all.length] ?? { kind: "all" };
}
