import { expect, test } from "vitest";
import { type ChartData, valueExtent, valueRange } from "./chart-data.ts";
import { formatAxisValue, formatValue } from "./chart-format.ts";

test("the value axis begins at zero where the line is still told from a flat one", () => {
  expect(valueRange([2, 10])[0]).toBe(0);
  expect(valueRange([9_990, 10_010])[0]).toBeGreaterThan(9_980);
  expect(valueRange([-10, -2])[1]).toBe(0);
  const [least, greatest] = valueRange([-5, 5]);
  expect(least).toBeLessThan(-5);
  expect(greatest).toBeGreaterThan(5);
});

test("a line of one value, of zeros and of nothing has an axis too", () => {
  for (const extent of [[7, 7], [-7, -7], [0, 0], null] as const) {
    const [least, greatest] = valueRange(extent);
    expect(least).toBeLessThan(greatest);
  }
});

test("bounds are in view, and what is no number changes nothing", () => {
  const data: ChartData = {
    axis: { kind: "time" },
    at: [1, 2, 3],
    series: [{ name: "rows", unit: null, values: [null, 4, Number.NaN] }],
    thresholds: [{ value: 9, label: "most" }],
  };
  expect(valueExtent(data)).toEqual([4, 9]);
  expect(valueExtent({ ...data, series: [], thresholds: [] })).toBeNull();
});

test("values are written in the unit that people read", () => {
  expect(formatValue(12_345, "rows")).toBe("12,345 rows");
  expect(formatValue(0.25, null)).toBe("0.25");
  expect(formatValue(4_200_000, "bytes")).toBe("4.2 MB");
  expect(formatValue(185_000, "ms")).toBe("3 m 05 s");
  expect(formatValue(-3, "ms")).toBe("-3 ms");
  expect(formatAxisValue(12_345, "rows")).toBe("12.3K");
});
