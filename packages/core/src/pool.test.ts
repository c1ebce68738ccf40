import { describe, expect, test } from "vitest";
import { asset } from "./asset.ts";
import { definitions } from "./definitions.ts";
import { findPoolProblem, resolvePools } from "./pool.ts";
import { snapshotDefinitions } from "./snapshot-definitions.ts";
import { validateDefinitions } from "./validation/validate-definitions.ts";

const declare = (options: object, pools: unknown = { warehouse: 4, gpu: 1 }) =>
  definitions({
    assets: [asset({ key: "a", materialize: () => 1, ...options })],
    pools: pools as Record<string, number>,
  });
const problemsOf = (options: object, pools?: unknown) =>
  validateDefinitions(declare(options, pools)).map(({ message, hint }) => `${message} ${hint}`);

describe("the pools of an asset", () => {
  test("are written in several ways", () => {
    expect(resolvePools(undefined)).toEqual([]);
    expect(resolvePools("warehouse")).toEqual([{ name: "warehouse", slots: 1 }]);
    expect(resolvePools({ name: "gpu", slots: 2 })).toEqual([{ name: "gpu", slots: 2 }]);
    expect(resolvePools(["warehouse", { name: "gpu" }])).toEqual([
      { name: "warehouse", slots: 1 },
      { name: "gpu", slots: 1 },
    ]);
  });

  test("are part of the snapshot, its own limit among them", () => {
    const declared = declare({ pool: "warehouse", maxConcurrency: 2 });
    const { assets, pools } = snapshotDefinitions(declared, { codeVersionOf: () => "v", projectDirectory: "/" });
    expect(assets[0]?.pools).toEqual([
      { name: "warehouse", slots: 1 },
      { name: "asset a", slots: 1 },
    ]);
    expect(pools).toEqual([
      { name: "warehouse", slots: 4 },
      { name: "gpu", slots: 1 },
      { name: "asset a", slots: 2 },
    ]);
  });

  test("leave a snapshot without them as it was", () => {
    const snapshot = snapshotDefinitions(declare({}, {}), { codeVersionOf: () => "v", projectDirectory: "/" });
    expect(snapshot).not.toHaveProperty("pools");
    expect(snapshot.assets[0]).not.toHaveProperty("pools");
  });

  test.each([
    [{ pool: "warehous" }, 'it names the pool "warehous", which is not declared Did you mean "warehouse"?'],
    [
      { pool: { name: "gpu", slots: 2 } },
      'each step takes 2 slots of the pool "gpu", which has 1: none could ever run',
    ],
    [{ pool: { name: "warehouse", slots: 0 } }, 'it takes 0 slots of the pool "warehouse"'],
    [{ pool: ["gpu", "gpu"] }, 'it names the pool "gpu" twice'],
    [{ pool: { slots: 1 } }, "a pool without a name"],
    [{ pool: Array.from({ length: 17 }, () => "gpu") }, "it names 17 pools"],
    [{ maxConcurrency: 0 }, "maxConcurrency is 0; it is a whole number from 1"],
  ])("are judged when they are loaded: %j", (options, message) => {
    expect(problemsOf(options)).toEqual([expect.stringContaining(message)]);
  });

  test("are judged all at once", () => {
    expect(problemsOf({ pool: "warehouse" }, { warehouse: 0, "a b": 1, runs: 3, half: 1.5 })).toEqual([
      expect.stringContaining('the pool "warehouse" has 0 slots: none of its steps could ever run'),
      expect.stringContaining('"a b" cannot be the name of a pool'),
      expect.stringContaining('"runs" cannot be the name of a pool'),
      expect.stringContaining('the pool "half" has 1.5 slots'),
    ]);
    expect(problemsOf({}, "warehouse")).toEqual([expect.stringContaining("pools is a string")]);
  });
});

test("a limit may be for what has a tag", () => {
  expect(findPoolProblem("tag team=finance", 2)).toBeNull();
  expect(findPoolProblem("tag team", 2)).not.toBeNull();
  expect(findPoolProblem("asset a", 2)).not.toBeNull();
});
