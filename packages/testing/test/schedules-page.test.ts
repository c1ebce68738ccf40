import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { validateDefinitions, type Definitions, type ScheduleContext, type SensorContext } from "@heddle/core";
import { nextScheduleTicks, readScheduleResult, readSensorResult, snapshotDefinitions } from "@heddle/core/internal";
import { generateProject } from "@heddle/test-support/generated-project";
import { afterAll, expect, test } from "vitest";

const PAGE = readFileSync(new URL("../../../docs/schedules-and-sensors.md", import.meta.url), "utf8");
const [, code = ""] = /```ts file=src\/definitions\.ts\n(.+?)```/su.exec(PAGE) ?? [];
const project = generateProject({
  name: "schedules-page",
  within: import.meta.dirname,
  files: {
    "src/definitions.ts": code,
    "tsconfig.json": JSON.stringify({ extends: "../../../tsconfig.json", include: ["src"] }),
  },
});
afterAll(() => project[Symbol.dispose]());

/** What the page's module exports. */
interface Example {
  readonly default: Definitions;
  readonly reporting: { evaluate(context: Partial<ScheduleContext>): unknown };
  readonly newFiles: { evaluate(context: Partial<SensorContext>): unknown };
}

const load = async (): Promise<Example> => (await import(join(project.directory, "src", "definitions.ts"))) as Example;
const log = { debug() {}, info() {}, warn() {}, error() {} };

test("the page's definitions compile and are valid", async () => {
  const tsc = join(dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "bin", "tsc");
  expect(spawnSync(process.execPath, [tsc, "-p", project.directory], { encoding: "utf8" }).stdout).toBe("");
  const { default: declared } = await load();
  expect(validateDefinitions(declared)).toEqual([]);
});

test("its schedules tick when the page says", async () => {
  const { default: declared } = await load();
  const { schedules = [] } = snapshotDefinitions(declared, { codeVersionOf: () => "1", projectDirectory: "/" });
  const first = (name: string): string[] => {
    const clock = schedules.find((one) => one.name === name)?.clock ?? { crons: ["@yearly"], timeZone: "UTC" };
    const ticks = nextScheduleTicks(clock, Date.parse("2026-03-05T12:00Z"), 2);
    return ticks.map((at) => new Date(at).toISOString().slice(0, 16));
  };
  expect(first("nightly")).toEqual(["2026-03-06T01:00", "2026-03-07T01:00"]);
  expect(first("closing")).toEqual(["2026-03-05T23:00", "2026-03-06T23:00"]);
  expect(first("reporting")).toEqual(["2026-03-05T17:00", "2026-03-06T08:00"]);
});

test("its functions give back what they say", async () => {
  const { reporting, newFiles } = await load();
  const evaluate = (date: string) => readScheduleResult(reporting.evaluate({ scheduledAt: new Date(date) }), "it");
  expect(evaluate("2026-03-01T08:00Z")).toEqual({ kind: "skipped", reason: "the books are being closed" });
  expect(evaluate("2026-03-02T17:00Z")).toMatchObject({ requests: [{ tags: { hour: "17" }, priority: 10 }] });
  const look = (cursor: string | null) => readSensorResult(newFiles.evaluate({ cursor, log }), "it");
  expect(look("a.csv")).toMatchObject({
    requests: [{ runKey: "b.csv" }, { runKey: "c.csv" }],
    cursor: "c.csv",
    addPartitions: [{ definition: "files", keys: ["b.csv", "c.csv"] }],
  });
  expect(look("c.csv")).toEqual({ kind: "skipped", reason: "no new files" });
});
