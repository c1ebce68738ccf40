import { describe, expect, test } from "vitest";
import { asset } from "../asset.ts";
import { assetCheck } from "../asset-check.ts";
import { pass } from "../check-result.ts";
import { definitions } from "../definitions.ts";
import { dep } from "../dep.ts";
import { externalAsset } from "../external-asset.ts";
import { staticPartitions } from "../partitions/key-partitions.ts";
import { dailyPartitions, monthlyPartitions } from "../partitions/time-partitions.ts";
import { resource } from "../resource.ts";
import { validateDefinitions } from "./validate-definitions.ts";

const HERE = /validate-definitions\.test\.ts:\d+/u;

/** Validates what may be wrong in ways that the compiler would not let through. */
function validate(options: unknown) {
  const projectDirectory = import.meta.dirname;
  return validateDefinitions(definitions(options as Parameters<typeof definitions>[0]), { projectDirectory });
}

const plain = (key: string, options: object = {}) => asset({ key, materialize: () => 1, ...options });
const codes = (options: unknown) => validate(options).map(({ code }) => code);

describe("validateDefinitions", () => {
  test("finds nothing wrong with definitions that are right", () => {
    const db = resource({ key: "db", create: () => 1 });
    const days = plain("days", {
      partitions: dailyPartitions({ start: "2024-01-01" }),
      group: "g",
      owners: ["@ana"],
      kinds: ["sql"],
    });
    const months = asset({
      key: "months",
      partitions: monthlyPartitions({ start: "2024-01" }),
      deps: { days: dep(days), external: externalAsset({ key: "external" }) },
      resources: { db, slot: resource.required<number>()("limit") },
      retry: { attempts: 3, delayMs: 10, backoff: "exponential" },
      tags: { team: "x" },
      metadata: { n: 1 },
      materialize: () => 1,
      checks: { ok: { check: () => pass() } },
    });
    const external = Object.values(months.deps)[1]?.asset;
    expect(validate({ assets: [days, months, external], resources: { limit: db } })).toEqual([]);
    // The same asset given twice is no second asset.
    expect(validate({ assets: [days, days] })).toEqual([]);
  });

  test("reports everything at once, each problem with its asset, its file and a remedy", () => {
    const problems = validate({
      assets: [plain("bad//key"), plain("slow", { timeoutMs: -1 }), plain("a", { deps: { x: plain("elsewhere") } }), 7],
      checks: ["x"],
    });
    expect(problems.map(({ code }) => code)).toEqual([
      "DEFINITIONS_ENTRY_INVALID",
      "DEFINITIONS_ENTRY_INVALID",
      "ASSET_KEY_INVALID",
      "ASSET_DEPENDENCY_MISSING",
      "ASSET_INVALID",
    ]);
    for (const { message, hint, source } of problems) {
      expect(message).toMatch(HERE);
      expect(hint).toMatch(/^\S.*\.$/su);
      expect(source?.file).toBe("validate-definitions.test.ts");
    }
    expect(problems.slice(2).map((problem) => problem.asset)).toEqual(["bad//key", "a", "slow"]);
  });
});

