import { readTicks, type TickRow } from "@heddle/storage";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Ticker } from "../src/daemon/ticks/ticker.ts";
import { createDeployment, type TestDeployment } from "./support/deployment.ts";
import { findBrokenInvariants } from "./support/invariants.ts";
import { until, type TestProcess } from "./support/processes.ts";

const MINUTE = 60_000;
/** Ticks that are due at once. */
const DUE = 60;

/** Every minute asks for a partition of its own, so that each tick makes a run. */
const PROJECT = {
  "src/definitions.ts": `
import { asset, definitions, schedule, staticPartitions } from "@heddle/core";

const minutes = staticPartitions(Array.from({ length: 1440 }, (_, index) => "m" + index));
const made = asset({ key: "made", partitions: minutes, materialize: () => 1 });
export default definitions({
  assets: [made],
  schedules: [
    schedule({
      name: "minutely", cron: "* * * * *", catchUp: { all: 10_000 }, selection: [made],
      evaluate: ({ scheduledAt }) => ({ partitions: ["m" + (Math.floor(scheduledAt.getTime() / 60_000) % 1440)] }),
    }),
    schedule({ name: "blocks", cron: "* * * * *", catchUp: { all: 10_000 }, timeoutMs: 2_000, evaluate() { for (;;) {} } }),
  ],
});
`,
};

let deployment: TestDeployment;

beforeEach(async () => {
  deployment = await createDeployment(PROJECT);
});
afterEach(() => deployment[Symbol.asyncDispose]());

/** Sets a schedule back in time; gives the instants that are due. */
async function setBack(): Promise<number[]> {
  const now = Math.floor(Date.now() / MINUTE) * MINUTE;
  const after = now - DUE * MINUTE;
  await deployment.db.transaction("set back", async (tx) => {
    await tx.sql`update schedule set after = ${after}, covered_until = ${after}`;
    await tx.notify("heddle_tick");
  });
  return Array.from({ length: DUE }, (_, index) => after + (index + 1) * MINUTE);
}

const ticksOf = (name: string): Promise<TickRow[]> =>
  deployment.db.read("ticks", async (tx) => {
    const ticks = await readTicks(tx, { kind: "schedule", name, limit: 1_000 });
    return ticks.toReversed();
  });

async function countTicks(): Promise<number> {
  return (await ticksOf("minutely")).length;
}

/** Gives the instants that have an outcome, as many as were due: a minute may have passed since. */
async function expectEachOnce(count: number): Promise<number[]> {
  const ticks = await ticksOf("minutely");
  expect(ticks.filter(({ outcome }) => outcome !== "requested")).toEqual([]);
  const runs = await deployment.db.read("runs", async ({ sql }) => [
    ...(await sql<{ id: number; at: number }[]>`
      select id, (origin ->> 'scheduledAt')::bigint as at from run order by 2`),
  ]);
  expect(runs.map(({ at }) => at)).toEqual(ticks.map(({ at }) => at));
  expect(ticks.flatMap(({ runIds }) => runIds).toSorted((a, b) => a - b)).toEqual(
    runs.map(({ id }) => id).toSorted((a, b) => a - b),
  );
  expect(await findBrokenInvariants(deployment.db)).toEqual([]);
  return ticks.map(({ at }) => at).slice(0, count);
}

describe("every tick has one outcome and one run", () => {
  it("while the daemon that leads is killed again and again", async () => {
    const daemons: TestProcess[] = [await deployment.spawn("daemon")];
    const due = await setBack();
    for (const share of [1, 2]) {
      daemons.push(await deployment.spawn("daemon"));
      await until("some have ticked", async () => (await countTicks()) >= (DUE * share) / 3);
      const leader = daemons.shift();
      leader?.signal("SIGKILL");
      await leader?.exited;
    }
    await until("all have ticked", async () => (await countTicks()) >= DUE);
    expect(await expectEachOnce(due.length)).toEqual(due);
  });

  it("when three act at once and none of them leads", async () => {
    await deployment.startDaemon({ ticks: false });
    const due = await setBack();
    const { db } = deployment;
    const complaints: unknown[] = [];
    const log = { info() {}, warn() {}, error: (message: string, error?: unknown) => complaints.push(message, error) };
    const options = { db, log, environment: "production", isOnDemand: false, leading: () => db };
    const tickers = Array.from({ length: 3 }, () => new Ticker(options));
    const running = tickers.map((ticker) => ticker.run());
    await until("all have ticked", async () => (await countTicks()) >= DUE);
    await Promise.all(tickers.map((ticker) => ticker.stop()));
    await Promise.all(running);
    expect(await expectEachOnce(due.length)).toEqual(due);
    expect(complaints).toEqual([]);
  });
});
