import { describe, expect, test } from "vitest";
import { ALL_DAYS, assetOf, DAYS, NOTHING, PLANNED_AT, staticKeys, timeWindows } from "../../test/random-plans.ts";
import { PartitionSet } from "../partitions/partition-set.ts";
import type { PartitionsSpec } from "../partitions/partitions-spec.ts";
import type { WaitPolicy } from "../partitions/wait-policy.ts";
import type { AssetSnapshot } from "../snapshot.ts";
import { createPartitionSpaces } from "./partition-spaces.ts";
import { planAmongRuns, planRun, type PlanRunInput } from "./plan-run.ts";
import type { PlanTargets } from "./plan-targets.ts";
import type { RunPlan } from "./run-plan.ts";

const FIRST = ALL_DAYS.first ?? 0;
const LAST = ALL_DAYS.last ?? 0;

const raw = assetOf("raw", { partitions: DAYS });
const clean = assetOf("clean", { partitions: DAYS, deps: { raw: { kind: "identity" } } });
/** Each day and the one after it, which the last day does not have yet. */
const ahead = assetOf("ahead", {
  partitions: DAYS,
  deps: { raw: { kind: "time-window", startOffset: 0, endOffset: 1 } },
});
const after = assetOf("after", { partitions: DAYS, deps: { ahead: { kind: "identity" } } });

function each(partitions: Readonly<Record<string, PartitionSet>>, cascade?: "downstream"): PlanTargets {
  return { kind: "each", partitions: new Map(Object.entries(partitions)), ...(cascade && { cascade }) };
}

function plan(assets: readonly AssetSnapshot[], targets: PlanTargets, rest: Partial<PlanRunInput> = {}): RunPlan {
  const selected = assets.map(({ key }) => key);
  return planRun({ assets, selected, targets, at: PLANNED_AT, stateOf: () => NOTHING, ...rest });
}

function targetsOf(made: RunPlan): Record<string, readonly number[]> {
  return Object.fromEntries(
    made.assets.map(({ key, partitions }) => [key, [...PartitionSet.fromRanges(partitions)].map((day) => day - FIRST)]),
  );
}

describe("partitions that are stated asset by asset", () => {
  test("lead to those of selected assets for which none are stated", () => {
    const other = assetOf("other", { partitions: DAYS, deps: { clean: { kind: "identity" } } });
    const stated = each({ raw: PartitionSet.of([FIRST]), clean: PartitionSet.of([FIRST + 3]) }, "downstream");
    expect(targetsOf(plan([raw, clean, other], stated))).toEqual({ raw: [0], clean: [3], other: [3] });
    // Those upstream of a stated one get what it reads.
    expect(targetsOf(plan([raw, clean, other], each({ other: PartitionSet.of([FIRST + 2]) }, "downstream")))).toEqual({
      raw: [2],
      clean: [2],
      other: [2],
    });
  });

  test("leave out what they do not lead to, and say so", () => {
    const apart = assetOf("apart", { partitions: staticKeys(3) });
    const made = plan([raw, apart], each({ raw: ALL_DAYS }, "downstream"));
    expect(made.warnings).toMatchObject([{ code: "NOT_REACHED", asset: "apart", severity: "warning" }]);
  });
});

