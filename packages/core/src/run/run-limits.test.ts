import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { RUN_STATUSES } from "../statuses.ts";
import {
  findLimitsProblem,
  firstLimitMs,
  hasLimits,
  judgeLimits,
  limitsOfRetry,
  runLimitsData,
  type ExceededLimit,
  type LimitedRun,
  type RunLimits,
} from "./run-limits.ts";

const LAUNCHED = Date.UTC(2026, 0, 1);

const run = (limits: RunLimits, facts: Partial<LimitedRun> = {}): LimitedRun => ({
  runId: 1,
  status: "running",
  limits,
  createdAt: LAUNCHED,
  startedAt: LAUNCHED + 1_000,
  hasBegun: true,
  exceeded: [],
  now: LAUNCHED + 5_000,
  ...facts,
});

describe("judgeLimits", () => {
  test("a run whose first step has not begun in time is canceled, unless that is only to be told", () => {
    const late = { startedAt: null, hasBegun: false, status: "queued" } as const;
    expect(judgeLimits(run({ startWithinMs: 5_000 }, late))).toEqual({
      exceeded: [{ limit: "start", action: "cancel", at: LAUNCHED + 5_000 }],
      nextAt: null,
    });
    expect(judgeLimits(run({ startWithinMs: 5_001 }, late))).toEqual({ exceeded: [], nextAt: LAUNCHED + 5_001 });
    expect(judgeLimits(run({ startWithinMs: 1, onLateStart: "alert", withinMs: 60_000 }, late))).toEqual({
      exceeded: [{ limit: "start", action: "alert", at: LAUNCHED + 1 }],
      nextAt: LAUNCHED + 60_000,
    });
  });

  test("a run that was let in and waits for a worker or a pool has not begun", () => {
    expect(judgeLimits(run({ startWithinMs: 5_000 }, { hasBegun: false })).exceeded).toHaveLength(1);
    expect(judgeLimits(run({ startWithinMs: 5_000 }))).toEqual({ exceeded: [], nextAt: null });
  });

  test("the time-out counts from when the run was let in; before that nothing is exceeded, however long it waits", () => {
    expect(judgeLimits(run({ runTimeoutMs: 4_000 })).exceeded).toEqual([
      { limit: "timeout", action: "cancel", at: LAUNCHED + 5_000 },
    ]);
    const waiting = run({ runTimeoutMs: 4_000 }, { startedAt: null, hasBegun: false, status: "queued" });
    expect(judgeLimits(waiting)).toEqual({ exceeded: [], nextAt: LAUNCHED + 9_000 });
  });

  test("of two deadlines the earlier one counts, and exceeding it is told without canceling by default", () => {
    const limits = { deadline: LAUNCHED + 3_000, withinMs: 10_000 };
    const exceeded = [{ limit: "deadline", action: "alert", at: LAUNCHED + 3_000 }];
    expect(judgeLimits(run(limits))).toEqual({ exceeded, nextAt: null });
    expect(judgeLimits(run({ ...limits, onDeadline: "cancel" })).exceeded[0]?.action).toBe("cancel");
  });

  test("what was told is not told again", () => {
    const exceeded = [{ limit: "deadline", action: "alert", at: LAUNCHED + 3_000 }] as const;
    expect(judgeLimits(run({ withinMs: 3_000 }, { exceeded }))).toEqual({ exceeded: [], nextAt: null });
  });
});

const limitMs = fc.integer({ min: 1, max: 10_000 });
const action = fc.constantFrom("cancel" as const, "alert" as const);
const someLimits = fc.record(
  {
    startWithinMs: limitMs,
    onLateStart: action,
    runTimeoutMs: limitMs,
    onRunTimeout: action,
    deadline: limitMs.map((ms) => LAUNCHED + ms),
    withinMs: limitMs,
    onDeadline: action,
  },
  { requiredKeys: [] },
);

