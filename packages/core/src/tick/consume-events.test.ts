import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MAX_TAKEN_EVENTS, takeEvents, type Consumption } from "./consume-events.ts";

describe("an evaluation takes", () => {
  const events = [0, 10, 20, 500, 510];
  test.each<readonly [policy: Consumption, now: number, expected: unknown]>([
    [{ kind: "each" }, 600, { kind: "take", count: 1, from: 0 }],
    [{ kind: "latest" }, 600, { kind: "take", count: 5, from: 4 }],
    [{ kind: "batch", size: 2, withinMs: 1_000 }, 600, { kind: "take", count: 2, from: 0 }],
    [{ kind: "batch", size: 10, withinMs: 100 }, 600, { kind: "take", count: 3, from: 0 }],
    [{ kind: "batch", size: 10, withinMs: 1_000 }, 600, { kind: "wait", until: 1_001 }],
    [{ kind: "batch", size: 10, withinMs: 1_000 }, 1_001, { kind: "take", count: 5, from: 0 }],
    [{ kind: "debounce", quietMs: 100 }, 600, { kind: "take", count: 3, from: 0 }],
    [{ kind: "debounce", quietMs: 490 }, 600, { kind: "wait", until: 1_001 }],
    [{ kind: "debounce", quietMs: 490 }, 1_001, { kind: "take", count: 5, from: 0 }],
  ])("by %j at %i", (policy, now, expected) => {
    expect(takeEvents(policy, events, now)).toEqual(expected);
  });

  test("nothing, and no more than a thousand", () => {
    expect(takeEvents({ kind: "each" }, [], 0)).toEqual({ kind: "wait", until: Infinity });
    const many = Array.from({ length: 5_000 }, () => 0);
    for (const policy of [{ kind: "latest" }, { kind: "debounce", quietMs: 5 }] as const) {
      expect(takeEvents(policy, many, 100)).toMatchObject({ count: MAX_TAKEN_EVENTS });
    }
    expect(takeEvents({ kind: "batch", size: 9_999, withinMs: 5 }, many, 100)).toMatchObject({
      count: MAX_TAKEN_EVENTS,
    });
  });
});

/** The batches of events that happen while somebody looks now and then. */
function batchesOf(policy: Consumption, events: readonly number[], looks: readonly number[]): number[][] {
  const batches: number[][] = [];
  let taken = 0;
  for (const now of [...looks, Number.MAX_SAFE_INTEGER]) {
    for (;;) {
      const there = events.slice(taken).filter((at) => at <= now);
      const decision = takeEvents(policy, there, now);
      if (decision.kind === "wait") break;
      batches.push(there.slice(0, decision.count));
      taken += decision.count;
    }
  }
  return batches;
}

test("the same events make the same batches, however often somebody looks", () => {
  const times = fc.array(fc.integer({ min: 0, max: 60 }), { maxLength: 30 }).map((gaps) => {
    let at = 0;
    return gaps.map((gap) => (at += gap));
  });
  const looks = fc
    .array(fc.integer({ min: 0, max: 2_000 }), { maxLength: 40 })
    .map((all) => all.toSorted((a, b) => a - b));
  const policies = fc.oneof(
    fc.constant<Consumption>({ kind: "each" }),
    fc.record({
      kind: fc.constant("batch" as const),
      size: fc.integer({ min: 1, max: 5 }),
      withinMs: fc.integer({ min: 0, max: 80 }),
    }),
    fc.record({ kind: fc.constant("debounce" as const), quietMs: fc.integer({ min: 0, max: 40 }) }),
  );
  fc.assert(
    fc.property(policies, times, looks, (...[policy, events, now]) => {
      expect(batchesOf(policy, events, now)).toEqual(batchesOf(policy, events, []));
    }),
  );
});
