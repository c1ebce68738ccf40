import { PARTITION_STATUSES } from "@heddle/core/internal";
import type { SentencePart } from "@heddle/api";
import { startDaemon } from "@heddle/engine/daemon";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { launch } from "./launch.ts";
import { StepRunner } from "./step-runner.ts";
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

const STALE = PARTITION_STATUSES.indexOf("stale");

/** Reads a sentence as a person does. */
function words(parts: readonly SentencePart[]): string {
  return parts
    .map((part) => {
      if (part.kind === "text") return part.text;
      if (part.kind === "asset") return part.key;
      return part.kind === "partition" ? part.partitionKey : `(${part.kind})`;
    })
    .join("");
}

/** How many partitions of an asset are stale, and as of when. */
async function staleOf(key: string): Promise<{ stale: number | undefined; asOf: number | null }> {
  const snapshot = await test.client.assets.snapshot.query({});
  if (snapshot.kind !== "snapshot") throw new Error("expected a snapshot");
  const id = snapshot.ids[snapshot.keys.indexOf(key)];
  const { ids, counts, staleAsOf } = await test.client.assets.status.query({});
  return { stale: counts.stale[ids.indexOf(id ?? -1)], asOf: staleAsOf };
}

it("partitions that other code made are stale wherever a status is, with the reason, as soon as a daemon has judged them", async () => {
  await runner.finish(await launch(test.client, { keys: ["weather/raw", "weather/summary", "report"] }));
  await register(
    test.db,
    weatherSnapshot((key) => (key === "weather/raw" ? "v2" : "v1")),
  );
  const before = await staleOf("weather/raw");
  expect(before.stale).toBe(0);
  // Nobody has judged anything, and it says so.
  expect(before.asOf).not.toBeNull();

  const log = { info: () => {}, warn: () => {}, error: () => {} };
  const daemon = await startDaemon({ db: test.db, log, projects: [], watch: false, ticks: false });
  try {
    await vi.waitFor(async () => expect(await staleOf("weather/summary")).toEqual({ stale: 3, asOf: null }), 20_000);
  } finally {
    await daemon.stop();
  }
  expect((await staleOf("weather/raw")).stale).toBe(91);
  expect((await staleOf("report")).stale).toBe(1);

  const raw = await test.client.assets.get.query({ key: "weather/raw" });
  const summary = await test.client.assets.get.query({ key: "weather/summary" });
  if (raw.kind === "unknown" || summary.kind === "unknown") throw new Error("an asset is unknown");
  expect(words(raw.why[0] ?? [])).toBe("91 partitions are stale: its code has changed since, such as 2012-01-01.");
  expect(words(summary.why[0] ?? [])).toBe(
    "3 partitions are stale: what they read is stale itself, such as 2012-01; it goes back to weather/raw 2012-01-01, whose code has changed.",
  );
  const { runs } = await test.client.partitions.status.query({ key: "weather/raw" });
  expect(runs.filter((_, at) => at % 3 === 0)).toEqual([STALE]);
  const first = await test.client.partitions.detail.query({ key: "weather/raw", partition: "2012-02-03" });
  expect(first.staleBecause.map(words)).toEqual(["Stale: its code has changed since it was materialized."]);
  const selected = await test.client.selection.evaluate.query({ selection: "status:stale" });
  expect(selected).toMatchObject({ ids: { length: 3 } });

  // Whose code it is: that of the asset, in its definition and in what was made of it.
  expect([raw.definition.codeVersion, raw.latest?.codeVersion]).toEqual(["v2", "v1"]);
  expect([summary.definition.codeVersion, summary.latest?.codeVersion]).toEqual(["v1", "v1"]);
  expect(first.materializations.map(({ codeVersion }) => codeVersion)).toEqual(["v1"]);
  const { items } = await test.client.assets.materializations.query({ key: "weather/raw", limit: 1 });
  expect(items.map(({ codeVersion }) => codeVersion)).toEqual(["v1"]);

  // What is launched by its status is exactly that.
  const preview = await test.client.plan.preview.query({ selection: "weather/raw", only: ["stale"] });
  expect(preview.total).toBe(91);
});

it("an asset that reads all partitions of another is stale when one of them came out different, and not when one was made again", async () => {
  await register(test.db, weatherSnapshot());
  const made = await launch(test.client, { keys: ["weather/raw", "weather/summary"] });
  await runner.finish(made);
  const snapshot = await test.client.assets.snapshot.query({});
  if (snapshot.kind !== "snapshot") throw new Error("expected a snapshot");
  const assetId = snapshot.ids[snapshot.keys.indexOf("weather/summary")] ?? 0;
  const inputs = [{ assetId, partitions: [504, 507], runId: made }];
  await runner.finish(await launch(test.client, { keys: ["report"] }), () => ({ inputs }));
  const log = { info: () => {}, warn: () => {}, error: () => {} };
  const daemon = await startDaemon({ db: test.db, log, projects: [], watch: false, ticks: false });
  const again = { keys: ["weather/summary"], partitions: { kind: "text" as const, text: "2012-02" } };
  try {
    await runner.finish(await launch(test.client, again));
    await vi.waitFor(async () => expect(await staleOf("report")).toEqual({ stale: 0, asOf: null }), 20_000);
    await runner.finish(await launch(test.client, again), () => ({ dataVersion: "other" }));
    await vi.waitFor(async () => expect(await staleOf("report")).toEqual({ stale: 1, asOf: null }), 20_000);
  } finally {
    await daemon.stop();
  }
});
