import { PARTITION_STATUSES } from "@heddle/core/internal";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { SentencePart } from "@heddle/api";
import { launch } from "./launch.ts";
import { StepRunner, type Behaviour } from "./step-runner.ts";
import { register, startTestServer, type TestServer } from "./test-server.ts";
import { weatherSnapshot } from "./weather-definitions.ts";

let test: TestServer;
let runner: StepRunner;

beforeAll(async () => {
  test = await startTestServer();
  await register(test.db, weatherSnapshot());
  runner = await StepRunner.start(test.db);
});

afterAll(() => test[Symbol.asyncDispose]());

const code = (name: (typeof PARTITION_STATUSES)[number]) => PARTITION_STATUSES.indexOf(name);
const FIRST_DAY = 15_340;

/** Reads a sentence as a person does. */
function words(parts: readonly SentencePart[]): string {
  return parts
    .map((part) => {
      if (part.kind === "text") return part.text;
      if (part.kind === "run") return `run ${part.runId}`;
      if (part.kind === "asset") return part.key;
      if (part.kind === "partition") return part.partitionKey;
      return part.kind === "check" ? part.name : "(time)";
    })
    .join("");
}

async function why(key: string): Promise<string[]> {
  const asset = await test.client.assets.get.query({ key });
  if (asset.kind === "unknown") throw new Error(`${key} is unknown`);
  return asset.why.map(words);
}

async function codeOf(key: string): Promise<string> {
  const asset = await test.client.assets.get.query({ key });
  if (asset.kind === "unknown") throw new Error(`${key} is unknown`);
  return PARTITION_STATUSES[asset.code] ?? "none";
}

async function make(key: string, text?: string, behave?: Behaviour): Promise<number> {
  const runId = await launch(test.client, {
    keys: [key],
    ...(text !== undefined && { partitions: { kind: "text", text } }),
  });
  await runner.finish(runId, behave);
  return runId;
}

describe("assets.snapshot", () => {
  it("tells all assets in columns, upstream first, with edges between rows", async () => {
    const snapshot = await test.client.assets.snapshot.query({});
    if (snapshot.kind !== "snapshot") throw new Error("expected a snapshot");
    const row = (key: string) => snapshot.keys.indexOf(key);
    expect([...snapshot.keys].toSorted()).toEqual([
      "letter",
      "report",
      "weather/raw",
      "weather/stations",
      "weather/summary",
    ]);
    const readers = snapshot.edges.counts.flatMap((count, reader) => Array.from({ length: count }, () => reader));
    const edges = snapshot.edges.back.map((back, i) => [
      snapshot.keys[(readers[i] ?? -1) - back],
      snapshot.keys[readers[i] ?? -1],
    ]);
    expect(edges).toEqual([
      ["weather/raw", "weather/summary"],
      ["weather/summary", "report"],
      ["report", "letter"],
    ]);
    expect(snapshot.edges.back.every((back) => back > 0)).toBe(true);
    expect(snapshot.groups[snapshot.groupOf[row("letter")] ?? -1]).toBe("reports");
    expect(snapshot.summaries[row("weather/raw")]).toBe("What the station measured.");
    expect(snapshot.external[row("weather/stations")]).toBe(1);
    expect(snapshot.partitions[snapshot.partitionsOf[row("weather/summary")] ?? -1]).toMatchObject({
      cadence: "monthly",
    });
    expect(snapshot.partitionsOf[row("report")]).toBe(-1);
    expect(snapshot.checkCounts[row("weather/raw")]).toBe(2);
    expect(await test.client.assets.snapshot.query({ knownVersion: snapshot.version })).toEqual({
      kind: "unchanged",
      version: snapshot.version,
    });
  });
});