/** One project with most of what people get wrong. */
test("a project full of mistakes is told all of them in one go", () => {
  const z = plain("z");
  const y = plain("y", { deps: { z } });
  const days = plain("days", { partitions: dailyPartitions({ start: "2024-01-01" }) });
  const expected: readonly (readonly [code: string, asset: string, part: string, given: unknown])[] = [
    ["ASSET_KEY_INVALID", "up/../down", '".." is not a segment', plain("up/../down")],
    ["ASSET_KEY_INVALID", "nul\0", "(U+0000)", plain("nul\0")],
    ["ASSET_KEY_INVALID", "l".repeat(300), "300 bytes, and 255 are the most", plain("l".repeat(300))],
    ["ASSET_KEY_INVALID", "cafe\u0301", "normal form C", plain("cafe\u0301")],
    ["ASSET_DUPLICATE", "days", "two assets have the key", plain("days")],
    ["ASSET_KEY_TWIN", "caf\u00E9", "differ only in", plain("caf\u00E9")],
    ["ASSET_DEPENDENCY_INVALID", "text", "is a string and no asset", plain("text", { deps: { days: "days" } })],
    ["ASSET_DEPENDENCY_MISSING", "gone", "is not part of", plain("gone", { deps: { other: plain("other") } })],
    ["ASSET_CYCLE", "y", "y → z → y", plain("z", { deps: { y } })],
    [
      "TIME_ZONE_INVALID",
      "zone",
      '"Europe/Osloo"',
      plain("zone", { partitions: dailyPartitions({ start: "2024-01-01", timeZone: "Europe/Osloo" }) }),
    ],
    [
      "PARTITIONS_INVALID",
      "end",
      "is not after the start",
      plain("end", { partitions: dailyPartitions({ start: "2024-01-01", end: "2023-01-01" }) }),
    ],
    [
      "MAPPING_NOT_DERIVABLE",
      "regions",
      "cannot be derived",
      plain("regions", { partitions: staticPartitions(["eu"]), deps: { days } }),
    ],
    [
      "RESOURCE_MISSING",
      "slot",
      'needs the resource "db"',
      plain("slot", { resources: { db: resource.required<number>()("db") } }),
    ],
  ];
  const problems = validate({ assets: [days, y, ...expected.map(([, , , given]) => given)] });
  for (const [code, asset, part] of expected) {
    expect(problems).toContainEqual(
      expect.objectContaining({
        code,
        asset,
        message: expect.stringContaining(part),
        hint: expect.stringMatching(/\.$/u),
      }),
    );
  }
  for (const { message, source } of problems) {
    expect(message).toMatch(HERE);
    expect(message.length).toBeLessThan(400);
    expect(source).toMatchObject({ file: "validate-definitions.test.ts", line: expect.any(Number) });
  }
});

describe("entries", () => {
  test.each([
    ["undefined", undefined, "misspelled import"],
    ["a function", () => plain("a"), "call it"],
    ["an array", [plain("a")], "Spread the list"],
    ["a Promise", Promise.resolve(plain("a")), "Await it"],
    ["an object", { one: plain("a") }, "Object.values"],
    ["the check", assetCheck({ asset: plain("a"), name: "c", check: () => pass() }), "Move it to checks"],
    ["the resource", resource({ key: "r", create: () => 1 }), "Move it to resources"],
    ["other definitions", definitions({ assets: [] }), "Spread its assets"],
    ["a number", 3, "asset()"],
  ])("%s is not an asset", (what, given, remedy) => {
    const [problem, ...others] = validate({ assets: [plain("fine"), given] });
    expect(others).toEqual([]);
    expect(problem?.message).toContain(`assets[1] is ${what}`);
    expect(problem?.hint).toContain(remedy);
  });

  test("lists, resources, store and I/O manager are what they should be", () => {
    expect(codes({ assets: 1, checks: {}, resources: [], store: {}, io: "json" })).toEqual(
      Array.from({ length: 5 }, () => "DEFINITIONS_ENTRY_INVALID"),
    );
    expect(validate({ assets: [], checks: [plain("a")] })[0]?.hint).toContain("Move it to assets");
  });
});

describe("keys", () => {
  test("two assets with one key are named with both places", () => {
    const [problem, ...others] = validate({ assets: [plain("a"), plain("a")] });
    expect(others).toEqual([]);
    expect(problem).toMatchObject({ code: "ASSET_DUPLICATE", asset: "a" });
    expect(problem?.message.match(/test\.ts:\d+/gu)).toHaveLength(2);
  });

  test("keys that differ in letter case or Unicode form alone", () => {
    const problems = validate({
      assets: [plain("Weather/Raw"), plain("weather/raw"), plain("\u00FCber"), plain("u\u0308ber")],
    });
    expect(problems.map(({ code, asset: key }) => [code, key])).toEqual([
      ["ASSET_KEY_INVALID", "u\u0308ber"],
      ["ASSET_KEY_TWIN", "weather/raw"],
      ["ASSET_KEY_TWIN", "u\u0308ber"],
    ]);
  });
});

