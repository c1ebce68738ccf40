import { describe, expect, test } from "vitest";
import { asset } from "../asset.ts";
import { definitions } from "../definitions.ts";
import { dep } from "../dep.ts";
import { ioManager, objectStore, type IoManagerParts, type ObjectStore } from "../io-manager.ts";
import { ownPartitions } from "../own-partitions.ts";
import { multiPartitions, staticPartitions } from "../partitions/key-partitions.ts";
import { customMapping } from "../partitions/custom-mapping.ts";
import {
  identityMapping,
  lastPartition,
  multiMapping,
  previousPartition,
  timeWindowMapping,
  type PartitionMapping,
} from "../partitions/partition-mapping.ts";
import { dailyPartitions, monthlyPartitions } from "../partitions/time-partitions.ts";
import { atLeast, atMostMissing } from "../partitions/wait-policy.ts";
import { snapshotDefinitions } from "../snapshot-definitions.ts";
import { validateDefinitions } from "./validate-definitions.ts";

/** Validates what may be wrong in ways that the compiler would not let through. */
function validate(options: unknown) {
  const projectDirectory = import.meta.dirname;
  return validateDefinitions(definitions(options as Parameters<typeof definitions>[0]), { projectDirectory });
}

const plain = (key: string, options: object = {}) => asset({ key, materialize: () => 1, ...options });
const codes = (options: unknown) => validate(options).map(({ code }) => code);

describe("dependencies", () => {
  test.each([
    ["weather/row", 'Give the asset itself and not its key. Did you mean "weather/raw"?'],
    ["weather/raw", "Give the asset itself and not its key."],
    [undefined, "Look for a misspelled import, or for two modules that import each other."],
    [{}, "Give what asset() or externalAsset() returned, or dep(asset, { … })."],
    [dep(7 as never), "Give what asset() or externalAsset() returned, or dep(asset, { … })."],
  ])("%o is not an asset", (given, hint) => {
    const [problem, ...others] = validate({ assets: [plain("weather/raw"), plain("b", { deps: { raw: given } })] });
    expect(others).toEqual([]);
    expect(problem).toMatchObject({ code: "ASSET_DEPENDENCY_INVALID", asset: "b", hint });
    expect(problem?.message).toContain('a dependency "raw"');
  });

  test("another asset of the same key is not the one", () => {
    const [problem] = validate({ assets: [plain("a"), plain("b", { deps: { a: plain("a") } })] });
    expect(problem).toMatchObject({ code: "ASSET_DUPLICATE", asset: "b" });
  });

  test("a circle is named as its exact path", () => {
    const [x, y] = [plain("x"), plain("y", { deps: { z: plain("z") } })];
    const z = plain("z", { deps: { x, y } });
    const problem = validate({ assets: [x, y, z] }).find(({ code }) => code === "ASSET_CYCLE");
    expect(problem?.message).toContain("y → z → y");
    expect(validate({ assets: [plain("s", { deps: { s: plain("s") } })] }).at(-1)?.message).toContain("s → s");
  });
});