describe("assets.get", () => {
  it("names the nearest keys for one that nobody declares", async () => {
    expect(await test.client.assets.get.query({ key: "wether/raw" })).toEqual({
      kind: "unknown",
      key: "wether/raw",
      nearest: ["weather/raw"],
    });
  });

  it("tells neighbours with the rule by which partitions map", async () => {
    const asset = await test.client.assets.get.query({ key: "weather/summary" });
    expect(asset).toMatchObject({
      kind: "asset",
      upstream: [{ key: "weather/raw", mapping: { kind: "time-window" } }],
      downstream: [{ key: "report", mapping: { kind: "all" } }],
      total: 3,
    });
  });

  it("explains each status in sentences", async () => {
    expect(await why("weather/stations")).toEqual([
      "External: Heddle observes this asset, and has not looked at it yet.",
    ]);
    expect(await why("weather/raw")).toEqual(["Never materialized."]);
    const queued = await launch(test.client, {
      keys: ["weather/raw"],
      partitions: { kind: "text", text: "2012-01-01..2012-01-02" },
    });
    expect((await why("weather/raw"))[0]).toBe(`2 queued of 91 partitions in run ${queued}.`);
    await runner.finish(queued);
    const failed = await make("weather/raw", "2012-01-01..2012-01-10", ({ ordinal }) => {
      const checks = [
        {
          name: "plausible",
          passed: ordinal !== FIRST_DAY,
          severity: "warn",
          blocking: false,
          description: "too warm",
          metadata: null,
        },
      ] as const;
      return ordinal === FIRST_DAY + 4 ? { fails: { cause: "error", message: "no data" } } : { checks };
    });
    expect(await why("weather/raw")).toEqual([
      `1 partition failed, 2012-01-05 in run ${failed}: no data`,
      "Check plausible warns on 1 partition, 2012-01-01: too warm",
      "81 of 91 partitions are missing, the first 2012-01-11.",
      "Last materialized at (time).",
    ]);
    expect(await codeOf("weather/raw")).toBe("failed");
  });

  it("finds an unpartitioned asset stale when what it reads came out different, and not when it is the same data", async () => {
    await make("report", undefined, () => ({ dataVersion: "one" }));
    const asset = await test.client.assets.get.query({ key: "report" });
    if (asset.kind === "unknown" || asset.latest === null) throw new Error("report was not made");
    const read = [{ assetId: asset.id, partitions: [0, 1], runId: asset.latest.runId }];
    await make("letter", undefined, () => ({ inputs: read }));
    expect(await codeOf("letter")).toBe("fresh");

    await make("report", undefined, () => ({ dataVersion: "one" }));
    expect(await codeOf("letter")).toBe("fresh");

    await make("report", undefined, () => ({ dataVersion: "two" }));
    expect(await why("letter")).toEqual(["Stale: report was materialized after it, at (time)."]);
    const statuses = await test.client.assets.status.query({});
    const letter = await test.client.assets.get.query({ key: "letter" });
    if (letter.kind === "unknown") throw new Error("letter is unknown");
    expect(statuses.codes[statuses.ids.indexOf(letter.id)]).toBe(code("stale"));
    expect(letter.latest?.inputs).toEqual([
      {
        asset: { id: asset.id, key: "report" },
        partitions: [0, 1],
        text: expect.any(String),
        runId: asset.latest.runId,
      },
    ]);
  });

  it("finds an asset stale when its code has changed, and keeps the history of one that is gone", async () => {
    await register(
      test.db,
      weatherSnapshot((key) => (key === "report" ? "v2" : "v1")),
    );
    expect(await why("report")).toContain("Stale: its code has changed since it was materialized.");
    const { assets, protocol } = weatherSnapshot();
    await register(test.db, { protocol, assets: assets.filter(({ key }) => key !== "letter") });
    expect(await why("letter")).toEqual(["Removed from its code location at (time); its history is kept."]);
    expect(await test.client.assets.get.query({ key: "letter" })).toMatchObject({
      removedAt: expect.any(Number),
      latest: { current: true },
    });
    await register(test.db, weatherSnapshot());
  });
});

describe("assets.status", () => {
  it("counts the partitions of every asset by status", async () => {
    const statuses = await test.client.assets.status.query({});
    for (const [row, total] of statuses.totals.entries()) {
      const sum = PARTITION_STATUSES.reduce((all, status) => all + (statuses.counts[status][row] ?? 0), 0);
      expect(sum).toBe(statuses.codes[row] === -1 ? 0 : total);
    }
    const snapshot = await test.client.assets.snapshot.query({});
    if (snapshot.kind !== "snapshot") throw new Error("expected a snapshot");
    const row = statuses.ids.indexOf(snapshot.ids[snapshot.keys.indexOf("weather/raw")] ?? -1);
    expect(statuses.counts.failed[row]).toBe(1);
    expect(statuses.checks.warned[row]).toBe(1);
    expect(statuses.checks.passed[row]).toBe(8);
    const external = statuses.ids.indexOf(snapshot.ids[snapshot.keys.indexOf("weather/stations")] ?? -1);
    expect(statuses.codes[external]).toBe(-1);
  });

  it("answers for the asked assets alone, in their order", async () => {
    const all = await test.client.assets.status.query({});
    const ids = [all.ids[2] ?? 0, all.ids[0] ?? 0];
    const some = await test.client.assets.status.query({ ids: [...ids, 999_999] });
    expect(some.ids).toEqual(ids);
    expect(some.codes).toEqual(ids.map((id) => all.codes[all.ids.indexOf(id)]));
  });
});

