import { PARTITION_STATUSES, PartitionSet } from "@heddle/core/internal";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { NO_PARTITION_SETS } from "./partition-sets.ts";
import { listPartitionStatuses } from "./partition-status-list.ts";

const SPACE = 60;

const anySet = fc.array(fc.integer({ min: -5, max: SPACE + 5 })).map((ordinals) => PartitionSet.of(ordinals));

/** The status of one partition, by the words of the rule. */
function statusOf(
  ordinal: number,
  sets: Record<"running" | "queued" | "failed" | "skipped" | "stale" | "materialized", PartitionSet>,
) {
  if (sets.running.has(ordinal)) return "running";
  if (sets.queued.has(ordinal)) return "queued";
  if (sets.failed.has(ordinal)) return "failed";
  if (sets.skipped.has(ordinal)) return "skipped";
  if (sets.materialized.has(ordinal)) return sets.stale.has(ordinal) ? "stale" : "fresh";
  return "missing";
}

describe("listPartitionStatuses", () => {
  it("gives every partition that exists the status that the rule says, and nothing else", () => {
    const sets = fc.record({
      running: anySet,
      queued: anySet,
      failed: anySet,
      skipped: anySet,
      stale: anySet,
      materialized: anySet,
    });
    fc.assert(
      fc.property(anySet, sets, (all, { stale, ...known }) => {
        const list = listPartitionStatuses(all, { ...known, lastMaterializedAt: null }, stale);
        const expected = [...all].map((ordinal) => [ordinal, statusOf(ordinal, { ...known, stale })]);
        const actual: (number | string | undefined)[][] = [];
        for (let at = 0; at < list.runs.length; at += 3) {
          const [code = -1, start = 0, end = 0] = list.runs.slice(at, at + 3);
          for (let ordinal = start; ordinal < end; ordinal += 1) actual.push([ordinal, PARTITION_STATUSES[code]]);
        }
        expect(actual).toEqual(expected);
        for (const status of PARTITION_STATUSES) {
          expect(list.counts[status]).toBe(expected.filter(([, own]) => own === status).length);
        }
      }),
    );
  });

  it("names runs of equal status once", () => {
    const sets = { ...NO_PARTITION_SETS, materialized: PartitionSet.range(0, 5), failed: PartitionSet.range(2, 3) };
    expect(listPartitionStatuses(PartitionSet.range(0, 10), sets).runs).toEqual([1, 0, 2, 3, 2, 3, 1, 3, 5, 0, 5, 10]);
  });
});
