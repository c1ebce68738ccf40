import { dailyPartitions, multiPartitions, resolvePartitions, staticPartitions } from "@heddle/core";
import { PartitionSet } from "@heddle/core/internal";
import { describe, expect, test } from "vitest";
import { codeOf } from "../status/status-look.ts";
import {
  defaultChoice,
  heatmapCells,
  markedCells,
  nextOfRank,
  partitionsOfBox,
  wordOfRank,
  worstOfBox,
} from "./heatmap-cells.ts";
import { StatusRuns } from "./status-runs.ts";

const space = resolvePartitions(
  multiPartitions({
    region: staticPartitions(["eu", "us"]),
    day: dailyPartitions({ start: "2024-01-01", end: "2024-01-05" }),
    kind: staticPartitions(["a", "b", "c"]),
  }).spec,
  { now: Date.UTC(2024, 5, 1) },
);
const dimensions = space.dimensions;
if (dimensions === null) throw new Error("it has dimensions");
const at = (key: string): number => space.ordinalOf(key) ?? Number.NaN;

/** Everything is fresh but what is named. */
function partitionsWith(failed: readonly string[]) {
  const trouble = PartitionSet.of(failed.map(at));
  const fresh = space.all.subtract(trouble);
  const runs = [
    ...pairs(trouble).map(([from, to]) => [codeOf("failed"), from ?? 0, to ?? 0]),
    ...pairs(fresh).map(([from, to]) => [codeOf("fresh"), from ?? 0, to ?? 0]),
  ].toSorted((a, b) => (a[1] ?? 0) - (b[1] ?? 0));
  return { space, runs: new StatusRuns(runs.flat()), knowsAllKeys: true };
}

function pairs({ ranges }: PartitionSet): number[][] {
  return ranges.flatMap((start, i) => (i % 2 === 0 ? [[start, ranges[i + 1] ?? start]] : []));
}

describe("cells of a heatmap", () => {
  const choice = defaultChoice(dimensions);
  const cells = heatmapCells(partitionsWith(["us|2024-01-03|b"]), dimensions, choice);
  const rows = (of: Uint8Array | readonly number[]) =>
    cells.ys.map((_, y) => [...of].slice(y * cells.xs.length, (y + 1) * cells.xs.length));

  test("go by time from left to right, and by the longest of the others from top to bottom", () => {
    expect([choice.across, choice.down]).toEqual([1, 2]);
    expect([cells.xs.length, cells.ys.length]).toEqual([4, 3]);
  });

  test("show the worst of what is behind them", () => {
    expect(rows([...cells.ranks]).map((row) => row.map(wordOfRank))).toEqual([
      ["fresh", "fresh", "fresh", "fresh"],
      ["fresh", "fresh", "failed", "fresh"],
      ["fresh", "fresh", "fresh", "fresh"],
    ]);
    expect(wordOfRank(worstOfBox(cells, { left: 0, right: 4, top: 0, bottom: 3 }))).toBe("failed");
    expect(wordOfRank(worstOfBox(cells, { left: 0, right: 2, top: 0, bottom: 3 }))).toBe("fresh");
    const rank = worstOfBox(cells, { left: 2, right: 3, top: 1, bottom: 2 });
    expect(nextOfRank(cells, 0, { rank, step: 1 })).toBe(6);
    expect(nextOfRank(cells, 6, { rank, step: 1 })).toBe(-1);
  });

  test("of a fixed key show only what is behind that", () => {
    const region = dimensions.spaces[0];
    const of = (key: string) =>
      heatmapCells(partitionsWith(["us|2024-01-03|b"]), dimensions, {
        ...choice,
        fixed: new Map([[0, region?.ordinalOf(key) ?? Number.NaN]]),
      });
    expect(new Set(of("eu").ranks).size).toBe(1);
    expect(new Set(of("us").ranks).size).toBe(2);
  });

  test("are all combinations of a rectangle, and are marked where one is", () => {
    const box = partitionsOfBox(cells, dimensions, { left: 2, right: 4, top: 1, bottom: 2 });
    expect(space.format(box)).toBe("*|2024-01-03..2024-01-04|b (4)");
    expect(rows(markedCells(cells, dimensions, box))).toEqual([
      [0, 0, 0, 0],
      [0, 0, 1, 1],
      [0, 0, 0, 0],
    ]);
  });
});
