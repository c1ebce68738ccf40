import type { PartitionStatus } from "@heddle/core/internal";
import { expect, test } from "vitest";
import { codeOf } from "../../status/status-look.ts";
import { type FleetStanding, fleetStanding } from "./fleet-standing.ts";

interface Row {
  /** `null`: external. */
  readonly status: PartitionStatus | null;
  readonly total?: number;
  readonly missing?: number;
}

function standingOf(rows: readonly Row[]): FleetStanding {
  return fleetStanding({
    index: { count: rows.length, external: Uint8Array.from(rows, ({ status }) => (status === null ? 1 : 0)) },
    statuses: {
      codes: Int8Array.from(rows, ({ status }) => (status === null ? -1 : codeOf(status))),
      totals: Float64Array.from(rows, ({ total = 1 }) => total),
      countOf: (row, code) => (code === codeOf("missing") ? (rows[row]?.missing ?? 0) : 0),
    },
  });
}

test("an external asset can never be fresh, so that it counts for nothing", () => {
  expect(standingOf([{ status: "fresh" }, { status: null }, { status: "stale" }])).toEqual({
    total: 2,
    fresh: 1,
    incomplete: 0,
    unmade: 0,
  });
});

test("an asset of which one partition is missing is not one that was never made", () => {
  expect(
    standingOf([
      { status: "missing", total: 30, missing: 1 },
      { status: "missing", total: 30, missing: 30 },
      { status: "missing", missing: 1 },
      { status: "failed", total: 30, missing: 30 },
    ]),
  ).toEqual({ total: 4, fresh: 0, incomplete: 1, unmade: 2 });
});