describe("upstream partitions that do not exist", () => {
  test("are an error, unless the mapping allows it", () => {
    expect(plan([raw, ahead], each({ raw: ALL_DAYS, ahead: ALL_DAYS })).warnings).toMatchObject([
      {
        code: "UPSTREAM_NONEXISTENT",
        severity: "error",
        asset: "ahead",
        partitions: [LAST, LAST + 1],
        absent: 1,
        message: '"ahead" 1992-06-09 reads a partition of "raw" that does not exist: 1992-06-10.',
      },
    ]);
    const allowing = assetOf("ahead", {
      partitions: DAYS,
      deps: { raw: { kind: "time-window", startOffset: 0, endOffset: 1, allowNonexistent: true } },
    });
    expect(plan([raw, allowing], each({ raw: ALL_DAYS, ahead: ALL_DAYS })).warnings).toEqual([]);
  });

  test.for<[wait: WaitPolicy, refused: readonly number[]]>([
    [{ kind: "all" }, [LAST, LAST + 1]],
    [{ kind: "at-least", count: 1 }, []],
    // Two days each, of which the last one has one only.
    [{ kind: "at-least", count: 2 }, [LAST, LAST + 1]],
    [{ kind: "at-least", count: 3 }, [FIRST, LAST + 1]],
    [{ kind: "at-most-missing", count: 1 }, []],
    [{ kind: "at-most-missing", count: 0 }, [LAST, LAST + 1]],
  ])("are tolerated where %j allows it", ([wait, refused]) => {
    const waiting = { ...ahead, deps: ahead.deps.map((dep) => ({ ...dep, wait })) };
    const made = plan([raw, waiting], each({ raw: ALL_DAYS, ahead: ALL_DAYS }));
    const found = made.warnings.filter(({ code }) => code === "UPSTREAM_NONEXISTENT");
    expect(found.flatMap(({ partitions }) => partitions)).toEqual(refused);
    expect(made.assets[1]?.deps[0]?.wait).toEqual(wait);
  });

  test("are left out on request, with what reads them, and it is said", () => {
    const targets = each({ raw: ALL_DAYS, ahead: ALL_DAYS, after: ALL_DAYS });
    const made = plan([raw, ahead, after], targets, { leaveOutUnreadable: true });
    expect(targetsOf(made)).toEqual({
      raw: [0, 1, 2, 3, 4, 5, 6],
      ahead: [0, 1, 2, 3, 4, 5],
      after: [0, 1, 2, 3, 4, 5],
    });
    expect(made.warnings).toMatchObject([
      { code: "UPSTREAM_NONEXISTENT", severity: "warning", asset: "ahead", partitions: [LAST, LAST + 1] },
      { code: "UPSTREAM_NONEXISTENT", severity: "warning", asset: "after", partitions: [LAST, LAST + 1] },
    ]);
    // What was made once can be read although it is not made again.
    const stateOf = () => ({ ...NOTHING, materialized: ALL_DAYS });
    const readable = plan([raw, ahead, after], targets, { leaveOutUnreadable: true, stateOf });
    expect(targetsOf(readable)["after"]).toEqual([0, 1, 2, 3, 4, 5, 6]);
  });
});

test("a mapping by a function that was not asked for a partition is an error that says what to do", () => {
  const [one, two] = ["1992-06-03", "1992-06-04"];
  const custom = assetOf("custom", {
    partitions: DAYS,
    deps: { raw: { kind: "custom", keys: { [one]: [one], [two]: [] }, until: two } },
  });
  const made = plan([raw, custom], each({ raw: ALL_DAYS, custom: ALL_DAYS }));
  expect(made.warnings).toMatchObject([
    {
      code: "MAPPING_OUTDATED",
      severity: "error",
      asset: "custom",
      upstream: "raw",
      partitions: [FIRST + 2, LAST + 1],
      message: expect.stringMatching(/Load it again\.$/u),
    },
  ]);
  const asked = PartitionSet.of([FIRST, FIRST + 1]);
  expect(plan([raw, custom], each({ raw: ALL_DAYS, custom: asked })).warnings).toEqual([]);
});

describe("the size of a plan", () => {
  /** A minute each since 1970: more than ten million by 1992. */
  const minutes: PartitionsSpec = {
    ...timeWindows("hourly", "* * * * *", new Date(0)),
    kind: "time-window",
    cadence: "cron",
    cron: "* * * * *",
    start: "1970-01-01T00:00",
    timeZone: "UTC",
    end: null,
    endOffset: 0,
    format: "%Y-%m-%d-%H:%M",
  };
  const many = assetOf("many", { partitions: minutes });
  const all = PartitionSet.range(0, 11_000_000);

  test("has a limit, which is named", () => {
    expect(() => plan([many], each({ many: all }))).toThrowError(
      expect.objectContaining({
        code: "PLAN_TOO_LARGE",
        message: "11,000,000 partitions were asked for, and one run makes 5,000,000 at most",
        details: { total: 11_000_000, limit: 5_000_000 },
      }),
    );
  });

  test("is that of what is made, not of what is looked at", () => {
    const failed = PartitionSet.range(7, 12);
    const made = plan([many], each({ many: all }), { only: ["failed"], stateOf: () => ({ ...NOTHING, failed }) });
    expect(made.total).toBe(5);
    expect(plan([many], each({ many: PartitionSet.range(0, 1_000_000) })).total).toBe(1_000_000);
  });
});

