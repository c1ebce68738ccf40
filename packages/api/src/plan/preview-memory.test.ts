import { describe, expect, it } from "vitest";
import type { PlannedAsset } from "../contract.ts";
import { PreviewMemory } from "./preview-memory.ts";

function planned(bounds: number): PlannedAsset {
  const partitions = Array.from({ length: bounds }, (_, i) => i);
  const counts = { count: 0, missing: 0, failed: 0, fresh: 0, overwrites: 0 };
  return { asset: { id: 1, key: "a" }, partitions, text: "", ...counts, reason: "selected" };
}

describe("PreviewMemory", () => {
  it("forgets the oldest of too many previews", () => {
    const memory = new PreviewMemory();
    for (let i = 0; i < 51; i += 1) memory.remember(`plan ${i}`, []);
    expect(memory.recall("plan 0")).toBeUndefined();
    expect(memory.recall("plan 1")).toEqual([]);
  });

  it("forgets the oldest when the sets together grow too large", () => {
    const memory = new PreviewMemory();
    const large = [planned(900_000)];
    for (const hash of ["a", "b", "c"]) memory.remember(hash, large);
    expect(memory.recall("a")).toBeUndefined();
    expect(memory.recall("b")).toBe(large);
    expect(memory.recall("c")).toBe(large);
  });
});
