import { describe, expect, test } from "vitest";
import { asset } from "../asset.ts";
import { assetCheck } from "../asset-check.ts";
import { pass } from "../check-result.ts";
import { definitions } from "../definitions.ts";
import { dailyPartitions, monthlyPartitions } from "../partitions/time-partitions.ts";
import { resource } from "../resource.ts";
import { skip } from "../run-request.ts";
import { schedule } from "../schedule.ts";
import { sensor } from "../sensor.ts";
import { assetSensor, runStatusSensor } from "../event-sensor.ts";
import { snapshotDefinitions } from "../snapshot-definitions.ts";
import { validateDefinitions } from "./validate-definitions.ts";

const days = dailyPartitions({ start: "2024-01-01", timeZone: "Europe/Berlin" });
const raw = asset({ key: "raw", partitions: days, materialize: () => 1 });
const report = asset({ key: "report", group: "finance", materialize: () => 1 });
const monthly = asset({ key: "monthly", partitions: monthlyPartitions({ start: "2024-01-01" }), materialize: () => 1 });
const assets = [raw, report, monthly];

const problemsOf = (...schedules: Parameters<typeof schedule>[0][]): string[] =>
  validateDefinitions(definitions({ assets, schedules: schedules.map((one) => schedule(one)) })).map(
    ({ code, message, hint }) => `${code} ${message} (${hint})`,
  );

describe("a schedule that cannot be used names what is wrong with it", () => {
  test.each([
    ["an impossible cron", { cron: "0 0 30 2 *" }, /SCHEDULE_INVALID.*no date ever matches/],
    ["a broken cron", { cron: ["0 2 * * *", "61 * * * *"] }, /"61 \* \* \* \*".*minute "61"/],
    ["no cron at all", { cron: [] }, /cron is no list/],
    ["a zone that does not exist", { cron: "0 2 * * *", timeZone: "Europe/Berln" }, /Europe\/Berln.*Europe\/Berlin/],
    ["a selection that names nothing", { cron: "0 2 * * *", selection: "group:finanse" }, /names no asset/],
    ["a selection that cannot be read", { cron: "0 2 * * *", selection: "group:" }, /SCHEDULE_INVALID/],
    ["a name that cannot be typed", { cron: "0 2 * * *", name: "a b" }, /its name/],
    ["a priority", { cron: "0 2 * * *", priority: 1e9 }, /its priority/],
    ["a catch-up", { cron: "0 2 * * *", catchUp: { all: 0 } }, /catchUp/],
    ["a time-out", { cron: "0 2 * * *", timeoutMs: 0 }, /timeoutMs is 0/],
    ["partitions", { cron: "0 2 * * *", partitions: " " }, /its partitions/],
    ["no window to tick by", { selection: [report] }, /no selected asset has partitions by time/],
    ["windows that end at different times", { selection: [raw, monthly] }, /end at different times.*Europe\/Berlin/],
    ["a zone beside partitions", { selection: [raw], timeZone: "UTC" }, /timeZone and no cron/],
  ])("%s", (_, options, expected) => {
    const problems = problemsOf({ name: "nightly", selection: "key:report", ...options });
    expect(problems).toEqual([expect.stringMatching(expected)]);
  });

  test("neither assets nor a function", () => {
    expect(problemsOf({ name: "a", cron: "@daily" })).toEqual([expect.stringMatching(/neither which assets/)]);
    expect(problemsOf({ name: "a", cron: "@daily", evaluate: () => skip("no") })).toEqual([]);
  });

  test("an asset that is not part of the definitions", () => {
    const other = asset({ key: "repart", materialize: () => 1 });
    expect(problemsOf({ name: "a", cron: "@daily", selection: [other] })).toEqual([
      expect.stringMatching(/"repart", which is not made by these definitions.*report/),
    ]);
  });
});

describe("a sensor that reacts to events and cannot be used", () => {
  const base = { name: "events", selection: [report] };
  test.each([
    [
      "an unknown asset",
      assetSensor({ ...base, assets: [asset({ key: "repart", materialize: () => 1 })] }),
      /waits for the asset "repart".*report/,
    ],
    ["a selection that names nothing", assetSensor({ ...base, assets: "group:no" }), /waits for "group:no"/],
    ["a selection by status", assetSensor({ ...base, assets: "status:failed" }), /by their status/],
    ["a batch of none", assetSensor({ ...base, assets: [raw], consume: { batch: 0, withinMs: 5 } }), /consume/],
    ["a debounce of nothing", assetSensor({ ...base, assets: [raw], consume: { debounceMs: 0 } }), /consume/],
    ["no end of a run", runStatusSensor({ ...base, statuses: [] }), /statuses/],
    ["nothing to do", runStatusSensor({ name: "events", statuses: ["failed"] }), /neither which assets/],
  ])("%s", (_, declared, expected) => {
    const problems = validateDefinitions(definitions({ assets, sensors: [declared] }));
    expect(problems.map(({ code, message, hint }) => `${code} ${message} (${hint})`)).toEqual([
      expect.stringMatching(expected),
    ]);
    expect(problems[0]?.code).toBe("SENSOR_INVALID");
  });
});

