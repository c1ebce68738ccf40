import { describe, expect, test } from "vitest";
import { asset } from "./asset.ts";
import { assetCheck } from "./asset-check.ts";
import { pass } from "./check-result.ts";
import { definitions } from "./definitions.ts";
import { dep } from "./dep.ts";
import { externalAsset } from "./external-asset.ts";
import { ioManager } from "./io-manager.ts";
import { meta } from "./metadata.ts";
import type { ConfigSchema } from "./config-schema.ts";
import { customMapping } from "./partitions/custom-mapping.ts";
import { allPartitions } from "./partitions/partition-mapping.ts";
import { dailyPartitions, monthlyPartitions } from "./partitions/time-partitions.ts";
import { atMostMissing } from "./partitions/wait-policy.ts";
import { resource } from "./resource.ts";
import { snapshotDefinitions } from "./snapshot-definitions.ts";

const rowsIo = ioManager<unknown, unknown>({
  name: "rows",
  store: undefined,
  write: async () => ({ io: "rows", objects: [], dataVersion: "" }),
  load: async () => null,
});

const external = externalAsset({ key: "crm/customers", kinds: ["postgres"] });
const raw = asset({
  key: "weather/raw",
  description: "Measurements",
  group: "weather",
  owners: ["@ana"],
  tags: { team: "data" },
  kinds: ["http"],
  metadata: { source: meta.url("https://example.org"), rows: 3 },
  partitions: dailyPartitions({ start: "2012-01-01" }),
  io: rowsIo,
  resources: { db: resource({ key: "warehouse", create: () => 1 }) },
  retry: { attempts: 3 },
  timeoutMs: 60_000,
  isolation: "process",
  materialize: () => 1,
  checks: { not_empty: { blocking: true, check: () => pass() } },
});
const summary = asset({
  key: "weather/summary",
  partitions: monthlyPartitions({ start: "2012-01" }),
  deps: { days: raw, whole: dep(raw, { mapping: allPartitions() }), external },
  materialize: () => 1,
});
const extra = assetCheck({ asset: raw, name: "extra", severity: "warn", check: () => pass() });

const defs = definitions({ assets: [summary, external, raw], checks: [extra] });
const options = { codeVersionOf: (key: string) => `v-${key}`, projectDirectory: import.meta.dirname };
const [first, second, third] = snapshotDefinitions(defs, options).assets;

test("resources are written with what takes them, those that fill a slot under its name", () => {
  const warehouse = resource({ key: "pg", description: "The warehouse.", create: () => 1 });
  const lake = resource({ key: "lake", create: () => 2 });
  const slot = resource.required<number>()("db");
  const first = asset({ key: "first", resources: { db: slot, lake }, materialize: () => 1 });
  const second = asset({ key: "second", resources: { lake }, materialize: () => 1 });
  const isThere = assetCheck({ asset: first, name: "is_there", resources: { db: slot }, check: () => pass() });
  const declared = definitions({ assets: [first, second], checks: [isThere], resources: { db: warehouse } });
  const { resources } = snapshotDefinitions(declared, {
    codeVersionOf: () => "1",
    projectDirectory: import.meta.dirname,
  });
  expect(resources).toMatchObject([
    { key: "db", description: "The warehouse.", users: { assets: 1, checks: 1, schedules: 0, sensors: 0 } },
    { key: "lake", description: null, users: { assets: 2, checks: 0, schedules: 0, sensors: 0 } },
  ]);
  expect(resources?.[0]?.source?.file).toBe("snapshot-definitions.test.ts");
});

