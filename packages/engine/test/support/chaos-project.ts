import { existsSync, readFileSync } from "node:fs";
import { expect } from "vitest";
import { countPublications, findBrokenInvariants } from "./invariants.ts";
import { until } from "./processes.ts";
import type { TestDeployment } from "./deployment.ts";

/** Partitions of each partitioned asset of the project. */
export const PARTITIONS = 60;

/**
 * A project whose steps write down that they ran: `made` takes some 40 ms, `read` reads it, `sum` reads its own partition
 * before, `shaky` fails once, and `held` waits until a file lets it go.
 */
export const CHAOS_PROJECT = {
  "src/definitions.ts": `
import { asset, dailyPartitions, definitions, ownPartitions, previousPartition } from "@heddle/core";
import { spawn } from "node:child_process";
import { appendFileSync, existsSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";

const days = dailyPartitions({ start: "2024-01-01", end: "2024-03-01" });
const path = (name: string) => new URL("../" + name, import.meta.url).pathname;
const note = (name: string, run: { id: string }, line: string) => appendFileSync(path(name + "." + run.id), line + "\\n");

const made = asset({ key: "made", partitions: days, async materialize({ partition, run }) {
  note("made", run, partition.key);
  await pause(40);
  return { day: partition.key };
} });
const read = asset({ key: "read", partitions: days, deps: { made }, materialize({ deps, partition, run }) {
  note("read", run, partition.key);
  if (deps.made.day !== partition.key) throw new Error("read " + deps.made.day + " for " + partition.key);
  return { copied: deps.made.day };
} });
const sum = asset({ key: "sum", partitions: days, deps: { before: ownPartitions<number>()({ mapping: previousPartition() }) }, async materialize({ deps, partition, run }) {
  note("sum", run, partition.key);
  await pause(10);
  return (deps.before ?? 0) + 1;
} });
const shaky = asset({ key: "shaky", partitions: days, retry: { attempts: 3, delayMs: 100 }, async materialize({ partition, run }) {
  note("shaky", run, partition.key);
  await pause(10);
  if (run.attempt === 1) throw new Error("the first attempt always fails");
  return partition.key;
} });
const held = asset({ key: "held", async materialize({ log, run }) {
  note("held", run, String(process.pid));
  log.info("waiting");
  while (!existsSync(path("let-go." + run.id))) await pause(20);
  return "held";
} });
const blocked = asset({ key: "blocked", materialize({ run }) {
  const child = spawn("sleep", ["1000"], { stdio: "ignore" });
  note("blocked", run, String(child.pid));
  for (;;) {}
} });
export default definitions({ assets: [made, read, sum, shaky, held, blocked] });
`,
};

/** What the steps of an asset in a run wrote down, a line for each time that its function began. */
export function executionsOf(deployment: TestDeployment, runId: number, key: string): string[] {
  const path = deployment.path(`${key}.${runId}`);
  return existsSync(path) ? readFileSync(path, "utf8").trim().split("\n") : [];
}

/** Waits until some steps of an asset in a run have begun, and makes sure that most have not. */
export async function untilInTheMiddle(deployment: TestDeployment, runId: number, key: string): Promise<void> {
  await until(`${key} is in the middle`, () => executionsOf(deployment, runId, key).length >= 10);
  expect(executionsOf(deployment, runId, key).length).toBeLessThan(PARTITIONS);
}

/** Every partition of an asset was published exactly once by a run, and all that can be checked in the database holds. */
export async function expectExactlyOnce(deployment: TestDeployment, runId: number, key: string): Promise<void> {
  const publications = await countPublications(deployment.db, runId, key);
  expect(publications.size).toBe(PARTITIONS);
  expect([...publications.values()].filter((count) => count !== 1)).toEqual([]);
  expect(new Set(executionsOf(deployment, runId, key)).size).toBe(PARTITIONS);
  expect(await findBrokenInvariants(deployment.db)).toEqual([]);
}