describe("chunks", () => {
  const chunked = { ...clean, chunk: 10 };

  test("are as large as the asset declares, or as is asked for", () => {
    const chunksOf = (made: RunPlan) => made.assets.map(({ chunk }) => chunk);
    const targets = each({ raw: ALL_DAYS, clean: ALL_DAYS });
    expect(chunksOf(plan([raw, chunked], targets))).toEqual([null, 10]);
    expect(chunksOf(plan([raw, chunked], targets, { chunk: 3 }))).toEqual([null, 3]);
    expect(chunksOf(plan([raw, chunked], targets, { chunk: "range" }))).toEqual([null, "range"]);
  });

  test("are refused where no asset makes several partitions at a time", () => {
    expect(() => plan([raw], each({ raw: ALL_DAYS }), { chunk: 3 })).toThrowError(
      expect.objectContaining({ code: "PLAN_CHUNK_UNUSED" }),
    );
  });
});

describe("config", () => {
  const taking = { ...raw, config: { jsonSchema: null, required: false } };
  const needing = { ...raw, config: { jsonSchema: null, required: true } };
  const targets = each({ raw: ALL_DAYS });

  test("is part of the plan", () => {
    const [asset] = plan([taking], targets, { config: { raw: { station: 7 } } }).assets;
    expect(asset?.config).toEqual({ station: 7 });
    expect(plan([taking], targets).assets[0]).not.toHaveProperty("config");
  });

  test("that is needed and not stated, or that its schema refuses, is an error", () => {
    expect(plan([needing], targets).warnings).toMatchObject([
      { code: "CONFIG_INVALID", severity: "error", message: 'The config of "raw" is refused: it needs one.' },
    ]);
    const findConfigProblem = () => "station: expected a number";
    expect(plan([taking], targets, { config: { raw: {} }, findConfigProblem }).warnings).toMatchObject([
      { code: "CONFIG_INVALID", severity: "error", message: expect.stringContaining("station: expected a number") },
    ]);
  });

  test("for what takes none, or is not part of the plan, is refused naming what is near", () => {
    const refusalOf = (config: NonNullable<PlanRunInput["config"]>, asset: AssetSnapshot) => {
      try {
        return plan([asset], targets, { config });
      } catch (error) {
        return error;
      }
    };
    const misspelt = refusalOf({ raww: {} }, taking);
    expect(misspelt).toMatchObject({ code: "PLAN_CONFIG_INVALID", hint: 'Did you mean "raw"?' });
    expect(refusalOf({ raw: {} }, raw)).toMatchObject({ code: "PLAN_CONFIG_INVALID" });
  });
});

describe("the keys of dynamic partitions", () => {
  const cities = assetOf("cities", { partitions: { kind: "dynamic", name: "cities" } });
  const report = assetOf("report", { deps: { cities: { kind: "all" } } });
  const newest = assetOf("newest", { deps: { cities: { kind: "last" } } });
  const keys = Array.from({ length: 1_000 }, (_, at) => (at % 10 === 3 ? null : `city ${at}`));
  const dynamicKeys = { cities: keys, other: ["x"] };
  const assets = [cities, report, newest];

  test("are frozen where they are made or read, and no others", () => {
    const made = plan(assets, each({ cities: PartitionSet.of([0, 5]) }), { selected: ["cities"], dynamicKeys });
    expect(made.dynamicKeys).toEqual({ cities: { ordinals: [0, 1, 5, 6], keys: ["city 0", "city 5"] } });
    const last = plan(assets, each({ cities: PartitionSet.of([0]) }), { selected: ["cities", "newest"], dynamicKeys });
    expect(last.dynamicKeys).toEqual({ cities: { ordinals: [0, 1, 999, 1_000], keys: ["city 0", "city 999"] } });
    const all = plan(assets, each({}), { selected: ["report"], dynamicKeys });
    expect(all.dynamicKeys["cities"]?.keys).toEqual(keys.filter((key) => key !== null));
  });

  test("name the same partitions again, and lead to the same ones", () => {
    const made = plan(assets, each({ cities: PartitionSet.of([0, 5]) }), { dynamicKeys });
    const { spaces, frozen } = {
      spaces: createPartitionSpaces(PLANNED_AT, dynamicKeys),
      frozen: createPartitionSpaces(PLANNED_AT, made.dynamicKeys),
    };
    for (const asset of made.assets) {
      for (const { mapping } of asset.deps) {
        const [from, to] = [spaces, frozen].map((resolved) =>
          resolved
            .mappingOf(mapping, {
              upstream: resolved.spaceOf(cities.partitions),
              downstream: resolved.spaceOf(asset.partitionsSpec),
            })
            .upstreamOf(PartitionSet.fromRanges(asset.partitions)),
        );
        expect(to).toEqual(from);
      }
    }
    expect([0, 3, 5].map((ordinal) => frozen.spaceOf(cities.partitions).keyOf(ordinal))).toEqual([
      "city 0",
      null,
      "city 5",
    ]);
  });
});

