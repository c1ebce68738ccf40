import { staticPartitions } from "@heddle/core";
import { type PartitionsSpec, type RunPlan, type RunPlanAsset } from "@heddle/core/internal";
import { PartitionSpaces } from "@heddle/engine/planning";
import { describe, expect, it } from "vitest";
import { comparePlans } from "./compare-plans.ts";

const spaces = new PartitionSpaces(Date.UTC(2026, 5, 1), { dynamicKeys: {}, formerKeys: {} });
const refOf = (key: string) => ({ id: 7, key });

const days: PartitionsSpec = {
  kind: "time-window",
  cadence: "daily",
  cron: "0 0 * * *",
  timeZone: "UTC",
  start: "2026-01-01",
  end: null,
  endOffset: 0,
  format: "%Y-%m-%d",
};
/** Of 2026-01-01. */
const FIRST = 20_454;

function asset(rest: Partial<RunPlanAsset> = {}): RunPlanAsset {
  return {
    key: "raw",
    partitions: [FIRST, FIRST + 5],
    partitionsSpec: days,
    deps: [],
    retry: { attempts: 1, backoff: "constant", delayMs: 0, maxDelayMs: 0, jitter: false },
    codeVersion: "v1",
    chunk: null,
    counts: { missing: 5, failed: 0, stale: 0, fresh: 0 },
    overwrites: 0,
    ...rest,
  };
}

function plan(assets: readonly RunPlanAsset[], rest: Partial<RunPlan> = {}): RunPlan {
  return { protocol: 1, at: 0, order: "oldest", assets, warnings: [], total: 5, dynamicKeys: {}, ...rest };
}

const texts = (before: RunPlan, after: RunPlan) =>
  comparePlans(before, after, { refOf, spaces }).map(({ asset: about, text }) =>
    about === null ? text : `${about.key}: ${text}`,
  );
const changed = (before: Partial<RunPlanAsset>, after: Partial<RunPlanAsset>) =>
  texts(plan([asset(before)]), plan([asset(after)]));

describe("comparePlans", () => {
  it("says nothing of plans that do the same", () => {
    const counts = { missing: 0, failed: 5, stale: 0, fresh: 0 };
    expect(changed({}, { counts })).toEqual([]);
    expect(texts(plan([asset()]), plan([asset()], { at: 9 }))).toEqual([]);
  });

  it("names the partitions that came and went", () => {
    const [change] = comparePlans(plan([asset()]), plan([asset({ partitions: [FIRST + 2, FIRST + 7] })]), {
      refOf,
      spaces,
    });
    expect(change).toEqual({
      asset: { id: 7, key: "raw" },
      added: [FIRST + 5, FIRST + 7],
      removed: [FIRST, FIRST + 2],
      text: "added 2026-01-06..2026-01-07 (2), removed 2026-01-01..2026-01-02 (2)",
    });
    expect(texts(plan([asset()]), plan([]))).toEqual(["raw: removed 2026-01-01..2026-01-05 (5)"]);
    expect(texts(plan([]), plan([asset({ partitions: [FIRST, FIRST + 1] })]))).toEqual(["raw: added 2026-01-01"]);
  });

  it.for<[before: Partial<RunPlanAsset>, after: Partial<RunPlanAsset>, text: string]>([
    [{}, { codeVersion: "v2" }, "its code changed"],
    [{}, { chunk: 100 }, "100 partitions a step, not one step for each partition"],
    [{ chunk: 100 }, { chunk: "range" }, "one step for all partitions, not 100 partitions a step"],
    [{}, { config: { station: 7 } }, "it gets config"],
    [{ config: { station: 7 } }, {}, "it gets no config"],
    [{ config: { station: 7 } }, { config: { station: 8 } }, "its config changed"],
    [{}, { overwrites: 3 }, "3 materializations will be replaced, not 0"],
    [{}, { retry: { ...asset().retry, attempts: 3 } }, "it is retried otherwise"],
    [
      {},
      { partitionsSpec: { ...days, start: "2025-01-01", endOffset: 1 } },
      "its partitions changed: start 2025-01-01 instead of 2026-01-01, endOffset 1 instead of 0",
    ],
    [{}, { partitionsSpec: null }, "its partitions changed: no partitions instead of daily partitions"],
  ])("%j → %j", ([before, after, text]) => {
    expect(changed(before, after)).toEqual([`raw: ${text}`]);
  });

  it("tells what is read otherwise", () => {
    const dep = { upstream: "source", mapping: { kind: "identity" as const }, inRun: false };
    const deps = (...list: RunPlanAsset["deps"]) => ({ deps: list });
    expect(changed({}, deps(dep))).toEqual(["raw: it reads source now"]);
    expect(changed(deps(dep), {})).toEqual(["raw: it does not read source any more"]);
    expect(changed(deps(dep), deps({ ...dep, mapping: { kind: "all" } }))).toEqual([
      "raw: it reads other partitions of source",
    ]);
    expect(changed(deps(dep), deps({ ...dep, inRun: true }))).toEqual(["raw: it waits for source, which is made too"]);
    expect(changed(deps(dep), deps({ ...dep, wait: { kind: "at-least", count: 5 } }))).toEqual([
      "raw: of source it waits for at least 5, not for all",
    ]);
  });

  it("tells keys and dimensions that came and went", () => {
    const region = (keys: readonly string[]): PartitionsSpec => ({ kind: "static", keys });
    expect(changed({ partitionsSpec: region(["a", "b"]) }, { partitionsSpec: region(["a", "c"]) })).toEqual([
      "raw: its partitions changed: new c, no b any more",
    ]);
    const both = (keys: readonly string[]): PartitionsSpec => ({
      kind: "multi",
      dimensions: [
        { name: "day", partitions: days },
        { name: "region", partitions: staticPartitions(keys).spec },
      ],
    });
    expect(changed({ partitionsSpec: both(["a"]) }, { partitionsSpec: both(["a", "b"]) })).toEqual([
      "raw: its partitions changed: region: new b",
    ]);
    expect(changed({}, { partitionsSpec: both(["a"]) })).toEqual([
      "raw: its partitions changed: partitions by day, region instead of daily partitions",
    ]);
  });

  it("tells another order once, of the plan as a whole", () => {
    expect(texts(plan([asset()]), plan([asset()], { order: "newest" }))).toEqual([
      "the newest partitions first, not the oldest",
    ]);
  });
});
