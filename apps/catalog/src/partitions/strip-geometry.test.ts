import { PARTITION_STATUSES } from "@heddle/core/internal";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { codeOf } from "../status/status-look.ts";
import { StatusRuns } from "./status-runs.ts";
import {
  clampView,
  columnSpan,
  positionAtX,
  revealPosition,
  stackColumn,
  xAtPosition,
  zoomView,
} from "./strip-geometry.ts";

const FAILED = codeOf("failed");

/** Runs with gaps between some of them, and the same as a plain list of [ordinal, code]. */
const cases = fc
  .array(
    fc.record({ code: fc.nat(PARTITION_STATUSES.length - 1), length: fc.integer({ min: 1, max: 9 }), gap: fc.nat(3) }),
    { minLength: 1, maxLength: 20 },
  )
  .map((parts) => {
    const flat: number[] = [];
    const list: { ordinal: number; code: number }[] = [];
    let ordinal = -10;
    for (const { code, length, gap } of parts) {
      ordinal += gap;
      flat.push(code, ordinal, ordinal + length);
      for (let i = 0; i < length; i++) list.push({ ordinal: ordinal++, code });
    }
    return { runs: new StatusRuns(flat), list };
  });

describe("StatusRuns", () => {
  test("answers what a plain list of partitions answers", () => {
    fc.assert(
      fc.property(cases, fc.nat(200), fc.nat(200), ({ runs, list }, a, b) => {
        const from = Math.min(a, b) % (list.length + 1);
        const to = Math.max(a, b);
        const inside = list.slice(from, to);
        expect(runs.count).toBe(list.length);
        list.forEach(({ ordinal, code }, position) => {
          expect([runs.codeAt(position), runs.ordinalAt(position), runs.positionOf(ordinal)]).toEqual([
            code,
            ordinal,
            position,
          ]);
        });
        expect([runs.codeAt(-1), runs.codeAt(list.length), runs.positionOf(-11), runs.positionOf(10_000)]).toEqual([
          -1, -1, -1, -1,
        ]);
        expect(Array.from(runs.countBetween(from, to))).toEqual(
          PARTITION_STATUSES.map((_, code) => inside.filter((own) => own.code === code).length),
        );
        expect([...runs.setBetween(from, to)]).toEqual(inside.map(({ ordinal }) => ordinal));
        expect([...runs.setWith(new Set([FAILED, 0]))]).toEqual(
          list.filter(({ code }) => code === FAILED || code === 0).map(({ ordinal }) => ordinal),
        );
      }),
    );
  });

  test("finds the worst status and the next of some statuses as a scan does", () => {
    fc.assert(
      fc.property(cases, fc.nat(200), fc.constantFrom(1 as const, -1 as const), ({ runs, list }, at, direction) => {
        const position = at % list.length;
        const wanted = new Set([FAILED, codeOf("missing")]);
        let scan = position + direction;
        while (scan >= 0 && scan < list.length && !wanted.has(list[scan]!.code)) scan += direction;
        expect(runs.next(position, direction, wanted)).toBe(scan >= 0 && scan < list.length ? scan : -1);
        const anyFailed = list.slice(0, position + 1).some(({ code }) => code === FAILED);
        expect(runs.worstBetween(0, position + 1) === FAILED).toBe(anyFailed);
      }),
    );
    expect(new StatusRuns([]).worstBetween(0, 5)).toBe(-1);
  });
});

describe("strip geometry", () => {
  test("every position belongs to a pixel column, so that the worst under each column loses nothing", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5_000 }), fc.integer({ min: 1, max: 700 }), (count, columns) => {
        const view = { from: 0, to: count };
        const seen = new Set<number>();
        for (let column = 0; column < columns; column++) {
          const [from, to] = columnSpan(view, columns, column);
          for (let position = from; position < to; position++) seen.add(position);
        }
        expect(seen.size).toBe(count);
      }),
    );
  });

  test("a stack fills its height, keeps its shares, and one failure among a million keeps 2 px", () => {
    const counts = fc.array(fc.nat(1_000_000), { minLength: 7, maxLength: 7 }).map((list) => Float64Array.from(list));
    fc.assert(
      fc.property(counts, fc.integer({ min: 12, max: 80 }), (own, height) => {
        const parts = stackColumn(own, height);
        const total = own.reduce((sum, count) => sum + count, 0);
        const sum = parts.reduce((heights, part) => heights + part.height, 0);
        expect(sum).toBeCloseTo(total === 0 ? 0 : height, 5);
        const failed = parts.find(({ code }) => code === FAILED)?.height ?? 0;
        expect(failed >= 2 - 1e-9).toBe(own[FAILED]! > 0);
        expect(parts.every((part) => part.height >= 0)).toBe(true);
      }),
    );
    const one = new Float64Array(7);
    one[codeOf("fresh")] = 999_999;
    one[FAILED] = 1;
    expect(stackColumn(one, 40)[0]).toEqual({ code: FAILED, y: 0, height: 2 });
  });

  test("zooming keeps the position under the pointer, and every view lies within what exists", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 20, max: 100_000 }),
        fc.nat(99),
        fc.double({ min: 0.1, max: 8, noNaN: true }),
        (count, percent, factor) => {
          const view = { from: count * 0.2, to: count * 0.7 };
          const about = view.from + ((view.to - view.from) * percent) / 100;
          const zoomed = zoomView(view, about, { factor, count });
          expect(zoomed.from).toBeGreaterThanOrEqual(0);
          expect(zoomed.to).toBeLessThanOrEqual(count + 1e-6);
          const touchesEnd = zoomed.from === 0 || Math.abs(zoomed.to - count) < 1e-6;
          const before = (about - view.from) / (view.to - view.from);
          const after = (about - zoomed.from) / (zoomed.to - zoomed.from);
          expect(touchesEnd || Math.abs(before - after) < 1e-6).toBe(true);
        },
      ),
    );
  });

  test("offsets and positions are each other's inverse, and views follow a position", () => {
    const view = { from: 10, to: 30 };
    expect(positionAtX(view, xAtPosition(view, 17, 400) + 1, { width: 400, count: 100 })).toBe(17);
    expect(positionAtX(view, 10_000, { width: 400, count: 20 })).toBe(19);
    expect(clampView({ from: -5, to: 15 }, 100)).toEqual({ from: 0, to: 20 });
    expect(revealPosition(view, 5, 100)).toEqual({ from: 5, to: 25 });
    expect(revealPosition(view, 30, 100)).toEqual({ from: 11, to: 31 });
    expect(revealPosition(view, 12, 100)).toBe(view);
  });
});