describe("partitions.detail", () => {
  it("tells everything that is known of one partition", async () => {
    const failed = await test.client.partitions.detail.query({ key: "weather/raw", ordinal: FIRST_DAY + 4 });
    expect(failed).toMatchObject({
      partitionKey: "2012-01-05",
      window: { start: Date.UTC(2012, 0, 5), end: Date.UTC(2012, 0, 6) },
      exists: true,
      code: code("failed"),
      materializations: [],
      openSteps: [],
      upstream: [],
      downstream: [{ asset: { key: "weather/summary" }, count: 1, text: "2012-01" }],
    });
    expect(failed.failedAttempts.map(({ number, error }) => [number, error?.message])).toEqual([
      [2, "no data"],
      [1, "no data"],
    ]);
    const made = await test.client.partitions.detail.query({ key: "weather/raw", ordinal: FIRST_DAY });
    expect(made.materializations.map(({ current, metadata }) => [current, metadata])).toEqual([
      [true, { rows: 3 }],
      [false, { rows: 3 }],
    ]);
    expect(made.materializations[0]?.stored?.objects).toHaveLength(1);
    expect(made.checks).toMatchObject([
      { name: "plausible", passed: false, severity: "warn", partitionKey: "2012-01-01" },
    ]);
    const month = await test.client.partitions.detail.query({ key: "weather/summary", ordinal: 504 });
    expect(month.upstream).toMatchObject([
      {
        asset: { key: "weather/raw" },
        count: 31,
        missing: [FIRST_DAY + 4, FIRST_DAY + 5, FIRST_DAY + 10, FIRST_DAY + 31],
      },
    ]);
  });
});

describe("checks.forAsset", () => {
  it("tells how each declared check stands by partition", async () => {
    const { checks } = await test.client.checks.forAsset.query({ key: "weather/raw" });
    expect(checks).toMatchObject([
      { name: "not_null", blocking: true, declared: true, passed: [], last: null },
      { name: "plausible", severity: "warn", warned: [FIRST_DAY, FIRST_DAY + 1], failed: [] },
    ]);
    expect(checks[1]?.passed).toEqual([FIRST_DAY + 1, FIRST_DAY + 4, FIRST_DAY + 5, FIRST_DAY + 10]);
  });

  it("gathers the same from the history when a server starts", async () => {
    await test.db.transaction("age results", async ({ sql }) => {
      await sql`update check_result set at = at - interval '1 hour'`;
    });
    const before = await test.client.checks.forAsset.query({ key: "weather/raw" });
    const { CheckStandings } = await import("../src/checks/check-standings.ts");
    const fresh = new CheckStandings("production");
    await fresh.refresh(test.db);
    const sets = fresh.ofAsset(before.asset.id).get("plausible");
    expect(sets?.passed.ranges).toEqual(before.checks[1]?.passed);
    expect(sets?.warned.ranges).toEqual(before.checks[1]?.warned);
    expect(sets?.lastId).toBe(before.checks[1]?.last?.id);
  });
});

describe("selection.evaluate", () => {
  it("answers ids in topological order, with statuses when they are asked for", async () => {
    const { client } = test;
    const snapshot = await client.assets.snapshot.query({});
    if (snapshot.kind !== "snapshot") throw new Error("expected a snapshot");
    const keysOf = async (selection: string) => {
      const result = await client.selection.evaluate.query({ selection });
      if (result.kind === "invalid") throw new Error(result.message);
      return result.ids.map((id) => snapshot.keys[snapshot.ids.indexOf(id)]);
    };
    expect(await keysOf("weather/summary+")).toEqual(["weather/summary", "report", "letter"]);
    expect(await keysOf("status:failed")).toEqual(["weather/raw"]);
    expect(await keysOf("group:reports and not key:letter")).toEqual(["report"]);
  });

  it("tells where a selection is wrong", async () => {
    expect(await test.client.selection.evaluate.query({ selection: "group:weather and (" })).toMatchObject({
      kind: "invalid",
      position: expect.any(Number),
      message: expect.any(String),
    });
  });
});

describe("deployment.get", () => {
  it("tells of workers, code and why code does not load", async () => {
    const { recordLoadError } = await import("@heddle/storage");
    const error = {
      name: "HeddleError",
      code: "DEFINITIONS_INVALID",
      message: "the definitions of weather have a problem",
      hint: "Correct it.",
      details: {
        problems: [
          { code: "ASSET_CYCLE", message: "a -> b -> a", hint: "Cut it.", asset: "a", file: "assets/a.ts", line: 7 },
        ],
      },
    };
    await recordLoadError(test.db, { location: "weather", directory: "/projects/weather", error });
    const deployment = await test.client.deployment.get.query();
    expect(deployment).toMatchObject({
      environment: "production",
      daemon: { alive: false, count: 0 },
      workers: [{ id: runner.workerId, alive: true, runningSteps: 0 }],
      codeLocations: [
        {
          name: "weather",
          assetCount: 5,
          problems: [
            {
              code: "ASSET_CYCLE",
              message: "a -> b -> a",
              hint: "Cut it.",
              assetKey: "a",
              file: "assets/a.ts",
              line: 7,
            },
          ],
        },
      ],
    });
  });
});
