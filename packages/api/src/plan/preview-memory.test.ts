import type { RunPlan, RunPlanAsset } from "@heddle/core/internal";
import { describe, expect, it } from "vitest";
import { PreviewMemory } from "./preview-memory.ts";

function plan(bounds: number): RunPlan {
  const asset: RunPlanAsset = {
    key: "a",
    partitions: Array.from({ length: bounds }, (_, i) => i),
    partitionsSpec: null,
    deps: [],
    retry: { attempts: 1, backoff: "constant", delayMs: 0, maxDelayMs: 0, jitter: false },
    codeVersion: "v1",
    chunk: null,
    counts: { missing: 0, failed: 0, stale: 0, fresh: 0 },
    overwrites: 0,
  };
  const dynamicKeys = { d: { ordinals: [0, 1], keys: ["k"] } };
  return { protocol: 1, at: 0, order: "oldest", assets: [asset], warnings: [], total: 0, dynamicKeys };
}

describe("PreviewMemory", () => {
  it("forgets the oldest of too many plans", () => {
    const memory = new PreviewMemory();
    for (let i = 0; i < 51; i += 1) memory.remember(`plan ${i}`, plan(2));
    expect(memory.recall("plan 0")).toBeUndefined();
    expect(memory.recall("plan 1")?.assets).toEqual(plan(2).assets);
  });

  it("forgets the oldest when the sets together grow too large", () => {
    const memory = new PreviewMemory();
    const large = plan(900_000);
    for (const hash of ["a", "b", "c"]) memory.remember(hash, large);
    expect(memory.recall("a")).toBeUndefined();
    expect(memory.recall("b")?.assets).toBe(large.assets);
    expect(memory.recall("c")?.assets).toBe(large.assets);
  });

  it("does not keep what no difference is told by", () => {
    const memory = new PreviewMemory();
    memory.remember("a", plan(2));
    expect(memory.recall("a")).toMatchObject({ dynamicKeys: {}, warnings: [] });
  });
});
