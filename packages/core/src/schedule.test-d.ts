import { expectTypeOf, test } from "vitest";
import { asset } from "./asset.ts";
import { definitions } from "./definitions.ts";
import { dynamicPartitions, staticPartitions } from "./partitions/key-partitions.ts";
import { resource } from "./resource.ts";
import { skip } from "./run-request.ts";
import { schedule } from "./schedule.ts";
import { sensor } from "./sensor.ts";

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

test("a slot that they require must be filled", () => {
  const needs = schedule({ name: "a", cron: "@daily", resources: { bucket }, evaluate: () => skip("") });
  const full = resource({ key: "bucket", create: () => ({ list: () => ["a"] }) });
  definitions({ assets: [raw], schedules: [needs], resources: { bucket: full } });
  // @ts-expect-error -- nothing fills it
  definitions({ assets: [raw], schedules: [needs] });
});
