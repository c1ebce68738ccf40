import type { RunMatrix } from "@heddle/api";
import { describe, expect, test } from "vitest";
import { codeOf } from "../../status/status-look.ts";
import { describeCells, matrixRows, nextFailed, zoomMatrix } from "./matrix-row.ts";

const [fresh, failed, missing] = (["fresh", "failed", "missing"] as const).map(codeOf) as [number, number, number];

const MATRIX: RunMatrix = {
  runId: 7,
  plannedAt: Date.UTC(2024, 5, 1),
  assetCount: 2,
  rows: [
    {
      asset: { id: 1, key: "shop/orders" },
      spec: { kind: "static", keys: ["a", "b", "c", "d"] },
      statuses: [fresh, 0, 2, failed, 2, 3, fresh, 3, 4],
      resolution: 1,
      total: 4,
    },
    { asset: { id: 2, key: "shop/report" }, spec: null, statuses: [failed, 0, 1], resolution: 1, total: 1 },
  ],
};
const rows = matrixRows(MATRIX, {});
const [orders, report] = rows;

describe("a row of the matrix", () => {
  test("names steps and says in the words of steps what they are", () => {
    expect(orders === undefined ? "" : describeCells(orders, 2, 3)).toBe("c, failed");
    expect(orders === undefined ? "" : describeCells(orders, 0, 4)).toBe("a to d, 1 failed, 3 made");
    expect(report === undefined ? "" : describeCells(report, 0, 1)).toBe("failed");
  });

  test("the next failed step is found across rows, in both directions, and from the beginning again", () => {
    expect(nextFailed(rows, null, 1)).toEqual({ row: 0, position: 2 });
    expect(nextFailed(rows, { row: 0, position: 2 }, 1)).toEqual({ row: 1, position: 0 });
    expect(nextFailed(rows, { row: 1, position: 0 }, 1)).toEqual({ row: 0, position: 2 });
    expect(nextFailed(rows, { row: 0, position: 2 }, -1)).toEqual({ row: 1, position: 0 });
    expect(nextFailed(rows, null, -1)).toEqual({ row: 1, position: 0 });
    const quiet = matrixRows({ ...MATRIX, rows: [{ ...MATRIX.rows[1]!, statuses: [missing, 0, 1] }] }, {});
    expect(nextFailed(quiet, null, 1)).toBeNull();
    expect(nextFailed([], null, 1)).toBeNull();
  });

  test("zooming keeps what is under the pointer, and never shows more than there is", () => {
    const half = zoomMatrix({ from: 0, to: 1 }, 0.25, 0.5);
    expect(half).toEqual({ from: 0.125, to: 0.625 });
    expect(zoomMatrix(half, 0.25, 10)).toEqual({ from: 0, to: 1 });
  });
});
