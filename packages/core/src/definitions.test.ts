import { describe, expect, test } from "vitest";
import { asset } from "./asset.ts";
import { assetCheck } from "./asset-check.ts";
import { fail, pass } from "./check-result.ts";
import { definitions, findResource, isDefinitions } from "./definitions.ts";
import { dep } from "./dep.ts";
import { externalAsset } from "./external-asset.ts";
import { isOutput, output } from "./output.ts";
import { allPartitions } from "./partitions/partition-mapping.ts";
import { staticPartitions } from "./partitions/key-partitions.ts";
import { resource } from "./resource.ts";

const log = { debug() {}, info() {}, warn() {}, error() {} };
const around = {
  signal: new AbortController().signal,
  log,
  run: { id: "1", attempt: 1 },
  metadata() {},
  heartbeat() {},
  config: undefined,
  addPartitions() {},
  removePartitions() {},
  step: async () => expect.unreachable(),
  map: async () => expect.unreachable(),
  resources: {},
};

describe("asset", () => {
  test("keeps the function, and fills in what was not said", () => {
    const materialize = () => 1;
    const declared = asset({ key: "a", materialize });
    expect(declared.materialize).toBe(materialize);
    expect(declared).toMatchObject({
      kind: "asset",
      group: "default",
      description: null,
      owners: [],
      tags: {},
      kinds: [],
      metadata: {},
      partitions: undefined,
      deps: {},
      resources: {},
      io: null,
      checks: [],
      retry: { attempts: 1, backoff: "constant", delayMs: 0, maxDelayMs: 3_600_000, jitter: false },
      timeoutMs: 86_400_000,
      isolation: "shared",
    });
  });

  test("can be called in a unit test as it was declared", async () => {
    const prices = asset({ key: "prices", partitions: staticPartitions(["eu", "us"]), materialize: () => [1, 2] });
    const total = asset({
      key: "total",
      deps: { prices },
      async materialize({ deps }) {
        let sum = 0;
        for await (const [, values] of deps.prices) sum += values.length;
        return output({ value: sum, metadata: { sum } });
      },
    });
    const result = await total.materialize({
      ...around,
      partition: undefined,
      deps: {
        prices: {
          keys: ["eu"],
          missing: [],
          size: 1,
          get: async () => [1, 2],
          async *[Symbol.asyncIterator]() {
            yield ["eu", [1, 2]];
          },
          async *load() {},
          concat: () => Promise.reject(new Error("not used")),
        },
      },
    });
    expect(result).toMatchObject({ value: 2, metadata: { sum: 2 }, dataVersion: null });
    expect(isOutput(result)).toBe(true);
  });

  test("brings both ways of naming a dependency into one form", () => {
    const a = asset({ key: "a", materialize: () => [{ x: 1 }] });
    const e = externalAsset({ key: "e", partitions: staticPartitions(["one"]) });
    const mapping = allPartitions();
    const { deps } = asset({
      key: "b",
      deps: { a, cut: dep(a, { mapping, columns: ["x"], where: { x: { gt: 0 } } }), e },
      materialize: () => 1,
    });
    const plain = { mapping: null, columns: null, wait: null, where: null, io: null };
    expect(deps).toEqual({
      a: { ...plain, asset: a },
      cut: { ...plain, asset: a, mapping, columns: ["x"], where: { x: { gt: 0 } } },
      e: { ...plain, asset: e },
    });
  });

  test("has its checks with it, each on the asset itself", async () => {
    const a = asset({
      key: "a",
      materialize: () => 3,
      checks: {
        small: { blocking: true, check: ({ value }) => (value < 10 ? pass() : fail({ message: "too much" })) },
      },
    });
    const [check] = a.checks;
    expect(check).toMatchObject({ name: "small", blocking: true, severity: "error", description: null });
    expect(check?.asset).toBe(a);
    const { deps: _, metadata: __, ...context } = { ...around, deps: {}, partition: undefined };
    expect(await check?.check({ ...context, value: 12 })).toEqual({
      passed: false,
      message: "too much",
      metadata: {},
      severity: null,
    });
  });
});

describe("definitions", () => {
  const db = resource({ key: "db", create: () => 1 });
  const slot = resource.required<number>()("limit");
  const a = asset({
    key: "a",
    resources: { slot, db },
    materialize: () => 1,
    checks: { one: { check: () => pass() } },
  });
  const e = externalAsset({ key: "e" });
  const two = assetCheck({ asset: a, name: "two", check: () => pass() });

  test("finds assets, checks and resources by name", () => {
    const defs = definitions({ assets: [a, e], checks: [two], resources: { limit: db } });
    expect(isDefinitions(defs)).toBe(true);
    expect([...defs.assets]).toEqual([
      ["a", a],
      ["e", e],
    ]);
    expect(defs.checks.get("a")?.map(({ name }) => name)).toEqual(["one", "two"]);
    expect(findResource(defs, slot)).toBe(db);
    expect(findResource(defs, db)).toBe(db);
    expect(findResource(definitions({ assets: [] }), slot)).toBeNull();
  });

  test.each([
    undefined,
    null,
    3,
    {},
    { assets: 3, checks: "x", resources: [], store: 1, io: {} },
    { assets: [null, 1] },
  ])("never throws, whatever is given: %j", (given) => {
    expect(definitions(given as never).assets.size).toBe(0);
  });
});