describe("snapshotDefinitions", () => {
  test("puts assets behind what they depend on", () => {
    expect([first, second, third].map((one) => one?.key)).toEqual(["crm/customers", "weather/raw", "weather/summary"]);
  });

  test("says all that the declaration says", () => {
    expect(second).toEqual({
      key: "weather/raw",
      kind: "asset",
      description: "Measurements",
      group: "weather",
      owners: ["@ana"],
      tags: { team: "data" },
      kinds: ["http"],
      metadata: { source: { type: "url", value: "https://example.org" }, rows: { type: "number", value: 3 } },
      partitions: expect.objectContaining({ kind: "time-window", cadence: "daily" }),
      deps: [],
      resources: ["warehouse"],
      retry: { attempts: 3, backoff: "constant", delayMs: 0, maxDelayMs: 3_600_000, jitter: false },
      timeoutMs: 60_000,
      isolation: "process",
      chunk: null,
      config: null,
      io: "rows",
      source: { file: "snapshot-definitions.test.ts", line: expect.any(Number) },
      codeVersion: "v-weather/raw",
      checks: [
        expect.objectContaining({ name: "not_empty", severity: "error", blocking: true }),
        expect.objectContaining({ name: "extra", severity: "warn", blocking: false }),
      ],
    });
  });

  test("says how partitions map, declared or derived", () => {
    expect(third?.deps).toEqual([
      {
        name: "days",
        upstream: "weather/raw",
        mapping: expect.objectContaining({ kind: "time-window" }),
        multiplicity: "many",
        rule: expect.any(String),
      },
      {
        name: "whole",
        upstream: "weather/raw",
        mapping: { kind: "all" },
        multiplicity: "many",
        rule: "All partitions of the upstream are read.",
      },
      {
        name: "external",
        upstream: "crm/customers",
        mapping: { kind: "unpartitioned" },
        multiplicity: "one",
        rule: expect.any(String),
      },
    ]);
    expect(third?.deps[0]?.rule).not.toBe("declared");
  });

  test("says what a function of a mapping answered, how long to wait, and what config there may be", () => {
    const config = {
      "~standard": {
        version: 1 as const,
        vendor: "test",
        validate: (value: unknown) =>
          Object.keys(Object(value)).length === 0 ? { issues: [{ message: "empty" }] } : { value },
        jsonSchema: { input: () => ({ type: "object" }) },
      },
    };
    const mapping = customMapping((month) => [`${month}-01`]);
    const closed = monthlyPartitions({ start: "2012-01", end: "2012-03" });
    const made = asset({
      key: "made",
      partitions: closed,
      chunk: "range",
      config,
      deps: { days: dep(raw, { mapping, wait: atMostMissing(1) }) },
      *materialize() {
        yield ["2012-01", 1];
      },
    });
    const [, snapshot] = snapshotDefinitions(definitions({ assets: [raw, made] }), options).assets;
    expect(snapshot).toMatchObject({
      chunk: "range",
      config: { jsonSchema: { type: "object" }, required: true },
      deps: [
        {
          mapping: { kind: "custom", keys: { "2012-01": ["2012-01-01"], "2012-02": ["2012-02-01"] }, until: null },
          rule: "A function says which partitions are read; it was asked for 2.",
          wait: { kind: "at-most-missing", count: 1 },
        },
      ],
    });
  });

  test("config whose library cannot write it down, or judges later, is not required", () => {
    const schema = (validate: () => unknown) =>
      ({
        "~standard": {
          version: 1,
          vendor: "test",
          validate,
          jsonSchema: {
            input: () => {
              throw new Error("a transform has no schema");
            },
          },
        },
      }) as unknown as ConfigSchema;
    const configOf = (config: ConfigSchema) => {
      const made = asset({ key: "made", config, materialize: () => 1 });
      return snapshotDefinitions(definitions({ assets: [made] }), options).assets[0]?.config;
    };
    expect(configOf(schema(() => ({ value: 1 })))).toEqual({ jsonSchema: null, required: false });
    expect(configOf(schema(() => Promise.reject(new Error("later"))))).toEqual({ jsonSchema: null, required: false });
  });

  test("an external asset is never made", () => {
    expect(first).toMatchObject({ kind: "external", io: "", codeVersion: "", checks: [], kinds: ["postgres"] });
  });

  test("names the I/O manager that will store the value", () => {
    expect(third?.io).toBe("json");
    const { assets } = snapshotDefinitions(
      definitions({ assets: [external, raw, summary], io: rowsIo as never }),
      options,
    );
    expect(assets[2]?.io).toBe("rows");
  });

  test("is plain JSON", () => {
    const snapshot = snapshotDefinitions(defs, options);
    expect(JSON.parse(JSON.stringify(snapshot))).toEqual(snapshot);
  });

  test("says what becomes of columns that change, and whether others see what is published", () => {
    const table = { columns: null, drift: "refuse" } as const;
    const parts = { name: "rows", store: undefined, write: rowsIo.write, load: rowsIo.load };
    const tables = asset({ key: "t", io: ioManager<unknown, unknown>({ ...parts, table }), materialize: () => 1 });
    const outside = asset({
      key: "o",
      io: ioManager<unknown, unknown>({ ...parts, publish: async () => {} }),
      materialize: () => 1,
    });
    const made = snapshotDefinitions(definitions({ assets: [tables, outside, raw] }), options).assets;
    const [t, o, plain] = ["t", "o", "weather/raw"].map((key) => made.find((each) => each.key === key));
    expect(t).toMatchObject({ io: "rows", table: { drift: "refuse" } });
    expect(t).not.toHaveProperty("publishesOutside");
    expect(o).toMatchObject({ publishesOutside: true });
    expect(o).not.toHaveProperty("table");
    expect(plain).not.toHaveProperty("table");
  });
});
