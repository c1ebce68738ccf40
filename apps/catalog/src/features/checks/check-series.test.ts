import type { CheckResult } from "@heddle/api";
import { expect, test } from "vitest";
import { seriesOfResults } from "./check-series.ts";

const result = (at: number, metadata: CheckResult["metadata"], passed = true): CheckResult => ({
  id: at,
  name: "complete",
  ordinal: at,
  partitionKey: `day ${at}`,
  runId: 1,
  passed,
  severity: "error",
  blocking: true,
  description: passed ? null : "too few",
  metadata,
  at,
});
const rows = (value: number) => ({ type: "number", value, unit: "rows", atLeast: 10 }) as const;

test("numbers become lines along time, with the declared bounds and the failures", () => {
  const series = seriesOfResults([
    result(3, { rows: rows(12), note: "x" }),
    result(2, { rows: rows(4), plain: 1 }, false),
    result(1, { rows: rows(11), plain: 2, sample: { type: "table", columns: [], rows: [] } }),
  ]);
  expect(series.map(({ name }) => name)).toEqual(["rows", "plain"]);
  expect(series[0]?.data).toEqual({
    axis: { kind: "time" },
    at: [1, 2, 3],
    series: [{ name: "rows", unit: "rows", values: [11, 4, 12] }],
    marks: [{ at: 2, kind: "failed", text: "day 2 too few" }],
    thresholds: [{ value: 10, label: "at least" }],
  });
  expect(series[1]?.data.series[0]?.values).toEqual([2, 1]);
});

test("along partitions each has its newest number", () => {
  const again = { ...result(4, { rows: rows(9) }), ordinal: 1, partitionKey: "day 1" };
  const [series] = seriesOfResults([again, result(2, { rows: rows(4) }), result(1, { rows: rows(11) })], "partition");
  expect(series?.data.at).toEqual([1, 2]);
  expect(series?.data.series[0]?.values).toEqual([9, 4]);
  const { axis } = series?.data ?? {};
  expect(axis?.kind === "partition" && [axis.labelOf(1), axis.labelOf(7)]).toEqual(["day 1", "#7"]);
});

test("a single point is no trend", () => {
  expect(seriesOfResults([result(1, { rows: 1 })])).toEqual([]);
  expect(seriesOfResults([])).toEqual([]);
});
