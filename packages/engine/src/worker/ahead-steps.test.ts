import type { StepOutcome } from "@heddle/storage";
import { describe, expect, test } from "vitest";
import { AheadSteps } from "./ahead-steps.ts";

const RUN = 7;
const place = (claimId: number, ordinal = claimId) => ({ runId: RUN, assetId: 3, claimId, ordinal });

function success(claimId: number): StepOutcome {
  const made = { startedAt: 0, durationMs: 1, stored: null, dataVersion: null, metadata: null, inputs: [], checks: [] };
  return { ...place(claimId), kind: "success", ...made };
}

/** Steps that run under the given ids, of a run that was seen just now. */
function running(...ids: number[]): AheadSteps {
  const steps = new AheadSteps();
  steps.addIds(ids);
  steps.confirm(RUN, performance.now());
  for (const claimId of ids.toReversed()) {
    expect(steps.nextId(RUN)).toBe(claimId);
    steps.add(place(claimId));
  }
  return steps;
}

describe("a step may start ahead", () => {
  test("only under an id that was reserved, and only while its run was seen a moment ago", () => {
    const steps = new AheadSteps();
    steps.confirm(RUN, performance.now());
    expect(steps.nextId(RUN)).toBeUndefined();
    expect(steps.wantedIds).toBeGreaterThan(0);
    steps.addIds([1]);
    expect([steps.nextId(RUN), steps.nextId(RUN + 1)]).toEqual([1, undefined]);
    steps.confirm(RUN, performance.now() - 10_000);
    expect(steps.nextId(RUN)).toBeUndefined();
  });

  test("once at a time, and while not too many are neither claimed nor settled", () => {
    const ids = Array.from({ length: 65 }, (_, index) => index + 1);
    const steps = running(...ids.slice(1));
    steps.addIds([1]);
    expect(steps.nextId(RUN)).toBeUndefined();
    expect([steps.isTaken(RUN, 3, 2), steps.isTaken(RUN, 3, 1)]).toEqual([true, false]);
    steps.adopt(2);
    expect([steps.nextId(RUN), steps.isTaken(RUN, 3, 2)]).toEqual([1, false]);
  });
});

describe("what ended without a claim", () => {
  test("is settled with what it was built on when it is a plain success, and needs no claim", () => {
    const steps = running(1, 2);
    expect(steps.end(success(1))).toMatchObject({ kind: "success", isAhead: true });
    expect(steps.announce()).toEqual([place(2)]);
    steps.settled(place(1));
    expect(steps.has(1)).toBe(false);
  });

  test("is kept until it has a claim when it is anything else", () => {
    const steps = running(1, 2);
    const failure = {
      ...place(1),
      kind: "failure" as const,
      cause: "error" as const,
      error: { name: "Error", message: "no" },
    };
    const failed: StepOutcome = { ...failure, startedAt: 0, checks: [] };
    const added = { ...success(2), dynamicPartitions: [{ definition: "d", action: "add" as const, keys: ["k"] }] };
    expect([steps.end(failed), steps.end(added)]).toEqual([undefined, undefined]);
    expect(steps.announce()).toHaveLength(2);
    expect([steps.adopt(1)?.held, steps.adopt(2)?.held]).toEqual([failed, added]);
  });

  test("is forgotten when it was stopped, unless it may have a claim", () => {
    const steps = running(1, 2);
    steps.doubt([place(2)]);
    for (const claimId of [1, 2]) steps.end({ ...place(claimId), kind: "canceled" });
    expect(steps.announce()).toEqual([place(2)]);
    expect(steps.has(1)).toBe(false);
  });
});

describe("what is dropped", () => {
  test("is all of its run that has no claim, and the end of what still runs is nobody's", () => {
    const steps = running(1, 2, 3);
    steps.end(success(1));
    steps.adopt(3);
    expect(steps.dropRun(RUN)).toEqual(new Set([2, 1]));
    expect([1, 2, 3].map((claimId) => steps.endDropped(claimId))).toEqual([false, true, false]);
    expect([1, 2].some((claimId) => steps.has(claimId))).toBe(false);
  });

  test("records nothing: what waits for its claim waits for ever, and goes on once there is one", async () => {
    const steps = running(1, 2);
    const told: number[] = [];
    for (const claimId of [1, 2]) void steps.untilClaimed(claimId).then(() => told.push(claimId));
    const turn = () => new Promise((resolve) => setImmediate(resolve));
    await turn();
    expect(told).toEqual([]);
    steps.adopt(1);
    steps.dropRun(RUN);
    await turn();
    expect(told).toEqual([1]);
  });
});