describe("options", () => {
  test.each([
    [{ retry: { attempts: -1 } }, "retry.attempts is -1"],
    [{ retry: { delayMs: -5 } }, "retry.delayMs is -5"],
    [{ timeoutMs: 0 }, "timeoutMs is 0"],
    [{ noProgressMs: -5 }, "noProgressMs is -5"],
    [{ timeoutMs: Number.NaN }, "timeoutMs is NaN"],
    [{ isolation: "none" }, 'isolation is "none"'],
    [{ materialize: 3 }, "materialize is a number"],
    [{ io: { name: "mine" } }, "io is an object"],
    [{ group: "" }, "group is"],
    [{ owners: "@ana" }, "owners is a string"],
    [{ kinds: [1] }, "kinds is"],
    [{ tags: { a: 1 } }, "tags is"],
    [{ description: {} }, "description is"],
    [{ metadata: { at: new Date(0) } }, "at is a Date"],
    [{ metadata: 3 }, "metadata is a number"],
    [{ chunk: 10 }, "it has a chunk and no partitions"],
    [{ chunk: 0, partitions: staticPartitions(["x"]) }, "chunk is 0"],
    [{ chunk: "all", partitions: staticPartitions(["x"]) }, 'chunk is "all"'],
    [{ chunk: 1e9, partitions: staticPartitions(["x"]) }, "chunk is 1000000000"],
    [{ config: { count: 1 } }, "config is an object"],
  ])("%o", (options, problem) => {
    expect(validate({ assets: [plain("a", options)] })).toEqual([
      expect.objectContaining({ code: "ASSET_INVALID", asset: "a", message: expect.stringContaining(problem) }),
    ]);
  });
});

describe("checks", () => {
  const a = plain("a", { checks: { one: { check: () => pass() } } });
  const check = (options: object) => assetCheck({ asset: a, name: "two", check: () => pass(), ...options });

  test("two of one name on one asset, declared with it or beside it", () => {
    const [problem, ...others] = validate({ assets: [a], checks: [check({ name: "one" }), check({})] });
    expect(others).toEqual([]);
    expect(problem).toMatchObject({ code: "CHECK_DUPLICATE", asset: "a" });
    expect(problem?.message.match(/test\.ts:\d+/gu)).toHaveLength(3);
  });

  test.each([
    [{ name: "a b" }, "its name"],
    [{ severity: "fatal" }, "its severity"],
    [{ blocking: 1 }, "its blocking"],
    [{ blocking: true, severity: "warn" }, "never would"],
    [{ check: "x" }, "its check"],
    [{ asset: plain("other") }, "not part of the definitions"],
    [{ asset: externalAsset({ key: "e" }) }, "not on an asset that is made"],
  ])("%o", (options, problem) => {
    expect(validate({ assets: [a], checks: [check(options)] })).toEqual([
      expect.objectContaining({ code: "CHECK_INVALID", message: expect.stringContaining(problem) }),
    ]);
  });
});

describe("resources", () => {
  const slot = resource.required<number>()("bucket");

  test("a slot that nothing fills, for an asset and for a check", () => {
    const a = plain("a", { resources: { slot } });
    const check = assetCheck({ asset: a, name: "c", resources: { slot }, check: () => pass() });
    const problems = validate({
      assets: [a],
      checks: [check],
      resources: { buckt: resource({ key: "r", create: () => 1 }) },
    });
    expect(problems).toEqual([
      expect.objectContaining({
        code: "RESOURCE_MISSING",
        asset: "a",
        hint: expect.stringContaining('Did you mean "buckt"?'),
      }),
      expect.objectContaining({
        code: "RESOURCE_MISSING",
        asset: "a",
        message: expect.stringContaining('the check "c"'),
      }),
    ]);
  });

  test("two resources with one key, and what is no resource", () => {
    const one = () => resource({ key: "db", create: () => 1 });
    expect(
      codes({ assets: [plain("a", { resources: { db: one() } }), plain("b", { resources: { db: one() } })] }),
    ).toEqual(["RESOURCE_CONFLICT"]);
    expect(codes({ assets: [plain("a", { resources: { db: {} } })], resources: { x: 1 } })).toEqual([
      "RESOURCE_INVALID",
      "RESOURCE_INVALID",
    ]);
  });
});