describe("whoever looks when the verdicts say so", () => {
  /** Follows a run as the daemon does: from one `nextAt` to the next. */
  const follow = (limits: RunLimits, facts: { startedAt: number | null; begunAt: number; endedAt: number }) => {
    const told: (ExceededLimit & { readonly now: number })[] = [];
    const first = Math.min(firstLimitMs(limits) ?? Infinity, (limits.deadline ?? Infinity) - LAUNCHED);
    let looks = 0;
    for (let now = LAUNCHED + first; now < facts.endedAt; looks += 1) {
      expect(looks).toBeLessThan(20_000);
      const startedAt = facts.startedAt !== null && facts.startedAt <= now ? facts.startedAt : null;
      const seen = run(limits, { now, startedAt, hasBegun: facts.begunAt <= now, exceeded: told });
      const { exceeded, nextAt } = judgeLimits(seen);
      for (const one of exceeded) told.push({ ...one, now });
      if (nextAt === null) break;
      expect(nextAt).toBeGreaterThan(now);
      now = nextAt;
    }
    return told;
  };

  test("tells of each limit once, at its very instant, and of nothing after a cancellation", () => {
    fc.assert(
      fc.property(someLimits, fc.tuple(limitMs, limitMs, limitMs), (limits, [queued, wait, length]) => {
        const startedAt = LAUNCHED + queued;
        const told = follow(limits, { startedAt, begunAt: startedAt + wait, endedAt: startedAt + 3 * length });
        expect(new Set(told.map(({ limit }) => limit)).size).toBe(told.length);
        for (const { at, now } of told) expect(now).toBe(at);
        const canceledAt = told.find((one) => one.action === "cancel")?.now ?? Infinity;
        for (const { now } of told) expect(now).toBeLessThanOrEqual(canceledAt);
      }),
    );
  });

  test("finds every limit that a run without an end exceeds, when nothing cancels it", () => {
    fc.assert(
      fc.property(someLimits, limitMs, (limits, queued) => {
        const alerts = { ...limits, onLateStart: "alert", onRunTimeout: "alert", onDeadline: "alert" } as const;
        const startedAt = LAUNCHED + queued;
        const told = follow(alerts, { startedAt, begunAt: Infinity, endedAt: Infinity }).map(({ limit }) => limit);
        const stated = [
          ...(limits.startWithinMs === undefined ? [] : ["start"]),
          ...(limits.runTimeoutMs === undefined ? [] : ["timeout"]),
          ...(limits.deadline === undefined && limits.withinMs === undefined ? [] : ["deadline"]),
        ];
        expect(told.toSorted()).toEqual(stated.toSorted());
      }),
    );
  });
});

test("a run that was asked to stop, or is over, exceeds nothing any more", () => {
  const over = { withinMs: 1, startWithinMs: 1, runTimeoutMs: 1 };
  for (const status of RUN_STATUSES) {
    const { exceeded } = judgeLimits(run(over, { status, hasBegun: false }));
    expect(exceeded.length > 0).toBe(["queued", "running", "paused"].includes(status));
  }
});

test("limits that cannot be are named", () => {
  expect(findLimitsProblem({ startWithinMs: 10, onDeadline: "cancel", deadline: new Date(0) })).toBeNull();
  expect(findLimitsProblem(5)).toBe("must be an object");
  expect(findLimitsProblem({ startWithin: 5 })).toContain('has "startWithin"');
  expect(findLimitsProblem({ withinMs: 0 })).toContain("withinMs: 0");
  expect(findLimitsProblem({ runTimeoutMs: Infinity })).toContain("runTimeoutMs: Infinity");
  expect(findLimitsProblem({ onDeadline: "stop" })).toContain('"cancel" or "alert"');
  expect(findLimitsProblem({ deadline: "tomorrow" })).toContain("deadline: tomorrow");
});

test("a retry keeps what counts from its own launch, and no deadline", () => {
  expect(limitsOfRetry({ withinMs: 5, deadline: 7, startWithinMs: 3 })).toEqual({ startWithinMs: 3 });
  expect(limitsOfRetry({ withinMs: 5 })).toBeNull();
});

test("a date becomes an instant", () => {
  expect(runLimitsData({ deadline: new Date(LAUNCHED), withinMs: 5 })).toEqual({ deadline: LAUNCHED, withinMs: 5 });
  expect(hasLimits({ onDeadline: "cancel" })).toBe(false);
});
