import fc from "fast-check";
import { expect, test } from "vitest";
import { AGEING_STEP_MS, agePriorities } from "./aged-priority.ts";

const HOUR = 3_600_000;

test("what waits rises until it is level with what is highest", () => {
  const after = (waitedMs: number) =>
    agePriorities([
      { priority: 5, waitedMs: 0 },
      { priority: 0, waitedMs },
    ]).map(({ priority }) => priority);
  expect(after(AGEING_STEP_MS - 1)).toEqual([5, 0]);
  expect(after(AGEING_STEP_MS)).toEqual([5, 1]);
  expect(after(4 * AGEING_STEP_MS)).toEqual([5, 4]);
  expect(after(100 * HOUR)).toEqual([5, 5]);
});

test("nothing rises above what is highest, and nothing falls", () => {
  const anyone = fc.record({
    priority: fc.integer({ min: -10, max: 10 }),
    waitedMs: fc.integer({ min: -HOUR, max: 100 * HOUR }),
  });
  fc.assert(
    fc.property(fc.array(anyone, { minLength: 1 }), (all) => {
      const highest = Math.max(...all.map(({ priority }) => priority));
      for (const [index, aged] of agePriorities(all).entries()) {
        expect(aged.priority).toBeLessThanOrEqual(highest);
        expect(aged.priority).toBeGreaterThanOrEqual(all[index]?.priority ?? 0);
      }
    }),
  );
});
