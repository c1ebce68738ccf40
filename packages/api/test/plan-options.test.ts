import { randomUUID } from "node:crypto";
import { asset, definitions, dynamicPartitions } from "@heddle/core";
import { snapshotDefinitions, type AssetSnapshot, type DefinitionsSnapshot } from "@heddle/core/internal";
import { addDynamicPartitions, removeDynamicPartitions } from "@heddle/storage";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launch } from "./launch.ts";
import { StepRunner } from "./step-runner.ts";
import { register, startTestServer, type TestServer } from "./test-server.ts";
import { weatherSnapshot } from "./weather-definitions.ts";

let test: TestServer;
let runner: StepRunner;

const cities = dynamicPartitions({ name: "cities" });
const city = asset({ key: "city/raw", partitions: cities, materialize: () => 1 });
const ranking = asset({ key: "city/ranking", deps: { city }, materialize: () => 1 });

/** The weather, and cities that come and go; `change` makes other code or other options of it. */
function snapshot(change: (asset: AssetSnapshot) => Partial<AssetSnapshot> = () => ({})): DefinitionsSnapshot {
  const weather = weatherSnapshot();
  const places = snapshotDefinitions(definitions({ assets: [city, ranking] }), {
    codeVersionOf: () => "v1",
    projectDirectory: import.meta.dirname,
  });
  const assets = [...weather.assets, ...places.assets].map((declared) => ({ ...declared, ...change(declared) }));
  return { ...weather, assets };
}

beforeAll(async () => {
  test = await startTestServer();
  await register(test.db, snapshot());
  runner = await StepRunner.start(test.db);
});

afterAll(() => test[Symbol.asyncDispose]());

const text = (words: string, of = "weather/raw") => ({ kind: "text", text: words, asset: of }) as const;

type Client = TestServer["client"];
type Input = Parameters<Client["plan"]["preview"]["query"]>[0];
type Preview = Awaited<ReturnType<Client["plan"]["preview"]["query"]>>;

const preview = (input: Input): Promise<Preview> => test.client.plan.preview.query(input);
const shape = ({ assets }: Preview) => assets.map(({ asset: planned, text: words }) => `${planned.key} ${words}`);
const refusalOf = (input: Input) =>
  preview(input).then(
    () => expect.fail("it was expected to be refused"),
    (error: unknown) => error,
  );
const confirm = async (input: Input, { hash, at }: Preview) =>
  test.client.plan.launch.mutate({ ...input, planHash: hash, at, idempotencyKey: randomUUID() });

describe("partitions of each asset", () => {
  it("are read by its own definition, and lead to the others", async () => {
    const made = await preview({
      selection: "group:weather or report",
      partitions: { kind: "each", assets: { "weather/raw": "2012-01-05, 2012-03-01", "weather/summary": "2012-02" } },
    });
    expect(shape(made)).toEqual([
      "weather/raw 2012-01-05, 2012-03-01 (2)",
      "weather/summary 2012-02",
      "report unpartitioned",
    ]);
    const onlyRaw = await preview({
      keys: ["weather/raw", "weather/summary"],
      partitions: { kind: "each", assets: { "weather/raw": [15_340, 15_341, 15_400, 15_401] } },
    });
    expect(shape(onlyRaw)).toEqual(["weather/raw 2012-01-01, 2012-03-01 (2)", "weather/summary 2012-01, 2012-03 (2)"]);
  });

  it("are refused for an asset that is not chosen, naming what is near", async () => {
    const partitions = { kind: "each" as const, assets: { "weather/rawe": "2012-01-01" } };
    expect(await refusalOf({ keys: ["weather/raw"], partitions })).toMatchObject({
      data: { heddle: { code: "ASSET_UNKNOWN", hint: 'Did you mean "weather/raw"?' } },
    });
  });
});

