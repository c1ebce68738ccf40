import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { assetOf, DAYS, ALL_DAYS, NOTHING, PLANNED_AT, randomPlan } from "../../test/random-plans.ts";
import { PartitionSet } from "../partitions/partition-set.ts";
import { canonicalJson, hashPlan } from "./hash-plan.ts";
import { planRun } from "./plan-run.ts";
import type { RunPlan } from "./run-plan.ts";

/** The same value with the keys of every object in another order. */
function shuffle<T>(value: T): T;
function shuffle(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((member: unknown) => shuffle(member));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([key, member]) => [key, shuffle(member)]),
  );
}

const assets = [
  assetOf("raw", { partitions: DAYS }),
  assetOf("clean", { partitions: DAYS, deps: { raw: { kind: "identity" } } }),
];

function plan(partitions = ALL_DAYS, materialized = PartitionSet.EMPTY, at = PLANNED_AT): RunPlan {
  return planRun({
    assets,
    selected: ["raw", "clean"],
    targets: { kind: "root", asset: "raw", partitions, cascade: "downstream" },
    at,
    stateOf: () => ({ ...NOTHING, materialized }),
  });
}

describe("hashPlan", () => {
  test("does not depend on the order of keys, nor on a way through JSON", () => {
    fc.assert(
      fc.property(randomPlan, (made) => {
        expect(hashPlan(shuffle(made))).toBe(hashPlan(made));
        const read: RunPlan = JSON.parse(JSON.stringify(made));
        expect(hashPlan(read)).toBe(hashPlan(made));
      }),
    );
  });

  test("is the same exactly for plans that do the same", () => {
    fc.assert(
      fc.property(randomPlan, randomPlan, (one, other) => {
        const same = canonicalJson(one.assets.map(strip)) === canonicalJson(other.assets.map(strip));
        expect(hashPlan(one) === hashPlan(other)).toBe(same);
      }),
    );
  });

  test("tells other partitions, other retries and more to overwrite apart, and no other time of planning", () => {
    const hash = hashPlan(plan());
    expect(hash).toMatch(/^[0-9a-f]{64}$/u);
    expect(hashPlan(plan(ALL_DAYS, PartitionSet.EMPTY, PLANNED_AT + 1_000))).toBe(hash);
    expect(hashPlan({ ...plan(), warnings: [] })).toBe(hash);
    expect(hashPlan(plan(ALL_DAYS.take(2)))).not.toBe(hash);
    expect(hashPlan(plan(ALL_DAYS, ALL_DAYS.take(1)))).not.toBe(hash);
    const [first, ...rest] = plan().assets;
    if (first === undefined) throw new Error("the plan is empty");
    expect(hashPlan({ ...plan(), assets: [{ ...first, retry: { ...first.retry, attempts: 9 } }, ...rest] })).not.toBe(
      hash,
    );
  });
});

/** Without the counts, of which only `overwrites` matters. */
function strip(asset: RunPlan["assets"][number]): unknown {
  return { ...asset, counts: null };
}

describe("canonicalJson", () => {
  test("is JSON of the same value, whatever the order of its keys", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const plain: unknown = JSON.parse(JSON.stringify(value));
        const text = canonicalJson(value);
        expect(JSON.parse(text)).toStrictEqual(plain);
        expect(canonicalJson(shuffle(plain))).toBe(text);
      }),
    );
  });

  test("leaves out what JSON leaves out, and writes what objects say that they are", () => {
    const value = { b: undefined, a: [undefined, PartitionSet.of([1, 2])], at: new Date(0), c: () => 0 };
    expect(canonicalJson(value)).toBe('{"a":[null,[1,3]],"at":"1970-01-01T00:00:00.000Z"}');
  });
});
