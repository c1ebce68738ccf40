import { PARTITION_STATUSES } from "@heddle/core/internal";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { URGENCY } from "@heddle/engine/planning";
import { clipStatuses, coarsenStatuses } from "./coarsen-statuses.ts";

const code = (name: (typeof PARTITION_STATUSES)[number]) => PARTITION_STATUSES.indexOf(name);

/** Runs with gaps, from negative ordinals on. */
const statuses = fc
  .array(fc.record({ gap: fc.constantFrom(0, 0, 0, 1, 7), code: fc.nat(6), length: fc.integer({ min: 1, max: 12 }) }), {
    maxLength: 40,
  })
  .map((parts) => {
    let at = -50;
    return parts.flatMap(({ gap, code: status, length }) => {
      const start = at + gap;
      at = start + length;
      return [status, start, at];
    });
  });

/** The status of each ordinal. */
function spread(runs: readonly number[]): Map<number, number> {
  const byOrdinal = new Map<number, number>();
  for (let at = 0; at < runs.length; at += 3) {
    for (let ordinal = runs[at + 1] ?? 0; ordinal < (runs[at + 2] ?? 0); ordinal += 1)
      byOrdinal.set(ordinal, runs[at] ?? -1);
  }
  return byOrdinal;
}

describe("coarsenStatuses", () => {
  it("leaves a list alone that is short enough", () => {
    const runs = [0, 0, 5, 1, 5, 9];
    expect(coarsenStatuses(runs, 2)).toEqual({ runs, resolution: 1 });
  });

  it("shows one failed partition among a million, however coarse", () => {
    const runs = Array.from({ length: 1_000 }, (_, i) => {
      const [start, last, end] = [i * 1_000, i * 1_000 + 999, (i + 1) * 1_000];
      return [code("fresh"), start, last, code(i === 500 ? "failed" : "missing"), last, end];
    }).flat();
    const coarse = coarsenStatuses(runs, 10);
    expect(coarse.runs.length / 3).toBeLessThanOrEqual(10);
    const shown = spread(coarse.runs);
    expect(shown.size).toBe(1_000_000);
    expect(shown.get(500_999)).toBe(code("failed"));
    expect([...shown.values()].filter((status) => status === code("failed"))).toHaveLength(coarse.resolution);
  });

  it("covers the same partitions, shows nothing less urgent than what is there, and nothing that is not in its block", () => {
    const property = fc.property(statuses, fc.integer({ min: 1, max: 20 }), (runs, maxRuns) => {
      const coarse = coarsenStatuses(runs, maxRuns);
      const [exact, shown] = [spread(runs), spread(coarse.runs)];
      expect([...shown.keys()]).toEqual([...exact.keys()]);
      const ranked = (status: number | undefined) => URGENCY.indexOf(PARTITION_STATUSES[status ?? -1] ?? "fresh");
      for (const [ordinal, status] of shown) {
        expect(ranked(status)).toBeLessThanOrEqual(ranked(exact.get(ordinal)));
        const first = Math.floor(ordinal / coarse.resolution) * coarse.resolution;
        const inBlock = Array.from({ length: coarse.resolution }, (_, i) => exact.get(first + i));
        expect(inBlock).toContain(status);
      }
      const gaps = runs.filter((start, at) => at % 3 === 1 && at > 1 && start !== runs[at - 2]).length;
      expect(coarse.runs.length / 3).toBeLessThanOrEqual(Math.max(maxRuns, 2 * (gaps + 1)));
    });
    expect(() => fc.assert(property, { numRuns: 100 })).not.toThrow();
  });
});

describe("clipStatuses", () => {
  it("keeps what lies within, cut at both ends", () => {
    expect(clipStatuses([0, 0, 10, 1, 10, 20, 2, 30, 40], 5, 35)).toEqual([0, 5, 10, 1, 10, 20, 2, 30, 35]);
    expect(clipStatuses([0, 0, 10], 10, 20)).toEqual([]);
  });
});
