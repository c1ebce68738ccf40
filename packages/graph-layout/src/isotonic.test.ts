import fc from "fast-check";
import { expect, test } from "vitest";
import { IsotonicFit } from "./isotonic.ts";

const points = fc.array(fc.tuple(fc.integer({ min: -50, max: 50 }), fc.integer({ min: 1, max: 5 })), {
  minLength: 1,
  maxLength: 12,
});

function cost(fitted: readonly number[], wanted: readonly (readonly [number, number])[]): number {
  return wanted.reduce((sum, [value, weight], i) => sum + weight * (value - fitted[i]!) ** 2, 0);
}

test("gives a nondecreasing sequence that no nondecreasing sequence beats", () => {
  const fit = new IsotonicFit();
  const rival = fc.array(fc.integer({ min: -60, max: 60 }), { minLength: 12, maxLength: 12 });
  fc.assert(
    fc.property(points, rival, (wanted, other) => {
      const values = Float64Array.from(wanted, ([value]) => value);
      fit.fit(
        values,
        Float64Array.from(wanted, ([, weight]) => weight),
        values.length,
      );
      const fitted = Array.from(values);
      const sorted = other.slice(0, fitted.length).toSorted((a, b) => a - b);
      expect(fitted.every((value, i) => i === 0 || value >= fitted[i - 1]! - 1e-9)).toBe(true);
      expect(cost(fitted, wanted)).toBeLessThanOrEqual(cost(sorted, wanted) + 1e-6);
      // The best candidate near the fit itself: halfway towards the rival stays nondecreasing.
      const between = fitted.map((value, i) => (value + sorted[i]!) / 2);
      expect(cost(fitted, wanted)).toBeLessThanOrEqual(cost(between, wanted) + 1e-6);
    }),
  );
});

test("leaves what is in order alone", () => {
  const values = Float64Array.from([1, 2, 2, 7]);
  new IsotonicFit().fit(values, Float64Array.from([1, 1, 1, 1]), 4);
  expect(Array.from(values)).toEqual([1, 2, 2, 7]);
});