describe("how a dependency is loaded", () => {
  const columns = ["day", "tempMax"].map((name) => ({ name, type: "Utf8", nullable: true }));
  const format = (name: string, parts: Partial<IoManagerParts<unknown, unknown>> = {}) =>
    ioManager<unknown, unknown>({
      name,
      store: undefined,
      write: () => Promise.reject(new Error("not used")),
      load: () => Promise.reject(new Error("not used")),
      ...parts,
    });
  const tables = () => format("parquet", { filters: true, table: { columns, drift: "additive" } });
  const raw = asset({ key: "raw", io: tables(), materialize: () => 1 });
  const problemsOf = (upstream: typeof raw, options: object) =>
    validate({ assets: [upstream, plain("a", { deps: { raw: dep(upstream, options) } })] });

  test("may be through an I/O manager of the same format, with columns and rows", () => {
    const where = { day: { gte: "2024-01-01", in: ["2024-01-02"], isNull: false }, tempMax: { lt: 3n, eq: undefined } };
    expect(problemsOf(raw, { io: tables(), columns: ["day"], where })).toEqual([]);
  });

  test("not through an I/O manager of another format", () => {
    expect(problemsOf(raw, { io: format("arrow", { filters: true }) })).toMatchObject([
      {
        code: "ASSET_DEPENDENCY_LOADING_INVALID",
        asset: "a",
        message: expect.stringMatching(
          /asset "a" .* cannot load "raw" .*: raw is stored as "parquet", and the I\/O manager of the dependency loads "arrow"/u,
        ),
        hint: 'Give an I/O manager that loads "parquet", or leave `io` out.',
      },
    ]);
  });

  test("not from another store than the one of the upstream", () => {
    const store = objectStore({ name: "other" } as ObjectStore);
    expect(problemsOf(raw, { io: format("parquet", { store }) })).toMatchObject([
      { message: expect.stringContaining("has a store of its own, and raw lies in another one") },
    ]);
    const there = asset({ key: "raw", io: format("parquet", { store }), materialize: () => 1 });
    expect(problemsOf(there, { io: format("parquet", { store }) })).toEqual([]);
  });

  test("not with some rows where the I/O manager gives all", () => {
    const blind = asset({ key: "raw", io: format("bytes"), materialize: () => 1 });
    expect(problemsOf(blind, { where: { day: { eq: "2024-01-01" } } })).toMatchObject([
      { message: expect.stringContaining('the I/O manager "bytes" gives all of them') },
    ]);
    // Of the default of the deployment nothing is known here.
    const rows = asset({ key: "rows", materialize: () => [{ day: "2024-01-01" }] });
    const reader = plain("reader", { deps: { rows: dep(rows, { where: { day: { eq: "2024-01-01" } } }) } });
    expect(codes({ assets: [rows, reader] })).toEqual([]);
  });

  test.each<[object, string]>([
    [{ columns: ["dya"] }, 'there is no column "dya"'],
    [{ columns: [] }, "columns is not a list of names"],
    [{ where: { dya: { eq: 1 } } }, 'there is no column "dya"'],
    [{ where: [] }, "where is"],
    [{ where: { day: "2024-01-01" } }, 'the condition on "day" is a string'],
    [{ where: { day: { equals: 1 } } }, 'has "equals", which is none of eq, in, gt'],
    [{ where: { day: { in: "2024-01-01" } } }, "compares with a string"],
    [{ where: { day: { eq: Number.NaN } } }, "compares with"],
    [{ where: { day: { isNull: 1 } } }, "compares with a number"],
    [{ io: "parquet" }, "io is a string"],
  ])("not with %o", (options, message) => {
    expect(problemsOf(raw, options)).toMatchObject([
      { code: "ASSET_DEPENDENCY_LOADING_INVALID", message: expect.stringContaining(message) },
    ]);
  });
});