describe("what is out of date", () => {
  it("is counted, and made alone together with what reads it", async () => {
    const weather = { selection: "group:weather", partitions: text("2012-01-01..2012-01-31") };
    await runner.finish(await launch(test.client, weather));
    expect(await preview(weather)).toMatchObject({
      assets: [
        { fresh: 31, stale: 0 },
        { fresh: 1, stale: 0 },
      ],
    });
    expect(await preview({ ...weather, only: ["stale"] })).toMatchObject({ total: 0, refused: null });

    await register(
      test.db,
      snapshot(({ key }) => (key === "weather/raw" ? { codeVersion: "v2" } : {})),
    );
    expect(await preview(weather)).toMatchObject({
      assets: [
        { asset: { key: "weather/raw" }, stale: 31, fresh: 0, overwrites: 31 },
        // What it was made from is out of date.
        { asset: { key: "weather/summary" }, stale: 1, fresh: 0 },
      ],
    });
    const some = { ...weather, partitions: text("2012-01-31..2012-02-02"), only: ["stale" as const] };
    const stale = await preview(some);
    expect(shape(stale)).toEqual(["weather/raw 2012-01-31", "weather/summary 2012-01"]);
    expect((await confirm(some, stale)).kind).toBe("launched");
  });

  it("refuses a plan of code that has gone, and says whose code changed", async () => {
    const input = { keys: ["weather/raw", "weather/summary"], partitions: text("2012-03-01..2012-03-31") };
    const confirmed = await preview(input);
    await register(
      test.db,
      snapshot(({ key }) => (key === "weather/raw" ? { codeVersion: "v3" } : {})),
    );
    const refused = await confirm(input, confirmed);
    expect(refused).toMatchObject({
      kind: "changed",
      changes: [{ asset: { key: "weather/raw" }, added: [], removed: [], text: "its code changed" }],
    });
    // Code of which nothing is made makes no difference.
    const again = await preview(input);
    await register(
      test.db,
      snapshot(({ key }) => ({ codeVersion: key === "weather/raw" ? "v3" : key === "letter" ? "v9" : "v1" })),
    );
    expect((await confirm(input, again)).kind).toBe("launched");
  });

  it("refuses a plan whose partitions are cut otherwise by now, and says how", async () => {
    const input = { keys: ["weather/summary"], partitions: text("2012-02", "weather/summary") };
    const confirmed = await preview(input);
    await register(
      test.db,
      snapshot(({ key, partitions }) =>
        key === "weather/summary" && partitions?.kind === "time-window"
          ? { partitions: { ...partitions, start: "2011-01-01" } }
          : {},
      ),
    );
    const refused = await confirm(input, confirmed);
    expect(refused).toMatchObject({
      kind: "changed",
      changes: [{ text: expect.stringContaining("its partitions changed: start 2011-01-01 instead of 2012-01") }],
    });
    await register(test.db, snapshot());
  });
});

describe("config and chunks", () => {
  const schema = {
    type: "object",
    properties: { station: { type: "integer" } },
    required: ["station"],
    additionalProperties: false,
  };

  it("are checked by the schema before anything is launched", async () => {
    await register(
      test.db,
      snapshot(({ key }) =>
        key === "weather/raw" ? { config: { jsonSchema: schema, required: true }, chunk: 10 } : {},
      ),
    );
    const input = { keys: ["weather/raw"], partitions: text("2012-02-01..2012-02-03") };
    const without = await preview(input);
    expect(without).toMatchObject({
      refused: 'The config of "weather/raw" is refused: it needs one.',
      warnings: [{ code: "CONFIG_INVALID", severity: "error" }],
    });
    await expect(confirm(input, without)).rejects.toMatchObject({
      data: { httpStatus: 409, heddle: { code: "PLAN_REFUSED", details: { asset: "weather/raw" } } },
    });
    const wrong = await preview({ ...input, config: { "weather/raw": { station: "seven" } } });
    expect(wrong.refused).toContain("station");
    const right = await preview({ ...input, config: { "weather/raw": { station: 7 } }, chunk: 2 });
    expect(right).toMatchObject({ refused: null, assets: [{ chunk: 2, config: { required: true } }] });
    const other = await preview({ ...input, config: { "weather/raw": { station: 8 } }, chunk: 2 });
    expect(other.hash).not.toBe(right.hash);
    await register(test.db, snapshot());
  });
});

describe("dynamic partitions", () => {
  it("are planned by the keys that are there, and frozen with the run", async () => {
    const origin = { kind: "manual" };
    await addDynamicPartitions(test.db, { definition: "cities", keys: ["ulm", "bern", "graz"], origin });
    const input = { keys: ["city/raw", "city/ranking"], partitions: text("ulm..bern", "city/raw") };
    expect(shape(await preview(input))).toEqual(["city/raw ulm..bern (2)", "city/ranking unpartitioned"]);
    await removeDynamicPartitions(test.db, { definition: "cities", keys: ["bern"], origin });
    const all = await preview({ keys: ["city/raw"] });
    expect(all).toMatchObject({ total: 2, assets: [{ text: "ulm..graz (2)" }] });
    expect(await refusalOf({ keys: ["city/raw"], partitions: text("bern", "city/raw") })).toMatchObject({
      data: { heddle: { code: "PARTITION_UNKNOWN" } },
    });
    const runId = await launch(test.client, { keys: ["city/ranking"], cascade: "upstream_missing" });
    const [row] = await test.db.read(
      "frozen",
      ({ sql }) => sql<{ keys: unknown }[]>`select plan -> 'dynamicKeys' as keys from run where id = ${runId}`,
    );
    expect(row?.keys).toEqual({ cities: { ordinals: [0, 1, 2, 3], keys: ["ulm", "graz"] } });
    await runner.finish(runId);
    expect(await preview({ selection: 'key:"city/*"' })).toMatchObject({ assets: [{ fresh: 2 }, { fresh: 1 }] });
  });
});
