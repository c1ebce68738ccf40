import { describe, expect, test } from "vitest";
import { DAYS, FIRST_DAY } from "../../test/random-plans.ts";
import { PartitionSet } from "../partitions/partition-set.ts";
import { resolveMapping } from "../partitions/resolve-mapping.ts";
import { resolvePartitions } from "../partitions/resolve-partitions.ts";
import { neededBy, toleratedMissing } from "./wait-verdict.ts";

const DAY_MS = 86_400_000;
/** Three and a half days of them are over. */
const now = (FIRST_DAY + 3.5) * DAY_MS;
const days = resolvePartitions(DAYS, { now });
/** Months that exist as soon as they have begun. */
const months = resolvePartitions(
  {
    kind: "time-window",
    cadence: "monthly",
    cron: "0 0 1 * *",
    timeZone: "UTC",
    start: "1992-01-01",
    end: null,
    endOffset: 1,
    format: "%Y-%m",
  },
  { now },
);

describe("what a partition needs", () => {
  test("is counted with windows that are still to come", () => {
    const mapping = resolveMapping(
      { kind: "time-window", startOffset: 0, endOffset: 0 },
      { upstream: days, downstream: months },
    );
    const needed = neededBy(mapping, months.all.last ?? 0);
    const daysOfMonth = new Date(Date.UTC(1992, 6, 0)).getUTCDate();
    // Days before the upstream's own start never come, and are not needed.
    expect([needed.existing.size, needed.existing.size + needed.nonexistent]).toEqual([3, daysOfMonth - 2]);
    expect(needed.absent.equals(PartitionSet.range(FIRST_DAY + 3, FIRST_DAY + daysOfMonth - 2))).toBe(true);
    expect(toleratedMissing({ kind: "at-most-missing", count: 2 }, needed)).toBeLessThan(0);
    expect(toleratedMissing({ kind: "at-least", count: 3 }, needed)).toBe(0);
  });

  test("is counted over several dimensions", () => {
    const spec = {
      kind: "multi",
      dimensions: [
        { name: "day", partitions: DAYS },
        { name: "region", partitions: { kind: "static", keys: ["eu", "us"] } },
      ],
    } as const;
    const upstream = resolvePartitions(spec, { now });
    const dimensions = [
      {
        upstream: "day",
        downstream: null,
        mapping: { kind: "time-window", startOffset: 0, endOffset: 0 },
      },
    ] as const;
    const mapping = resolveMapping({ kind: "multi", dimensions }, { upstream, downstream: months });
    const needed = neededBy(mapping, months.all.last ?? 0);
    expect(needed.existing.size).toBe(6);
    expect(needed.nonexistent).toBe(2 * 25);
  });

  test("is at least one more where a key is not known yet", () => {
    const upstream = resolvePartitions({ kind: "dynamic", name: "d" }, { now, dynamicKeys: () => ["a"] });
    const downstream = resolvePartitions(null, { now });
    const mapping = resolveMapping({ kind: "specific", keys: ["a", "b"] }, { upstream, downstream });
    expect(neededBy(mapping, 0)).toMatchObject({ nonexistent: 1 });
  });
});
