import type { CellFilter } from "@heddle/core";
import { describe, expect, test } from "vitest";
import { cellMatches, rowMatches } from "./row-matches.ts";

const day = (text: string) => new Date(`${text}T00:00Z`);

describe("cellMatches", () => {
  test.each<[filter: CellFilter, fits: unknown[], others: unknown[]]>([
    [{}, [1, "", null, undefined, []], []],
    [{ eq: 3 }, [3, 3n], [4, "3", null, Number.NaN, true]],
    [{ eq: 2n ** 60n }, [2n ** 60n, 2 ** 60], [2n ** 60n + 1n]],
    [{ eq: "a" }, ["a"], ["A", "", null, 1]],
    [{ eq: false }, [false], [true, 0, null]],
    [{ eq: day("2012-01-01") }, [day("2012-01-01")], [day("2012-01-02"), "2012-01-01", null]],
    [{ in: ["a", "b"] }, ["a", "b"], ["c", null]],
    [{ in: [] }, [], ["a", null]],
    [{ in: [1, 2], gt: 1 }, [2], [1, 3]],
    [{ gt: 1, lte: 3 }, [1.5, 3, 2n], [1, 3.1, "2", null]],
    [{ gte: "b", lt: "d" }, ["b", "c"], ["a", "d", "B"]],
    [{ gte: day("2012-01-01"), lt: day("2012-02-01") }, [day("2012-01-31")], [day("2012-02-01"), null]],
    [{ isNull: true }, [null, undefined], [0, "", false]],
    [{ isNull: false }, [0, "", false, []], [null, undefined]],
    [{ isNull: true, eq: 1 }, [], [1, null]],
    [{ isNull: false, gt: 1 }, [2], [1, null]],
    [{ eq: 1 }, [], [[1], { a: 1 }]],
  ])("%o", (filter, fits, others) => {
    const matches = cellMatches(filter);
    expect(fits.filter((cell) => !matches(cell))).toEqual([]);
    expect(others.filter((cell) => matches(cell))).toEqual([]);
  });
});

test("a row fits when all of its columns do; what it does not have has no value", () => {
  const matches = rowMatches({ station: { eq: "SEA" }, tempMax: { gte: 30 } });
  expect(matches({ station: "SEA", tempMax: 31, note: 1 })).toBe(true);
  expect(matches({ station: "SEA", tempMax: 29 })).toBe(false);
  expect(matches({ station: "SEA" })).toBe(false);
  expect(rowMatches({ note: { isNull: true } })({ station: "SEA" })).toBe(true);
  // Nothing is found in what every object inherits.
  expect(rowMatches({ toString: { isNull: false } })({})).toBe(false);
  expect(rowMatches({ a: { isNull: true } })("a text")).toBe(true);
});
