import type { RunUpstream } from "@heddle/api";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { criticalPath, type TimedStep } from "./critical-path.ts";

const [ORDERS, CUSTOMERS, CLEAN, REVENUE] = [1, 2, 3, 4] as const;
const UPSTREAM: Readonly<Record<number, readonly RunUpstream[]>> = {
  [CLEAN]: [
    { assetId: ORDERS, samePartition: true },
    { assetId: CUSTOMERS, samePartition: false },
  ],
  [REVENUE]: [{ assetId: CLEAN, samePartition: false }],
};
const upstreamOf = (assetId: number): readonly RunUpstream[] => UPSTREAM[assetId] ?? [];

function step(assetId: number, ordinal: number, [start, end]: readonly [number, number]): TimedStep {
  return { assetId, ordinal, start, end };
}

describe("the critical path", () => {
  test("goes back from the last step through what each waited for longest", () => {
    const steps = [
      step(ORDERS, 0, [0, 100]),
      step(ORDERS, 1, [0, 900]),
      step(CUSTOMERS, 0, [0, 300]),
      step(CLEAN, 0, [310, 400]),
      step(CLEAN, 1, [1_000, 1_200]),
      step(REVENUE, 0, [1_210, 1_500]),
    ];
    const path = criticalPath(steps, { upstreamOf, runStart: 0 });
    expect(path.map(({ assetId, ordinal, waitedMs }) => [assetId, ordinal, waitedMs])).toEqual([
      [ORDERS, 1, 0],
      [CLEAN, 1, 100],
      [REVENUE, 0, 10],
    ]);
  });

  test("takes the step of the same partition where only that is read, although another one ended later", () => {
    const steps = [step(ORDERS, 0, [0, 100]), step(ORDERS, 1, [0, 390]), step(CLEAN, 0, [400, 500])];
    expect(criticalPath(steps, { upstreamOf, runStart: 0 }).map(({ ordinal }) => ordinal)).toEqual([0, 0]);
  });

  test("goes through a slow asset without partitions", () => {
    const steps = [step(ORDERS, 0, [0, 100]), step(CUSTOMERS, 0, [0, 800]), step(CLEAN, 0, [810, 900])];
    expect(criticalPath(steps, { upstreamOf, runStart: 0 }).map(({ assetId }) => assetId)).toEqual([CUSTOMERS, CLEAN]);
  });

  test("is empty without steps, and counts the wait of the first from the beginning of the run", () => {
    expect(criticalPath([], { upstreamOf, runStart: 0 })).toEqual([]);
    expect(criticalPath([step(ORDERS, 0, [250, 300])], { upstreamOf, runStart: 100 })).toMatchObject([
      { waitedMs: 150 },
    ]);
  });

  test("always ends with the step that ended last, and each step is upstream of the next", () => {
    const any = fc.array(
      fc
        .record({
          assetId: fc.integer({ min: 1, max: 4 }),
          ordinal: fc.nat(5),
          start: fc.nat(1_000),
          took: fc.nat(500),
        })
        .map(({ assetId, ordinal, start, took }) => step(assetId, ordinal, [start, start + took])),
      { maxLength: 30 },
    );
    fc.assert(
      fc.property(any, (steps) => {
        const path = criticalPath(steps, { upstreamOf, runStart: 0 });
        expect(path.at(-1)?.end ?? 0).toBe(Math.max(0, ...steps.map(({ end }) => end)));
        const links = path.slice(1).map(({ assetId }, i) => [path[i]?.assetId, assetId] as const);
        expect(links.every(([from, to]) => upstreamOf(to).some((own) => own.assetId === from))).toBe(true);
      }),
    );
  });
});