describe("checks that are run by themselves", () => {
  const volume = assetCheck({ asset: report, name: "volume", check: () => pass() });
  const other = assetCheck({ asset: report, name: "volumes", check: () => pass() });
  const problems = (...given: Parameters<typeof schedule>[0][]): string[] =>
    validateDefinitions(definitions({ assets, checks: [volume], schedules: given.map((one) => schedule(one)) })).map(
      ({ code, message, hint }) => `${code} ${message} (${hint})`,
    );
  const base = { name: "a", cron: "@daily" };

  test("are declared, by themselves or as all of a selection", () => {
    expect(problems({ ...base, runChecks: [volume] })).toEqual([]);
    expect(problems({ ...base, runChecks: "all", selection: "group:finance" })).toEqual([]);
    expect(problems({ ...base, runChecks: "all", selection: "status:failed" })).toEqual([]);
    expect(problems({ ...base, runChecks: "all", evaluate: () => skip("no") })).toEqual([]);
  });

  test.each<readonly [string, object, RegExp]>([
    ["one that is not declared", { runChecks: [other] }, /"volumes" of "report", which is not part.*mean "volume"/],
    ["an asset", { runChecks: [report] }, /its runChecks has an object in it/],
    ["none", { runChecks: [] }, /its runChecks is an empty list/],
    ["another word", { runChecks: "some" }, /its runChecks is a string/],
    ["all of nothing", { runChecks: "all" }, /neither which assets/],
    ["all of an asset without checks", { runChecks: "all", selection: [raw] }, /checks of assets that have none/],
    ["a selection that names nothing", { runChecks: "all", selection: "group:no" }, /names no asset/],
    ["a selection beside checks", { runChecks: [volume], selection: [report] }, /a selection beside a list of checks/],
    ["a rule for what is made", { runChecks: [volume], reuse: "fresh" }, /it has reuse beside runChecks/],
  ])("%s is told", (_, options, expected) => {
    // As a project in JavaScript may write it.
    const given = { ...base, ...options } as Parameters<typeof schedule>[0];
    expect(problems(given)).toEqual([expect.stringMatching(expected)]);
  });

  test("are in the snapshot, with their assets", () => {
    const declared = schedule({ ...base, runChecks: [volume] });
    const given = definitions({ assets, checks: [volume], schedules: [declared] });
    const { schedules } = snapshotDefinitions(given, { codeVersionOf: () => "1", projectDirectory: "/" });
    expect(schedules).toMatchObject([{ run: { assets: { keys: ["report"] }, checks: { report: ["volume"] } } }]);
  });
});

test("all problems are told at once, with their place", () => {
  const given = definitions({
    assets,
    schedules: [
      schedule({ name: "one", cron: "x", selection: "*" }),
      schedule({ name: "ONE", cron: "@daily", timeZone: "Nowhere", selection: "*" }),
    ],
    sensors: [
      sensor({ name: "two", intervalMs: 10, evaluate: () => undefined }),
      sensor({ name: "one", evaluate: () => undefined }),
    ],
  });
  const problems = validateDefinitions(given);
  expect(problems.map(({ code }) => code).toSorted()).toEqual([
    "SCHEDULE_INVALID",
    "SCHEDULE_INVALID",
    "SENSOR_INVALID",
    "TICK_NAME_DUPLICATE",
    "TICK_NAME_DUPLICATE",
  ]);
  expect(problems.every(({ source }) => source?.file.endsWith("tick-rules.test.ts"))).toBe(true);
});

test("what is no schedule, and a slot that nothing fills, are problems too", () => {
  const slot = resource.required<number>()("bucket");
  const user = sensor({ name: "files", resources: { bucket: slot }, evaluate: () => undefined });
  // @ts-expect-error -- the resource "bucket" is required, and an asset is no schedule
  const problems = validateDefinitions(definitions({ assets, schedules: [raw], sensors: [user] }));
  expect(problems.map(({ code }) => code)).toEqual(["DEFINITIONS_ENTRY_INVALID", "RESOURCE_MISSING"]);
  expect(problems[1]?.message).toContain('the sensor "files" needs the resource "bucket"');
});

test("the snapshot says when they tick and what they run", () => {
  const given = definitions({
    assets,
    schedules: [
      schedule({ name: "windows", selection: [raw], catchUp: { all: 3 }, partitions: "ended", tags: { team: "a" } }),
      schedule({
        name: "two",
        cron: ["0 2 * * *", "0 14 * * *"],
        selection: "group:finance",
        evaluate: () => skip(""),
      }),
    ],
    sensors: [sensor({ name: "files", intervalMs: 5_000, evaluate: () => undefined })],
  });
  expect(validateDefinitions(given)).toEqual([]);
  const { schedules, sensors } = snapshotDefinitions(given, { codeVersionOf: () => "1", projectDirectory: "/" });
  expect(schedules).toMatchObject([
    {
      name: "windows",
      clock: { timeZone: "Europe/Berlin" },
      catchUp: { kind: "all", most: 3 },
      isEvaluated: false,
      run: { assets: { keys: ["raw"] }, partitions: { kind: "ended" }, tags: { team: "a" }, overlap: "leave_out" },
    },
    {
      name: "two",
      clock: { crons: ["0 2 * * *", "0 14 * * *"], timeZone: "UTC" },
      catchUp: { kind: "latest" },
      isEvaluated: true,
      run: { assets: { selection: "group:finance" }, partitions: null },
    },
  ]);
  expect(sensors).toMatchObject([{ name: "files", intervalMs: 5_000, enabledByDefault: true, timeoutMs: 60_000 }]);
});
