import type { CheckResult } from "@heddle/api";
import type { JsonValue } from "@heddle/core";
import type { ChartData, ChartThreshold } from "../../ui/charts/chart-data.ts";
import { stateOfResult } from "./check-look.ts";

/** One number that a check reports, over its results. */
export interface CheckSeries {
  readonly name: string;
  readonly data: ChartData;
}

/** Numbers that are drawn; a check that reports more is read as a table. */
const MAX_SERIES = 8;

/** What the points stand along: when each was found, or the partitions, each with its newest result. */
export type SeriesAxis = "time" | "partition";

/** The numbers in the metadata of results. `results` come newest first. A single point is no trend. */
export function seriesOfResults(results: readonly CheckResult[], axis: SeriesAxis = "time"): readonly CheckSeries[] {
  const oldestFirst = axis === "time" ? results.toReversed() : newestByPartition(results);
  const names = [
    ...new Set(
      oldestFirst.flatMap(({ metadata }) => Object.keys(metadata).filter((name) => numberIn(metadata[name]) !== null)),
    ),
  ];
  return names.slice(0, MAX_SERIES).flatMap((name) => {
    const points = oldestFirst.flatMap((result) => {
      const number = numberIn(result.metadata[name]);
      return number === null ? [] : [{ ...number, at: axis === "time" ? result.at : result.ordinal, result }];
    });
    return points.length < 2 ? [] : [{ name, data: chartOf(name, points, axis) }];
  });
}

interface NumberEntry {
  readonly value: number;
  readonly unit: string | null;
  readonly atLeast: number | null;
  readonly atMost: number | null;
}

type Point = NumberEntry & { readonly at: number; readonly result: CheckResult };

function newestByPartition(results: readonly CheckResult[]): CheckResult[] {
  const newest = new Map(results.toReversed().map((result) => [result.ordinal, result]));
  return [...newest.values()].toSorted((a, b) => a.ordinal - b.ordinal);
}

function chartOf(name: string, points: readonly Point[], axis: SeriesAxis): ChartData {
  const newest = points.at(-1);
  const keys = new Map(points.map(({ result }) => [result.ordinal, result.partitionKey]));
  return {
    axis:
      axis === "time"
        ? { kind: "time" }
        : { kind: "partition", labelOf: (ordinal) => keys.get(ordinal) ?? `#${ordinal}` },
    at: points.map(({ at }) => at),
    series: [{ name, unit: newest?.unit ?? null, values: points.map(({ value }) => value) }],
    marks: points.flatMap(({ at, result }) =>
      stateOfResult(result) === "failed"
        ? [{ at, kind: "failed" as const, text: `${result.partitionKey} ${result.description ?? "failed"}`.trim() }]
        : [],
    ),
    thresholds: newest === undefined ? [] : thresholdsOf(newest),
  };
}

function thresholdsOf({ atLeast, atMost }: NumberEntry): readonly ChartThreshold[] {
  return [
    ...(atLeast === null ? [] : [{ value: atLeast, label: "at least" }]),
    ...(atMost === null ? [] : [{ value: atMost, label: "at most" }]),
  ];
}

/** A number as metadata holds it, with the bounds that the check declares; `null` for anything else. */
function numberIn(stored: JsonValue | undefined): NumberEntry | null {
  if (typeof stored === "number") return { value: stored, unit: null, atLeast: null, atMost: null };
  if (typeof stored !== "object" || stored === null || !("type" in stored) || stored["type"] !== "number") return null;
  const { value, unit, atLeast, atMost } = stored;
  if (typeof value !== "number") return null;
  return {
    value,
    unit: typeof unit === "string" ? unit : null,
    atLeast: typeof atLeast === "number" ? atLeast : null,
    atMost: typeof atMost === "number" ? atMost : null,
  };
}
