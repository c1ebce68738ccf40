import type { RunLimitState } from "@heddle/api";
import { expect, test } from "vitest";
import { describeLimit } from "./limit-text.ts";

const MINUTE = 60_000;
const limit = (change: Partial<RunLimitState>): RunLimitState => ({
  limit: "deadline",
  action: "cancel",
  at: 60 * MINUTE,
  state: "open",
  message: "",
  ...change,
});

test("says what is left of a limit, and what happens then", () => {
  expect(describeLimit(limit({}), { now: 30 * MINUTE, since: 0 })).toEqual({
    text: "30 m left to its deadline, then it is canceled",
    tone: "calm",
  });
  expect(describeLimit(limit({ limit: "start", action: "alert" }), { now: 55 * MINUTE, since: 0 })).toEqual({
    text: "5 m left to begin, then that is told",
    tone: "close",
  });
  expect(describeLimit(limit({ limit: "timeout" }), { now: 60 * MINUTE - 20_000, since: 55 * MINUTE })).toEqual({
    text: "20 s left of its time-out, then it is canceled",
    tone: "close",
  });
});

test("says that nothing is left before the daemon has judged it, and what has become of it after", () => {
  expect(describeLimit(limit({}), { now: 61 * MINUTE, since: 0 })?.text).toBe(
    "nothing left to its deadline, then it is canceled",
  );
  expect(describeLimit(limit({ state: "exceeded" }), { now: 99 * MINUTE, since: 0 })).toEqual({
    text: "missed its deadline, so it was canceled",
    tone: "exceeded",
  });
  expect(describeLimit(limit({ state: "exceeded", limit: "start", action: "alert" }), { now: 0, since: 0 })?.text).toBe(
    "did not begin in time",
  );
});

test("says nothing of a limit that was kept, and of a time that does not run yet", () => {
  expect(describeLimit(limit({ state: "kept" }), { now: 0, since: 0 })).toBeNull();
  expect(describeLimit(limit({ limit: "timeout", at: null }), { now: 0, since: 0 })).toBeNull();
});
