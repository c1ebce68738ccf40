import type { PartitionsSpec, PartitionStatus } from "@heddle/core/internal";
import { expect, test } from "vitest";
import { codeOf } from "../status/status-look.ts";
import { catalogIndex } from "./catalog-index.ts";
import { countOfStatus } from "./counted-status.ts";
import { STATUS_COUNT, StatusTable } from "./status-table.ts";

const CITIES: PartitionsSpec = { kind: "static", keys: ["a", "b", "c"] };

interface Case {
  readonly key: "cut" | "whole";
  readonly status: PartitionStatus;
  readonly counts: Partial<Record<PartitionStatus, number>>;
  readonly expected: number | null;
}

test.each<Case>([
  { key: "cut", status: "missing", counts: { fresh: 2, missing: 1 }, expected: 1 },
  // Never made at all.
  { key: "cut", status: "missing", counts: { missing: 3 }, expected: null },
  { key: "cut", status: "stale", counts: { stale: 3 }, expected: 3 },
  { key: "cut", status: "failed", counts: { fresh: 2, failed: 1 }, expected: 1 },
  { key: "cut", status: "fresh", counts: { fresh: 3 }, expected: null },
  { key: "whole", status: "missing", counts: { missing: 1 }, expected: null },
  { key: "whole", status: "stale", counts: { stale: 1 }, expected: null },
])("$key, $status: of $counts this many are counted: $expected", ({ key, status, counts, expected }) => {
  const index = catalogIndex({
    version: "1",
    ids: [1, 2],
    keys: ["cut", "whole"],
    groups: ["g"],
    groupOf: [0, 0],
    codeLocations: ["x"],
    codeLocationOf: [0, 0],
    external: [0, 0],
    summaries: ["", ""],
    owners: [[], []],
    tags: [{}, {}],
    kinds: [[], []],
    checkCounts: [0, 0],
    partitions: [CITIES],
    partitionsOf: [0, -1],
    edges: { counts: [0, 0], back: [] },
  });
  const row = index.rowOfKey(key) ?? -1;
  const statuses = new StatusTable(index);
  statuses.codes[row] = codeOf(status);
  for (const name of ["missing", "fresh", "stale", "failed"] as const) {
    statuses.counts[row * STATUS_COUNT + codeOf(name)] = counts[name] ?? 0;
    statuses.totals[row] = (statuses.totals[row] ?? 0) + (counts[name] ?? 0);
  }
  expect(countOfStatus({ index, statuses }, row)).toBe(expected);
});
