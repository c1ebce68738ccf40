import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  decide,
  DEFAULT_DAEMON_LIMITS,
  REPEAT_CANCEL_AFTER_MS,
  REVOKE_STEPS_AFTER_MS,
  type DaemonSnapshot,
  type QueuedRun,
} from "./decide.ts";

const QUIET: DaemonSnapshot = {
  admitted: new Map(),
  queued: [],
  lostWorkers: [],
  hasDueSteps: false,
  canceling: [],
  limited: [],
  finished: [],
  nextDueMs: null,
};

const admittedBy = (snapshot: Partial<DaemonSnapshot>, maxAdmittedRuns = 10): number[] =>
  decide({ ...QUIET, ...snapshot }, { maxAdmittedRuns }).flatMap((command) =>
    command.kind === "admit_run" ? [command.runId] : [],
  );

const queued = (runId: number, origin = "manual", priority = 0): QueuedRun => ({
  runId,
  origin,
  priority,
  waitedMs: 0,
});

describe("decide", () => {
  test("does nothing when there is nothing to do", () => {
    expect(decide(QUIET)).toEqual([]);
  });

  test("takes losses back first, then admits", () => {
    const commands = decide({
      ...QUIET,
      queued: [queued(7)],
      lostWorkers: ["w1", "w2"],
      hasDueSteps: true,
      finished: [3],
    });
    expect(commands).toEqual([
      { kind: "expire_worker", workerId: "w1" },
      { kind: "expire_worker", workerId: "w2" },
      { kind: "release_backoff" },
      { kind: "end_run", runId: 3 },
      { kind: "admit_run", runId: 7, maxAdmittedRuns: DEFAULT_DAEMON_LIMITS.maxAdmittedRuns },
    ]);
  });

  test("waits for workers to confirm a cancellation, asks again, and then takes the steps away", () => {
    const canceling = [
      0,
      REPEAT_CANCEL_AFTER_MS - 1,
      REPEAT_CANCEL_AFTER_MS,
      REVOKE_STEPS_AFTER_MS - 1,
      REVOKE_STEPS_AFTER_MS,
    ];
    const commands = decide({ ...QUIET, canceling: canceling.map((ageMs, runId) => ({ runId, ageMs })) });
    expect(commands).toEqual([
      { kind: "repeat_cancel", runId: 2 },
      { kind: "repeat_cancel", runId: 3 },
      { kind: "revoke_steps", runId: 4 },
    ]);
  });

  test("lets what has waited for long rise until it shares with what is highest", () => {
    const old = { ...queued(1, "backfill"), waitedMs: 10 * 3_600_000 };
    const fresh = [2, 3, 4].map((runId) => queued(runId, "nightly", 5));
    expect(admittedBy({ queued: [...fresh, queued(1, "backfill")] }, 2)).toEqual([2, 3]);
    expect(admittedBy({ queued: [...fresh, old] }, 2)).toEqual([1, 2]);
  });

  test("admits by priority, then the oldest", () => {
    expect(admittedBy({ queued: [queued(1), queued(2, "manual", 5), queued(3, "manual", -1), queued(4)] })).toEqual([
      2, 1, 4, 3,
    ]);
  });

  test("shares places among origins, so that one that launches often keeps nobody out", () => {
    const often = Array.from({ length: 6 }, (_, index) => queued(index + 1, "schedule:often"));
    expect(admittedBy({ queued: [...often, queued(100, "manual"), queued(101, "manual")] }, 4)).toEqual([
      1, 100, 2, 101,
    ]);
    expect(admittedBy({ queued: [...often, queued(100)], admitted: new Map([["schedule:often", 3]]) }, 4)).toEqual([
      100,
    ]);
  });

  test("admits no more than there are places for", () => {
    expect(admittedBy({ queued: [queued(1), queued(2), queued(3)], admitted: new Map([["a", 1]]) }, 3)).toEqual([1, 2]);
    expect(
      admittedBy(
        {
          queued: [queued(1)],
          admitted: new Map([
            ["a", 2],
            ["b", 1],
          ]),
        },
        3,
      ),
    ).toEqual([]);
    expect(admittedBy({ queued: [queued(1)], admitted: new Map([["a", 7]]) }, 3)).toEqual([]);
    expect(admittedBy({ queued: [queued(1)] }, 0)).toEqual([]);
  });

  const anyQueued = fc
    .array(fc.record({ origin: fc.constantFrom("a", "b", "c"), priority: fc.integer({ min: -1, max: 2 }) }))
    .map((runs) => runs.map((run, index) => ({ ...run, runId: index + 1, waitedMs: 0 })));
  const anyAdmitted = fc
    .dictionary(fc.constantFrom("a", "b", "c"), fc.nat(3))
    .map((counts) => new Map(Object.entries(counts)));

  test("fills every place, with the highest priorities, whatever the order in which runs are listed", () => {
    fc.assert(
      fc.property(anyQueued, anyAdmitted, fc.tuple(fc.nat(12), fc.nat()), (runs, admitted, [maxAdmittedRuns, turn]) => {
        const held = [...admitted.values()].reduce((sum, count) => sum + count, 0);
        const chosen = admittedBy({ queued: runs, admitted }, maxAdmittedRuns);
        expect(chosen).toHaveLength(Math.min(runs.length, Math.max(0, maxAdmittedRuns - held)));
        expect(new Set(chosen).size).toBe(chosen.length);
        const priorityOf = (runId: number) => runs[runId - 1]?.priority ?? Number.NaN;
        const left = runs.filter(({ runId }) => !chosen.includes(runId));
        for (const runId of chosen)
          for (const run of left) expect(priorityOf(runId)).toBeGreaterThanOrEqual(run.priority);
        const at = runs.length === 0 ? 0 : turn % runs.length;
        const turned = [...runs.slice(at), ...runs.slice(0, at)];
        expect(admittedBy({ queued: turned, admitted }, maxAdmittedRuns)).toEqual(chosen);
      }),
    );
  });

  test("among equals no origin gets two places more than one that waits", () => {
    fc.assert(
      fc.property(anyQueued, fc.integer({ min: 1, max: 12 }), (runs, maxAdmittedRuns) => {
        const equals = runs.map((run) => ({ ...run, priority: 0 }));
        const chosen = new Set(admittedBy({ queued: equals }, maxAdmittedRuns));
        const countOf = (origin: string, isChosen: boolean) =>
          equals.filter((run) => run.origin === origin && chosen.has(run.runId) === isChosen).length;
        for (const waiting of ["a", "b", "c"].filter((origin) => countOf(origin, false) > 0))
          for (const other of ["a", "b", "c"])
            expect(countOf(other, true)).toBeLessThanOrEqual(countOf(waiting, true) + 1);
      }),
    );
  });
});
