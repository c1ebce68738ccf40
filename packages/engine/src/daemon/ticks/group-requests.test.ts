import { isHeddleError } from "@heddle/core";
import type { RunDefaultsData, RunRequestData } from "@heddle/core/internal";
import { expect, test } from "vitest";
import { DECLARED_REQUEST, groupRequests } from "./group-requests.ts";

const defaults: RunDefaultsData = {
  assets: { selection: "*" },
  partitions: null,
  only: null,
  overlap: "leave_out",
  config: {},
  tags: {},
  priority: 0,
};
const group = (requests: readonly Partial<RunRequestData>[], changes: Partial<RunDefaultsData> = {}) =>
  groupRequests(
    requests.map((one) => ({ ...DECLARED_REQUEST, ...one })),
    { ...defaults, ...changes },
    'the schedule "nightly"',
  );
const keys = (...names: string[]) => ({ kind: "keys", keys: names }) as const;
const codeOf = (act: () => unknown): string | null => {
  try {
    act();
    return null;
  } catch (error) {
    return isHeddleError(error) ? `${error.code} ${error.message}` : "another error";
  }
};

test("requests that differ in partitions only are one run; checks and what is made are never", () => {
  const checks = { assets: { keys: ["a"] }, checks: { a: ["x"] } };
  const groups = group([
    { partitions: keys("1") },
    { ...checks, partitions: keys("1") },
    { partitions: keys("2") },
    { ...checks, partitions: keys("2") },
    { ...checks, checks: { a: ["x", "y"] } },
  ]);
  expect(groups).toMatchObject([
    { assets: { selection: "*" }, partitions: [keys("1"), keys("2")] },
    { ...checks, partitions: [keys("1"), keys("2")] },
    { checks: { a: ["x", "y"] }, partitions: [null] },
  ]);
  expect(groups[0]).not.toHaveProperty("checks");
});

test("what runs checks alone does so whatever its requests say", () => {
  expect(group([{ assets: { keys: ["a"] } }], { checks: "all" })).toMatchObject([
    { assets: { keys: ["a"] }, checks: "all" },
  ]);
  const listed = { assets: { keys: ["a"] }, checks: { a: ["x"] } };
  expect(group([{ partitions: keys("1") }], listed)).toMatchObject([{ ...listed, partitions: [keys("1")] }]);
  const other = { assets: { keys: ["b"] }, checks: { b: ["y"] } };
  expect(group([other], listed)).toMatchObject([other]);
  expect(codeOf(() => group([{ assets: { keys: ["b"] } }], listed))).toMatch(/TICK_RESULT_INVALID.*a selection of its/);
  expect(codeOf(() => group([{ config: { a: 1 } }], listed))).toMatch(/TICK_RESULT_INVALID.*config of its/);
  expect(codeOf(() => group([{}], { assets: null, checks: "all" }))).toMatch(/TICK_ASSETS_MISSING/);
});
