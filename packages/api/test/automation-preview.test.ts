import {
  asset,
  assetCheck,
  dailyPartitions,
  definitions,
  externalAsset,
  inProgress,
  missing,
  not,
  onCron,
  pass,
} from "@heddle/core";
import { snapshotDefinitions } from "@heddle/core/internal";
import { afterAll, beforeAll, expect, it } from "vitest";
import { launch } from "./launch.ts";
import { StepRunner } from "./step-runner.ts";
import { register, startTestServer, type TestServer } from "./test-server.ts";

let test: TestServer;
let runner: StepRunner;

beforeAll(async () => {
  test = await startTestServer();
  const days = dailyPartitions({ start: "2024-01-01", end: "2024-01-06" });
  const wanted = missing().and(not(inProgress()));
  const raw = asset({ key: "raw", partitions: days, automation: wanted, materialize: () => 1 });
  const yearly = onCron("0 6 1 1 *", { timeZone: "America/New_York" });
  const file = externalAsset({ key: "file", observe: () => "v1", automation: yearly });
  const copy = asset({ key: "copy", deps: { file }, automation: yearly, materialize: () => 1 });
  const alone = asset({ key: "alone", materialize: () => 1 });
  const checks = [
    assetCheck({ asset: raw, name: "whole", automation: wanted, check: () => pass() }),
    assetCheck({ asset: alone, name: "sound", automation: wanted, check: () => pass() }),
  ];
  const made = definitions({ assets: [raw, alone, file, copy], checks });
  await register(test.db, snapshotDefinitions(made, { codeVersionOf: () => "v1", projectDirectory: "/" }));
  runner = await StepRunner.start(test.db);
});
afterAll(() => test[Symbol.asyncDispose]());

it("says what would be made, and which checks would be run on what there is", async () => {
  await runner.finish(
    await launch(test.client, { keys: ["raw"], partitions: { kind: "text", text: "2024-01-02..2024-01-04" } }),
  );
  const { requests, evaluated } = await test.client.automation.preview.query({});
  expect(evaluated).toBe(5);
  expect(requests.map(({ asset: { key }, check, text, count }) => [key, check, text, count])).toEqual([
    ["raw", null, "2024-01-01, 2024-01-05 (2)", 2],
    ["raw", "whole", "2024-01-02..2024-01-04 (3)", 3],
  ]);
  expect(requests[1]?.sentences.length).toBeGreaterThan(0);
  expect((await test.client.automation.preview.query({ selection: "key:alone" })).requests).toEqual([]);
  // Looking launches nothing.
  expect((await test.client.runs.list.query({})).items).toHaveLength(1);
});

it("tells when a condition holds next that waits for a clock alone", async () => {
  const nextOf = async (): Promise<Record<string, number | null>> => {
    const { conditions } = await test.client.automation.conditions.query({});
    return Object.fromEntries(
      conditions.flatMap(({ asset: { key }, check, nextAt }) => (check === null ? [[key, nextAt]] : [])),
    );
  };
  const { file, ...others } = await nextOf();
  // What reads the file waits for it as well.
  expect(others).toEqual({ raw: null, copy: null });
  expect(new Date(file ?? 0).toISOString()).toMatch(/^\d{4}-01-01T11:00:00.000Z$/u);
  expect(file).toBeGreaterThan(Date.now());
  await test.client.automation.set.mutate({ assetKey: "file", on: false });
  expect((await nextOf())["file"]).toBeNull();
});
