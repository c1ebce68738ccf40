import type { RunPlan, RunPlanAsset } from "@heddle/core/internal";
import { describe, expect, it } from "vitest";
import { estimate } from "./estimate-plan.ts";

function asset(key: string, count: number, upstream: readonly string[] = []): RunPlanAsset {
  return {
    key,
    partitions: [0, count],
    partitionsSpec: null,
    deps: upstream.map((name) => ({ upstream: name, mapping: { kind: "all" as const }, inRun: true })),
    retry: { attempts: 1, backoff: "constant", delayMs: 0, maxDelayMs: 0, jitter: false },
    codeVersion: "v1",
    chunk: null,
    counts: { missing: count, failed: 0, stale: 0, fresh: 0 },
    overwrites: 0,
  };
}

const plan = (...assets: RunPlanAsset[]): RunPlan => ({
  protocol: 1,
  at: 0,
  order: "oldest",
  assets,
  warnings: [],
  total: 0,
  dynamicKeys: {},
});

const SECOND = { steps: 10, totalMs: 10_000, runMeansMs: [1_000] };

describe("estimate", () => {
  it("spreads the mean of the past over the workers", () => {
    const { whole, workMsOf } = estimate(plan(asset("a", 100)), { durationsOf: () => SECOND, slots: 4 });
    expect(whole).toEqual({
      workMs: 100_000,
      wallMs: 25_000,
      p50Ms: 25_000,
      p90Ms: 25_000,
      basis: "the mean of 10 earlier steps, 4 at a time",
    });
    expect(workMsOf("a")).toBe(100_000);
  });

  it("is no faster than the run may be", () => {
    const most = (steps: number) =>
      estimate(plan(asset("a", 100)), { durationsOf: () => SECOND, slots: 4, most: steps }).whole;
    expect(most(2)).toMatchObject({ wallMs: 50_000, p90Ms: 50_000, basis: expect.stringMatching(/, 2 at a time$/u) });
    expect(most(100)).toMatchObject({ wallMs: 25_000, basis: expect.stringMatching(/, 4 at a time$/u) });
  });

  it("says how far runs were from each other", () => {
    const runMeansMs = [900, 5_000, 1_000, 1_100, 950, 1_050, 1_020, 980, 1_010, 990];
    const durationsOf = () => ({ steps: 10, totalMs: 14_000, runMeansMs });
    const { whole } = estimate(plan(asset("a", 10)), { durationsOf, slots: 1 });
    expect(whole).toMatchObject({ wallMs: 14_000, p50Ms: 10_000, p90Ms: 11_000 });
  });

  it("is never faster than its longest chain", () => {
    const chain = plan(asset("a", 1), asset("b", 1, ["a"]), asset("c", 1, ["b"]));
    expect(estimate(chain, { durationsOf: () => SECOND, slots: 100 }).whole?.wallMs).toBe(3_000);
    const own = plan(asset("a", 50, ["a"]));
    expect(estimate(own, { durationsOf: () => SECOND, slots: 100 }).whole?.wallMs).toBe(50_000);
  });

  it("says what it does not know", () => {
    const two = plan(asset("a", 10), asset("b", 10));
    const known = estimate(two, { durationsOf: (key) => (key === "a" ? SECOND : undefined), slots: 0 });
    expect(known.whole).toEqual({
      workMs: 10_000,
      wallMs: 10_000,
      p50Ms: 10_000,
      p90Ms: 10_000,
      basis:
        "the mean of 10 earlier steps, one at a time, as no worker is there now, without 1 asset never made before",
    });
    expect(known.workMsOf("b")).toBeNull();
    expect(estimate(two, { durationsOf: () => undefined, slots: 4 }).whole).toBeNull();
  });
});
