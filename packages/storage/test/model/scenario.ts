import { type WaitPolicy } from "@heddle/core";
import {
  PartitionSet,
  planRun,
  type AssetSnapshot,
  type MappingSpec,
  type PartitionsSpec,
  type RunPlan,
} from "@heddle/core/internal";
import fc from "fast-check";
import { snapshotAsset } from "../fixtures/run-fixtures.ts";

/** How an asset of a random graph is cut. */
type Cut = "none" | "keys" | "days";

interface RandomAsset {
  readonly cut: Cut;
  readonly keys: number;
  readonly attempts: number;
  readonly isDelayed: boolean;
  readonly chunk: number | "range" | null;
  readonly deps: readonly { readonly back: number; readonly mapping: number; readonly wait: WaitPolicy }[];
}

/** One thing that somebody does to the runs. Numbers pick among what there is at that moment. */
export type Move =
  | {
      readonly kind: "launch";
      /** Bits: which assets. */
      readonly assets: number;
      /** Bits: which of their partitions. */
      readonly partitions: number;
      readonly maxConcurrency: number | null;
      readonly order: RunPlan["order"];
      readonly priority: number;
      readonly originKey: number | null;
    }
  | { readonly kind: "retry_run" | "pause" | "resume" | "cancel"; readonly run: number }
  | { readonly kind: "start_worker" | "let_time_pass" | "daemon" }
  | { readonly kind: "beat" | "end_lease" | "end_worker"; readonly worker: number }
  | {
      readonly kind: "work";
      readonly worker: number;
      /** Bits: which of the steps that the worker was given it settles now. */
      readonly settled: number;
      /** Whether it settles those again, too, that it has settled before. */
      readonly isRepeated: boolean;
      readonly outcome: Outcome;
      readonly capacity: number;
      /** Bits: what of the steps that only wait for these it has run ahead. */
      readonly ahead: number;
      /** Whether it runs ahead on what it has not settled, either. */
      readonly isTooEarly: boolean;
      readonly isAnswerLost: boolean;
    };

export type Outcome = "success" | "error" | "check" | "oom" | "released" | "canceled" | "mixed";

/** A graph, and what happens to runs of it: one move after the other, or two at once. */
export interface Scenario {
  readonly assets: readonly AssetSnapshot[];
  readonly moves: readonly (readonly Move[])[];
}

/** Days whose ordinals lie on both sides of a bound between two chunks. */
const DAYS: PartitionsSpec = {
  kind: "time-window",
  cadence: "daily",
  cron: "0 0 * * *",
  timeZone: "UTC",
  start: "1992-06-04",
  end: null,
  endOffset: 0,
  format: "%Y-%m-%d",
};
const FIRST_DAY = 8190;
const DAY_COUNT = 5;
const DAY_MS = 86_400_000;
const PLANNED_AT = (FIRST_DAY + DAY_COUNT) * DAY_MS;
const MAX_ASSETS = 5;

const randomWait: fc.Arbitrary<WaitPolicy> = fc.oneof(
  { arbitrary: fc.constant<WaitPolicy>({ kind: "all" }), weight: 3 },
  { arbitrary: fc.record({ kind: fc.constant("at-least" as const), count: fc.nat(4) }), weight: 1 },
  { arbitrary: fc.record({ kind: fc.constant("at-most-missing" as const), count: fc.nat(3) }), weight: 1 },
);

const randomAsset: fc.Arbitrary<RandomAsset> = fc.record({
  cut: fc.constantFrom<Cut>("none", "keys", "days", "days"),
  keys: fc.integer({ min: 1, max: 4 }),
  attempts: fc.integer({ min: 1, max: 3 }),
  isDelayed: fc.boolean(),
  chunk: fc.constantFrom<RandomAsset["chunk"]>(null, null, null, null, null, 1, 2, 3, "range"),
  deps: fc.array(fc.record({ back: fc.nat(MAX_ASSETS - 2), mapping: fc.nat(3), wait: randomWait }), { maxLength: 3 }),
});

const bits = fc.oneof({ arbitrary: fc.constant(0xff_ff), weight: 1 }, { arbitrary: fc.nat(0xff_ff), weight: 1 });

const launch: fc.Arbitrary<Extract<Move, { kind: "launch" }>> = fc.record({
  kind: fc.constant("launch" as const),
  assets: bits,
  partitions: bits,
  maxConcurrency: fc.option(fc.integer({ min: 1, max: 3 }), { freq: 3, nil: null }),
  order: fc.constantFrom("oldest", "newest"),
  priority: fc.nat(1),
  originKey: fc.option(fc.nat(1), { freq: 2, nil: null }),
});

