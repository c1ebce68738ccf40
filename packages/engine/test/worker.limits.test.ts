import type { RunLimits } from "@heddle/core/internal";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createDeployment, type TestDeployment } from "./support/deployment.ts";
import { findBrokenInvariants } from "./support/invariants.ts";
import { isAlive, until } from "./support/processes.ts";
import { textOf } from "./support/told-files.ts";

const DEFINITIONS = `
import { asset, definitions, staticPartitions } from "@heddle/core";
import { jsonLines } from "@heddle/io/json";
import { writeFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";

const path = (name: string) => new URL("../" + name, import.meta.url).pathname;
const forever = () => pause(1_000_000);
const parts = staticPartitions(["a", "b", "c"]);
const limit = { noProgressMs: 700 };

const waits = asset({ key: "waits", ...limit, async materialize({ log }) { log.info("begun"); await forever(); } });
const blocks = asset({ key: "blocks", ...limit, materialize() { for (;;) {} } });
const obeys = asset({ key: "obeys", ...limit, async materialize({ signal }) {
  await new Promise((_, reject) => signal.addEventListener("abort", () => reject(new Error("told to stop"))));
} });
const logs = asset({ key: "logs", ...limit, async materialize({ log }) { for (let i = 0; i < 8; i++) { await pause(250); log.info("page " + i); } return 1; } });
const beats = asset({ key: "beats", ...limit, async materialize({ heartbeat }) { for (let i = 0; i < 8; i++) { await pause(250); heartbeat(); } return 1; } });
const steps = asset({ key: "steps", ...limit, async materialize({ step }) { for (let i = 0; i < 8; i++) await step("part " + i, async () => { await pause(250); }); return 1; } });
const yields = asset({ key: "yields", ...limit, io: jsonLines(), async *materialize() { for (let i = 0; i < 8; i++) { await pause(250); yield { i }; } } });
const quick = asset({ key: "quick", materialize: () => 1 });
const behind = asset({ key: "behind", ...limit, deps: { quick }, async materialize() { await forever(); } });
const chunk = asset({ key: "chunk", ...limit, partitions: parts, chunk: "range", async *materialize({ partitions }) {
  for (const { key } of partitions) { if (key === "b") await forever(); yield [key, key] as const; }
} });
const stubborn = asset({ key: "stubborn", materialize() {
  process.on("SIGTERM", () => {});
  writeFileSync(path("stubborn"), String(process.pid));
  for (;;) {}
} });
const held = asset({ key: "held", pool: "nobody", materialize: () => 1 });

export default definitions({
  assets: [waits, blocks, obeys, logs, beats, steps, yields, quick, behind, chunk, stubborn, held], pools: { nobody: 1 },
});
`;

let deployment: TestDeployment;

beforeAll(async () => {
  deployment = await createDeployment({ "src/definitions.ts": DEFINITIONS });
  await deployment.startDaemon();
  await deployment.startWorker({ cancelGraceMs: 500 });
});
afterAll(() => deployment[Symbol.asyncDispose]());

async function query<TRow extends object>(text: string): Promise<TRow[]> {
  return deployment.db.read("testQuery", async (tx) => [...(await tx.sql.unsafe<TRow[]>(text))]);
}

async function run(keys: readonly string[]) {
  const id = await deployment.launch(keys);
  const status = await deployment.ended(id);
  const failures = await query<{ key: string; cause: string; code: string | null; message: string }>(
    `select a.key, t.cause, t.error->>'code' as code, t.error->>'message' as message
     from attempt t join asset a on a.id = t.asset_id where t.run_id = ${id} order by a.key, t.ordinal`,
  );
  return { id, status, failures };
}

describe("a step of which nothing is seen for longer than it may", () => {
  it.each(["waits", "obeys", "blocks"])("is ended with that cause: %s", async (key) => {
    const { status, failures } = await run([key]);
    expect(status).toBe("failed");
    expect(failures).toMatchObject([{ key, cause: "no_progress", code: "STEP_NO_PROGRESS" }]);
    expect(failures[0]?.message).toBe(`${key} showed no progress for 700 ms`);
  });

  it.each(["logs", "beats", "steps", "yields"])(
    "goes on for as long as there is a sign of progress: %s",
    async (key) => {
      expect(await run([key])).toMatchObject({ status: "success", failures: [] });
    },
  );

  it("is ended as well when it ran ahead of its claim", async () => {
    const { status, failures } = await run(["quick", "behind"]);
    expect(status).toBe("failed");
    expect(failures).toMatchObject([{ key: "behind", cause: "no_progress" }]);
  });

  it("keeps what a chunk had yielded before", async () => {
    const { id, failures } = await run(["chunk"]);
    expect(failures.map(({ cause }) => cause)).toEqual(["no_progress", "no_progress"]);
    const made = await query(`select ordinal from materialization where run_id = ${id}`);
    expect(made).toHaveLength(1);
  });
});

/** Launches with limits, as the API does. */
async function launchLimited(keys: readonly string[], limits: RunLimits): Promise<number> {
  return deployment.launch(keys, undefined, { limits });
}

describe("a run with limits in time", () => {
  it("is canceled when none of its steps begins in time", async () => {
    await deployment.db.transaction("hold", ({ sql }) => sql`update pool set override_slots = 0 where name = 'nobody'`);
    const id = await launchLimited(["held"], { startWithinMs: 500 });
    expect(await deployment.ended(id)).toBe("canceled");
    const [late] = await query<{ payload: object }>(
      `select payload from event where run_id = ${id} and kind = 'run_late'`,
    );
    expect(late?.payload).toMatchObject({ limit: "start", action: "cancel" });
  });

  it("is canceled when it runs for too long, and its process is gone, although that neither turns its loop nor heeds SIGTERM", async () => {
    const id = await launchLimited(["stubborn"], { runTimeoutMs: 10_000 });
    await until("the step runs", () => textOf(deployment.path("stubborn")) !== "");
    const pid = Number(textOf(deployment.path("stubborn")));
    // 40 s are promised; this waits for less.
    expect(await deployment.ended(id)).toBe("canceled");
    await until("its process is gone", () => !isAlive(pid));
  });

  it("is told of, and goes on, when it misses its deadline", async () => {
    const id = await launchLimited(["logs"], { withinMs: 600 });
    expect(await deployment.ended(id)).toBe("success");
    const late = await query<{ payload: object }>(
      `select payload from event where run_id = ${id} and kind = 'run_late'`,
    );
    expect(late).toMatchObject([{ payload: { limit: "deadline", action: "alert" } }]);
  });
});

it("leaves nothing behind that may not be", async () => {
  expect(await findBrokenInvariants(deployment.db)).toEqual([]);
});