describe("partitions and mappings", () => {
  const days = plain("days", { partitions: dailyPartitions({ start: "2024-01-01" }) });

  test("a definition that cannot be used", () => {
    const [problem, ...others] = validate({ assets: [plain("a", { partitions: staticPartitions(["x", "x"]) })] });
    expect(others).toEqual([]);
    expect(problem).toMatchObject({ code: "PARTITIONS_INVALID", asset: "a" });
    expect(codes({ assets: [plain("a", { partitions: ["x"] })] })).toEqual(["PARTITIONS_INVALID"]);
  });

  test("a mapping that cannot be derived, and one that does not fit", () => {
    const regions = { partitions: staticPartitions(["eu"]) };
    expect(validate({ assets: [days, plain("r", { ...regions, deps: { days } })] })).toEqual([
      expect.objectContaining({
        code: "MAPPING_NOT_DERIVABLE",
        asset: "r",
        message: expect.stringContaining('as "days"'),
      }),
    ]);
    const misfit = plain("r", { ...regions, deps: { days: dep(days, { mapping: timeWindowMapping() }) } });
    expect(codes({ assets: [days, misfit] })).toEqual(["MAPPING_INVALID"]);
    const unmade = plain("r", { deps: { days: dep(days, { mapping: { spec: {} } as never }) } });
    expect(codes({ assets: [days, unmade] })).toEqual(["MAPPING_INVALID"]);
  });

  test("a function whose answers are no keys of the upstream, and one of them for each pair of assets", () => {
    const months = { partitions: monthlyPartitions({ start: "2024-01" }) };
    const reading = (answer: string) => dep(days, { mapping: customMapping(() => [answer]) as never });
    const assets = [
      days,
      plain("good", { ...months, deps: { days: reading("2024-01-01") } }),
      plain("bad", { ...months, deps: { days: reading("2023-01-01") } }),
    ];
    expect(validate({ assets })).toEqual([
      expect.objectContaining({
        code: "MAPPING_INVALID",
        asset: "bad",
        message: expect.stringContaining('for "2024-01" it returned "2023-01-01"'),
        hint: expect.stringContaining("2024-01-01.."),
      }),
    ]);
  });

  test("the partition with the same key, of partitions that have no key in common", () => {
    const months = { partitions: monthlyPartitions({ start: "2024-01" }) };
    const asset = plain("m", { ...months, deps: { days: dep(days, { mapping: identityMapping() as never }) } });
    expect(validate({ assets: [days, asset] })).toEqual([
      expect.objectContaining({
        code: "MAPPING_INVALID",
        asset: "m",
        message: expect.stringContaining("the identity mapping reads nothing"),
        hint: expect.stringContaining("timeWindowMapping()"),
      }),
    ]);
  });

  test("the partition before, of partitions that are not the same", () => {
    const before = { days: dep(days, { mapping: previousPartition() }) };
    const later = dailyPartitions({ start: "2024-06-01" });
    expect(codes({ assets: [days, plain("a", { partitions: later, deps: before })] })).toEqual([]);
    const tokyo = dailyPartitions({ start: "2024-06-01", timeZone: "Asia/Tokyo" });
    expect(codes({ assets: [days, plain("a", { partitions: tokyo, deps: before })] })).toEqual(["MAPPING_INVALID"]);
    const months = monthlyPartitions({ start: "2024-06" });
    expect(codes({ assets: [days, plain("a", { partitions: months, deps: before })] })).toEqual(["MAPPING_INVALID"]);
    const [one, other] = [staticPartitions(["a", "b"]), staticPartitions(["b", "a"])];
    const keys = plain("keys", { partitions: one });
    const own = { keys: dep(keys, { mapping: previousPartition() }) };
    expect(codes({ assets: [keys, plain("a", { partitions: one, deps: own })] })).toEqual([]);
    expect(codes({ assets: [keys, plain("a", { partitions: other, deps: own })] })).toEqual(["MAPPING_INVALID"]);
  });

  test("an asset may read its own earlier partitions, and no others of them", () => {
    const same = { partitions: dailyPartitions({ start: "2024-01-01" }) };
    const own = (mapping: PartitionMapping, options: object = same) =>
      codes({ assets: [plain("a", { ...options, deps: { own: ownPartitions()({ mapping }) } })] });
    expect(own(previousPartition())).toEqual([]);
    expect(own(timeWindowMapping({ startOffset: -7, endOffset: -2 }))).toEqual([]);
    expect(own(timeWindowMapping({ startOffset: -7 }))).toEqual(["ASSET_CYCLE"]);
    expect(own(lastPartition())).toEqual(["ASSET_CYCLE"]);
    expect(own(timeWindowMapping({ startOffset: 1, endOffset: 1 }))).toEqual(["ASSET_CYCLE"]);
    expect(own(previousPartition(), { partitions: staticPartitions(["a", "b"]) })).toEqual([]);
    expect(own(previousPartition(), { ...same, chunk: 5 })).toEqual(["ASSET_INVALID"]);
    expect(own(previousPartition(), {})).toEqual(["MAPPING_INVALID"]);
    const both = { partitions: multiPartitions({ day: same.partitions, region: staticPartitions(["eu"]) }) };
    const region = { dimension: "region" };
    expect(own(multiMapping({ day: { dimension: "day", mapping: previousPartition() }, region }), both)).toEqual([]);
    expect(own(multiMapping({ day: { dimension: "day" }, region }), both)).toEqual(["ASSET_CYCLE"]);
    const [asset] = snapshotDefinitions(
      definitions({
        assets: [plain("a", { ...same, deps: { own: ownPartitions()({ mapping: previousPartition() }) } })],
      }),
      { codeVersionOf: () => "v", projectDirectory: import.meta.dirname },
    ).assets;
    expect(asset?.deps).toMatchObject([{ name: "own", upstream: "a", rule: "Each day reads the day before it." }]);
  });

  test.each([
    [{ kind: "at-least", count: 1.5 }, "its count is 1.5"],
    [{ kind: "at-most-missing", count: -1 }, "its count is -1"],
    [{ kind: "some" }, 'its kind is "some"'],
    [5, "it is a number"],
  ])("a wait policy that is none: %o", (wait, message) => {
    const months = { partitions: monthlyPartitions({ start: "2024-01" }) };
    const asset = plain("m", { ...months, deps: { days: dep(days, { wait: wait as never }) } });
    expect(validate({ assets: [days, asset] })).toEqual([
      expect.objectContaining({ code: "WAIT_POLICY_INVALID", asset: "m", message: expect.stringContaining(message) }),
    ]);
  });

  test("a wait policy of a dependency that reads one partition, declared or derived", () => {
    const same = { partitions: dailyPartitions({ start: "2024-01-01" }) };
    const derived = plain("a", { ...same, deps: { days: dep(days, { wait: atLeast(1) }) } });
    const declared = dep(days, { mapping: lastPartition(), wait: atMostMissing(1) });
    const problems = codes({ assets: [days, derived, plain("b", { deps: { days: declared } })] });
    expect(problems).toEqual(["WAIT_POLICY_INVALID", "WAIT_POLICY_INVALID"]);
    const many = dep(days, { mapping: timeWindowMapping({ startOffset: -6 }), wait: atLeast(5) });
    expect(codes({ assets: [days, plain("c", { ...same, deps: { days: many } })] })).toEqual([]);
  });

  test("what is wrong with partitions is not said again for every dependency", () => {
    const broken = plain("a", { partitions: staticPartitions(["x", "x"]) });
    expect(codes({ assets: [broken, plain("b", { deps: { broken } })] })).toEqual(["PARTITIONS_INVALID"]);
  });
});