test("what other runs are making is left to them and waited for", () => {
  const running = PartitionSet.of([FIRST + 1, FIRST + 2]);
  const stateOf = (key: string) => (key === "raw" ? { ...NOTHING, running } : NOTHING);
  const targets = each({ raw: ALL_DAYS.take(3), clean: ALL_DAYS.take(3) });
  const input = { assets: [raw, clean], selected: ["raw", "clean"], targets, at: PLANNED_AT, stateOf };
  const left = planAmongRuns({ ...input, leaveOutRunning: true });
  expect(targetsOf(left.plan)).toEqual({ raw: [0], clean: [0, 1, 2] });
  expect([...left.doubled]).toEqual([["raw", running]]);
  expect([...left.awaited]).toEqual([["raw", running]]);
  expect(left.plan.warnings.map(({ code }) => code)).toEqual(["ALREADY_RUNNING"]);
  const again = planAmongRuns(input);
  expect(targetsOf(again.plan)).toEqual({ raw: [0, 1, 2], clean: [0, 1, 2] });
  expect([...again.awaited]).toEqual([]);
});

test("what reads what is made includes the later partitions of an asset that reads itself, and their readers", () => {
  const before = { kind: "time-window", startOffset: -1, endOffset: -1, allowNonexistent: true } as const;
  const balance = assetOf("balance", { partitions: DAYS, deps: { raw: { kind: "identity" }, balance: before } });
  const report = assetOf("report", { partitions: DAYS, deps: { balance: { kind: "identity" } } });
  const assets = [raw, balance, report];
  const last = LAST - FIRST;
  const from = (day: number) => Array.from({ length: last + 1 - day }, (_, index) => day + index);
  const targets = each({ raw: PartitionSet.of([LAST - 2]) }, "downstream");
  expect(targetsOf(plan(assets, targets, { addOwnReaders: true }))).toEqual({
    raw: [last - 2],
    balance: from(last - 2),
    report: from(last - 2),
  });
  expect(targetsOf(plan(assets, targets)).balance).toEqual([last - 2]);
  // Also of the asset that is stated itself.
  const own = each({ balance: PartitionSet.of([LAST - 1]) }, "downstream");
  expect(targetsOf(plan([balance, report], own, { addOwnReaders: true }))).toEqual({
    balance: from(last - 1),
    report: from(last - 1),
  });
});

test("a chain of a million partitions that read the one before is followed in ranges", () => {
  const hours = timeWindows("hourly", "0 * * * *", new Date(0));
  const chain = assetOf("chain", {
    partitions: hours,
    deps: { chain: { kind: "time-window", startOffset: -1, endOffset: -1, allowNonexistent: true } },
  });
  const at = 1_000_000 * 3_600_000;
  const all = PartitionSet.range(0, 1_000_000);
  const stateOf = () => ({ ...NOTHING, materialized: all, stale: PartitionSet.of([10]) });
  const stale = plan([chain], each({ chain: all }), { at, only: ["stale"], stateOf });
  expect(stale.assets[0]?.partitions).toEqual([10, 1_000_000]);
  const last = each({ chain: PartitionSet.range(999_999, 1_000_000) });
  const whole = plan([chain], last, { at, addMissingUpstream: true });
  expect(whole.total).toBe(1_000_000);
  const first = each({ chain: PartitionSet.range(0, 1) }, "downstream");
  expect(plan([chain], first, { at, addOwnReaders: true }).total).toBe(1_000_000);
});