const move: fc.Arbitrary<Move> = fc.oneof(
  { arbitrary: launch, weight: 2 },
  {
    arbitrary: fc.record({
      kind: fc.constantFrom(
        "retry_run" as const,
        "pause" as const,
        "resume" as const,
        "resume" as const,
        "cancel" as const,
      ),
      run: fc.nat(5),
    }),
    weight: 3,
  },
  { arbitrary: fc.record({ kind: fc.constantFrom("let_time_pass" as const, "daemon" as const) }), weight: 6 },
  { arbitrary: fc.constant<Move>({ kind: "start_worker" }), weight: 1 },
  {
    arbitrary: fc.record({
      kind: fc.constantFrom("beat" as const, "end_lease" as const, "end_lease" as const, "end_worker" as const),
      worker: fc.nat(3),
    }),
    weight: 3,
  },
  {
    arbitrary: fc.record({
      kind: fc.constant("work" as const),
      worker: fc.oneof(fc.constant(0), fc.nat(3)),
      settled: bits,
      isRepeated: fc.integer({ min: 0, max: 5 }).map((draw) => draw === 5),
      outcome: fc.constantFrom<Outcome>(
        "success",
        "success",
        "success",
        "success",
        "success",
        "error",
        "check",
        "oom",
        "released",
        "canceled",
        "mixed",
      ),
      capacity: fc.oneof(fc.constant(100), fc.nat(5)),
      ahead: fc.oneof({ arbitrary: fc.constant(0), weight: 1 }, { arbitrary: bits, weight: 3 }),
      isTooEarly: fc.integer({ min: 0, max: 9 }).map((draw) => draw === 9),
      isAnswerLost: fc.integer({ min: 0, max: 24 }).map((draw) => draw === 24),
    }),
    weight: 16,
  },
);

const turn = fc.oneof(
  { arbitrary: fc.tuple(move), weight: 3 },
  { arbitrary: fc.tuple(move, move), weight: 1 },
  { arbitrary: fc.tuple(move, move, move), weight: 1 },
);

/** Every scenario begins with a run, which the daemon admits. */
export const scenario: fc.Arbitrary<Scenario> = fc
  .record({
    assets: fc.array(randomAsset, { minLength: 1, maxLength: MAX_ASSETS }),
    first: launch,
    turns: fc.array(turn, { minLength: 12, maxLength: 45, size: "max" }),
  })
  .map(({ assets, first, turns }) => ({
    assets: buildAssets(assets),
    moves: [[first], [{ kind: "start_worker" }], [{ kind: "daemon" }], ...turns],
  }));

function buildAssets(random: readonly RandomAsset[]): AssetSnapshot[] {
  return random.map((asset, index) => {
    const deps: Record<string, MappingSpec> = {};
    const waits: Record<string, WaitPolicy> = {};
    for (const { back, mapping, wait } of asset.deps) {
      const upstream = index - 1 - back;
      const other = random[upstream];
      if (other === undefined) continue;
      deps[`a${upstream}`] = pickMapping(other, asset, mapping);
      waits[`a${upstream}`] = wait;
    }
    const built = snapshotAsset(`a${index}`, {
      partitions: asset.cut === "keys" ? asset.keys : undefined,
      deps,
      waits,
      chunk: asset.cut === "none" ? null : asset.chunk,
      // Nobody waits for a delay: time is made to pass.
      retry: { attempts: asset.attempts, delayMs: asset.isDelayed ? 3_600_000 : 0, maxDelayMs: 3_600_000 },
    });
    return asset.cut === "days" ? { ...built, partitions: DAYS } : built;
  });
}

function pickMapping(upstream: RandomAsset, downstream: RandomAsset, pick: number): MappingSpec {
  if (upstream.cut === "none") return { kind: "unpartitioned" };
  const all: MappingSpec[] = [{ kind: "all" }, { kind: "last" }, { kind: "first" }];
  if (upstream.cut === "days" && downstream.cut === "days") {
    all.unshift({ kind: "identity" }, { kind: "time-window", startOffset: -1, endOffset: 0, allowNonexistent: true });
  } else if (upstream.cut === downstream.cut && upstream.keys === downstream.keys) {
    all.unshift({ kind: "identity" });
  }
  return all[pick % all.length] ?? { kind: "all" };
}

/** The plan of a launch; of nothing when its bits pick nothing. */
export function planLaunch(assets: readonly AssetSnapshot[], launched: Extract<Move, { kind: "launch" }>): RunPlan {
  const nothing = {
    materialized: PartitionSet.EMPTY,
    failed: PartitionSet.EMPTY,
    stale: PartitionSet.EMPTY,
    running: PartitionSet.EMPTY,
  };
  const chosen = assets.filter((_, index) => ((launched.assets >> index) & 1) === 1);
  const partitions = new Map(chosen.map((asset) => [asset.key, pickPartitions(asset.partitions, launched.partitions)]));
  return planRun({
    assets,
    selected: chosen.map((asset) => asset.key),
    targets: { kind: "each", partitions },
    at: PLANNED_AT,
    order: launched.order,
    stateOf: () => nothing,
  });
}

function pickPartitions(partitions: PartitionsSpec | null, picked: number): PartitionSet {
  const [first, count] =
    partitions === null ? [0, 1] : partitions.kind === "static" ? [0, partitions.keys.length] : [FIRST_DAY, DAY_COUNT];
  const ordinals = Array.from({ length: count }, (_, index) => first + index);
  return PartitionSet.of(ordinals.filter((_, index) => partitions === null || ((picked >> index) & 1) === 1));
}
