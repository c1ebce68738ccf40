import { expectTypeOf, test } from "vitest";
import { asset } from "./asset.ts";
import { assetCheck } from "./asset-check.ts";
import { definitions } from "./definitions.ts";
import { dynamicPartitions, staticPartitions } from "./partitions/key-partitions.ts";
import { resource } from "./resource.ts";
import { skip } from "./run-request.ts";
import { schedule } from "./schedule.ts";
import { sensor, type SensorOptions } from "./sensor.ts";
import { assetSensor, checkSensor } from "./event-sensor.ts";
import { pass } from "./check-result.ts";

const raw = asset({ key: "raw", materialize: () => 1 });
const files = dynamicPartitions({ name: "files" });
const bucket = resource.required<{ list(): string[] }>()("bucket");

test("functions get their resources, typed, and give back requests, a skip or nothing", () => {
  schedule({
    name: "a",
    cron: "@daily",
    resources: { bucket },
    evaluate({ resources, scheduledAt, previousAt }) {
      expectTypeOf(resources.bucket.list()).toEqualTypeOf<string[]>();
      expectTypeOf(scheduledAt).toEqualTypeOf<Date>();
      expectTypeOf(previousAt).toEqualTypeOf<Date>();
      return resources.bucket.list().length === 0 ? skip("nothing") : [{ selection: [raw], partitions: ["x"] }];
    },
  });
  sensor({
    name: "b",
    evaluate: ({ cursor }) => ({ cursor: `${cursor ?? ""}x`, addPartitions: [{ definition: files, keys: ["a"] }] }),
  });
  sensor({ name: "c", evaluate: () => undefined });
  sensor({ name: "d", async evaluate() {} });
});

test("what cannot be given back does not compile", () => {
  // @ts-expect-error -- a misspelled field
  schedule({ name: "a", cron: "@daily", evaluate: () => ({ partition: ["x"] }) });
  // @ts-expect-error -- a cursor is a text
  sensor({ name: "b", evaluate: () => ({ cursor: 7 }) });
  const regions = staticPartitions(["eu"]);
  // @ts-expect-error -- only dynamic definitions get keys
  sensor({ name: "c", evaluate: () => ({ addPartitions: [{ definition: regions, keys: ["x"] }] }) });
  // @ts-expect-error -- a schedule has a name
  schedule({ cron: "@daily", selection: [raw] });
});

const unique = assetCheck({ asset: raw, name: "unique", check: ({ value }) => (value > 0 ? pass() : pass()) });

test("runs of checks alone are asked for by the checks, or by the assets that have them", () => {
  schedule({ name: "a", cron: "@daily", runChecks: [unique], partitions: "last 7", tags: { team: "a" }, priority: 1 });
  schedule({ name: "b", cron: "@daily", selection: [raw], runChecks: "all" });
  schedule({
    name: "c",
    cron: "@daily",
    evaluate: () => [{ runChecks: [unique] }, { selection: "*", runChecks: "all" }],
  });
  sensor({ name: "d", evaluate: () => ({ requests: [{ runChecks: [unique], partitions: ["x"], runKey: "x" }] }) });
  sensor({
    name: "e",
    runChecks: [unique],
    resources: { bucket },
    evaluate({ cursor, resources }) {
      expectTypeOf(cursor).toEqualTypeOf<string | null>();
      expectTypeOf(resources.bucket.list()).toEqualTypeOf<string[]>();
      return { requests: [{}] };
    },
  });
  assetSensor({ name: "f", assets: [raw], runChecks: [unique] });
  // Which checks are waited for is another question than which ones are run.
  checkSensor({ name: "g", assets: [raw], checks: ["volume"], runChecks: [unique] });
  // A factory of one's own passes options on.
  const daily = <T extends Record<never, never>>(options: SensorOptions<T>) => sensor(options);
  daily({ name: "h", runChecks: [unique], evaluate: () => undefined });
});

test("what a run of checks cannot have does not compile", () => {
  // @ts-expect-error -- an asset is no check
  schedule({ name: "a", cron: "@daily", runChecks: [raw] });
  // @ts-expect-error -- checks are given, and not named
  schedule({ name: "b", cron: "@daily", runChecks: ["unique"] });
  // @ts-expect-error -- the checks have their assets
  schedule({ name: "c", cron: "@daily", runChecks: [unique], selection: [raw] });
  // @ts-expect-error -- nothing is made that could be skipped as up to date
  schedule({ name: "d", cron: "@daily", runChecks: [unique], reuse: "fresh" });
  // @ts-expect-error -- nor that could be missing
  assetSensor({ name: "e", assets: [raw], runChecks: "all", only: ["missing"] });
  // @ts-expect-error -- checks take no config
  schedule({ name: "f", cron: "@daily", evaluate: () => ({ runChecks: [unique], config: { raw: 1 } }) });
  // @ts-expect-error -- the checks have their assets
  sensor({ name: "g", evaluate: () => ({ requests: [{ runChecks: [unique], selection: "*" }] }) });
});

test("a slot that they require must be filled", () => {
  const needs = schedule({ name: "a", cron: "@daily", resources: { bucket }, evaluate: () => skip("") });
  const full = resource({ key: "bucket", create: () => ({ list: () => ["a"] }) });
  definitions({ assets: [raw], schedules: [needs], resources: { bucket: full } });
  // @ts-expect-error -- nothing fills it
  definitions({ assets: [raw], schedules: [needs] });
});
