import { describe, expect, it } from "vitest";
import { StepHolding } from "./step-holding.ts";
import { StepPace } from "./step-pace.ts";

const SLOTS = 8;
const [QUICK, SLOW, UNKNOWN] = [1, 2, 3];

/** A pace that has seen many steps of two assets, the ones at last of `overall`. */
function learned(overall: number): StepPace {
  const pace = new StepPace();
  for (const assetId of [QUICK, SLOW, overall]) {
    for (let count = 0; count < 400; count++) pace.learn(assetId, assetId === QUICK ? 0.1 : 10_000);
  }
  return pace;
}

describe("what a worker wants to claim", () => {
  it("is hundreds of quick steps, and no more slow ones than there are free slots", () => {
    const holding = new StepHolding(SLOTS, learned(QUICK));
    const { capacity, perAsset } = holding.appetite;
    expect(capacity).toBe(SLOTS * 2 * 128);
    expect([perAsset(QUICK), perAsset(SLOW), perAsset(UNKNOWN)]).toEqual([SLOTS * 2 * 128, SLOTS, SLOTS * 2]);
  });

  it("is one slow step as soon as one slot is free", () => {
    const holding = new StepHolding(SLOTS, learned(SLOW));
    holding.add(SLOW, SLOTS);
    expect(holding.appetite.capacity).toBe(0);
    holding.remove(SLOW);
    expect(holding.appetite.capacity).toBe(1);
    expect(holding.appetite.perAsset(SLOW)).toBe(1);
  });

  it("is nothing while quick steps for every slot are at hand", () => {
    const holding = new StepHolding(SLOTS, learned(QUICK));
    holding.add(QUICK, SLOTS * 128);
    expect(holding.appetite.capacity).toBe(0);
    holding.remove(QUICK);
    expect(holding.appetite.capacity).toBe(SLOTS * 128 + 1);
    holding.remove(QUICK, SLOTS * 128 - 1);
    expect(holding.size).toBe(0);
  });
});
