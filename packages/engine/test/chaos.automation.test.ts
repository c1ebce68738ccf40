import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { readMessages, readSensors, readTicks, type TickRow } from "@heddle/storage";
import { afterEach, beforeEach, expect, it } from "vitest";
import { createDeployment, type TestDeployment } from "./support/deployment.ts";
import { findBrokenInvariants } from "./support/invariants.ts";
import { until, type TestProcess } from "./support/processes.ts";

const MINUTE = 60_000;
/** Ticks of the schedule that are due at once. */
const TICKS = 20;
/** Keys that the polling sensor asks for, one by one. */
const POLLS = 4;
/** Partitions of the source that are made by hand, one by one. */
const CHANGES = 6;

const PROJECT = {
  "src/definitions.ts": `
import { asset, assetSensor, definitions, eager, notify, runFailed, schedule, sensor, skip, staticPartitions, webhook } from "@heddle/core";

const list = (letter, count) => staticPartitions(Array.from({ length: count }, (_, index) => letter + index));
const ticked = asset({ key: "ticked", partitions: list("m", 1440), materialize: () => 1 });
const polled = asset({ key: "polled", partitions: list("k", ${POLLS}), materialize: () => 1 });
const source = asset({ key: "source", partitions: list("p", ${CHANGES}), materialize: () => 1 });
const derived = asset({ key: "derived", partitions: list("p", ${CHANGES}), deps: { source }, automation: eager(), materialize: () => 1 });
const broken = asset({ key: "broken", partitions: list("b", ${CHANGES}), materialize() { throw new Error("always"); } });
export default definitions({
  assets: [ticked, polled, source, derived, broken],
  schedules: [
    schedule({
      name: "minutely", cron: "* * * * *", catchUp: { all: 10_000 }, selection: [ticked],
      evaluate: ({ scheduledAt }) => ({ partitions: ["m" + (Math.floor(scheduledAt.getTime() / 60_000) % 1440)] }),
    }),
  ],
  sensors: [
    sensor({
      name: "polling", selection: [polled], intervalMs: 1_000,
      evaluate({ cursor }) {
        const next = Number(cursor ?? 0);
        return next >= ${POLLS} ? skip("all were found") : { requests: [{ partitions: ["k" + next] }], cursor: String(next + 1) };
      },
    }),
    assetSensor({
      name: "watching", assets: [source], consume: "each",
      evaluate({ events, log }) {
        for (const { partitionKeys } of events) for (const key of partitionKeys) log.info("saw", { key });
        return skip("seen");
      },
    }),
  ],
  notifications: [
    notify({ name: "alarm", on: runFailed(), selection: [broken], gatherMs: 0, minIntervalMs: 0, to: webhook({ urlEnv: "ALARM_URL" }) }),
  ],
});
`,
};

/** One request to the receiver of notifications, by the id that it is told apart by. */
interface Delivery {
  readonly id: string;
  readonly body: string;
  readonly runIds: readonly number[];
}

let deployment: TestDeployment;
let receiver: Server;
const heard: Delivery[] = [];
/** What the receiver does before it answers. */
let beforeAnswer: () => Promise<void>;

beforeEach(async () => {
  heard.length = 0;
  beforeAnswer = async () => {};
  receiver = createServer((request, response) => {
    let body = "";
    request.setEncoding("utf8").on("data", (part: string) => (body += part));
    request.on("end", async () => {
      const { data } = JSON.parse(body) as { data: { events: { runId: number }[] } };
      const runIds = data.events.map(({ runId }) => runId);
      heard.push({ id: String(request.headers["webhook-id"]), body: JSON.stringify(data), runIds });
      await beforeAnswer();
      response.writeHead(204).end();
    });
  });
  await new Promise<void>((resolve) => receiver.listen(0, "127.0.0.1", resolve));
  deployment = await createDeployment(PROJECT);
});
afterEach(async () => {
  receiver.closeAllConnections();
  receiver.close();
  await deployment[Symbol.asyncDispose]();
});

function spawnDaemon(): Promise<TestProcess> {
  // It listens on a port, so it has an address with one.
  const { port } = receiver.address() as AddressInfo;
  return deployment.spawn("daemon", {
    ALARM_URL: `http://127.0.0.1:${port}/alarm`,
    HEDDLE_NOTIFY_ALLOW_HOSTS: "127.0.0.1",
  });
}

const ticksOf = (kind: "schedule" | "sensor", name: string): Promise<TickRow[]> =>
  deployment.db.read("ticks", async (tx) => (await readTicks(tx, { kind, name, limit: 1_000 })).toReversed());

const messages = () => deployment.db.read("messages", (tx) => readMessages(tx, { limit: 100 }));

interface AutomatedRun {
  readonly id: number;
  readonly kind: string;
  readonly name: string | null;
  readonly at: number | null;
  readonly keys: string;
}

/** Every run, with the partitions of the asset that it was planned for. */
const runs = () =>
  deployment.db.read("runs", async ({ sql }) => [
    ...(await sql<AutomatedRun[]>`
      select id, origin ->> 'kind' as kind, origin ->> 'name' as name, (origin ->> 'scheduledAt')::bigint as at,
        plan #>> '{assets,0,key}' || ' ' || (plan #>> '{assets,0,partitions}') as keys
      from run order by id`),
  ]);

/** Messages that somebody had taken who was killed are held for a minute: that time is over. */
async function releaseMessages(): Promise<void> {
  await deployment.db.transaction("release", async (tx) => {
    await tx.sql`update notification_message set due_at = clock_timestamp() where state = 'sending'`;
    await tx.notify("heddle_notification");
  });
}

/** The process that leads, of several. */
async function leaderOf(daemons: readonly TestProcess[]): Promise<TestProcess> {
  const leader = daemons.findLast(({ output }) => output.includes("this daemon leads"));
  if (leader === undefined) throw new Error("nobody leads");
  return leader;
}

/** The partitions of a run, such as 0 and 1 of `derived [0, 2]`: pairs of a first and the one after the last. */
function ordinalsOf(keys: string): number[] {
  const bounds: number[] = JSON.parse(keys.slice(keys.indexOf("[")));
  return bounds.flatMap((from, place) =>
    place % 2 === 0 ? Array.from({ length: (bounds[place + 1] ?? from) - from }, (_, step) => from + step) : [],
  );
}

async function kill(process: TestProcess): Promise<void> {
  process.signal("SIGKILL");
  await process.exited;
}

async function launch(keys: readonly string[], partitions: string): Promise<void> {
  await deployment.ended(await deployment.launch(keys, partitions));
}

it("two daemons do everything once, while the one that leads is killed", async () => {
  let daemons = [await spawnDaemon(), await spawnDaemon()];
  await deployment.spawn("worker");
  const now = Math.floor(Date.now() / MINUTE) * MINUTE;
  const after = now - TICKS * MINUTE;
  await deployment.db.transaction("set back", async (tx) => {
    await tx.sql`update schedule set after = ${after}, covered_until = ${after}`;
    await tx.notify("heddle_tick");
  });
  for (let index = 0; index < CHANGES; index += 1) {
    await launch(["source"], `p${index}`);
    await launch(["broken"], `b${index}`);
    if (index % 3 !== 1) continue;
    const leader = await leaderOf(daemons);
    await kill(leader);
    daemons = [...daemons.filter((one) => one !== leader), await spawnDaemon()];
  }
  await releaseMessages();

  await until("every tick has an outcome", async () => (await ticksOf("schedule", "minutely")).length >= TICKS);
  await until("all keys were found", async () => {
    const sensors = await deployment.db.read("sensors", readSensors);
    return sensors.find(({ name }) => name === "polling")?.cursor === String(POLLS);
  });
  const seenKeys = async (): Promise<string[]> => {
    const logs = (await ticksOf("sensor", "watching")).map(({ log }) => log ?? "").join("\n");
    return [...logs.matchAll(/"key":"(?<key>\w+)"/gu)].map(({ groups }) => groups?.["key"] ?? "");
  };
  await until("every change was seen", async () => (await seenKeys()).length >= CHANGES);
  const isCondition = ({ kind }: AutomatedRun): boolean => kind === "condition";
  // Changes that one tick of the conditions sees together are requested together.
  const derived = async () => (await runs()).filter(isCondition).flatMap(({ keys }) => ordinalsOf(keys));
  await until("what follows is requested", async () => (await derived()).length >= CHANGES);
  await until("all failures are told", async () => {
    const told = (await messages()).filter(({ state }) => state === "sent");
    return told.reduce((sum, { count }) => sum + count, 0) >= CHANGES;
  });
  const all = await runs();

  const ticks = await ticksOf("schedule", "minutely");
  expect(ticks.map(({ at }) => at).slice(0, TICKS)).toEqual(
    Array.from({ length: TICKS }, (_, index) => after + (index + 1) * MINUTE),
  );
  const ofSchedule = all.filter(({ name }) => name === "minutely").map(({ at }) => at);
  expect(ofSchedule.toSorted((a, b) => Number(a) - Number(b))).toEqual(ticks.map(({ at }) => at));

  const polls = (await ticksOf("sensor", "polling")).filter(({ outcome }) => outcome !== "skipped");
  expect(polls.map(({ outcome, runIds }) => [outcome, runIds.length])).toEqual(
    Array.from({ length: POLLS }, () => ["requested", 1]),
  );
  const ofSensor = all.filter(({ name }) => name === "polling").map(({ keys }) => keys);
  expect(ofSensor).toEqual(Array.from({ length: POLLS }, (_, index) => `polled [${index}, ${index + 1}]`));
  const partitions = Array.from({ length: CHANGES }, (_, index) => `p${index}`);
  expect((await seenKeys()).toSorted()).toEqual(partitions.toSorted());

  expect(await derived()).toEqual(Array.from({ length: CHANGES }, (_, index) => index));

  const sent = await messages();
  expect(sent.filter(({ state }) => state !== "sent")).toEqual([]);
  // By the id that each message has, however often it was delivered.
  const byId = new Map(heard.map((one) => [one.id, one]));
  expect(byId.size).toBe(sent.length);
  const told = [...byId.values()].flatMap(({ runIds }) => runIds);
  const failed = all.filter(({ keys }) => keys.startsWith("broken")).map(({ id }) => id);
  expect(told.toSorted((a, b) => a - b)).toEqual(failed);
  expect(await findBrokenInvariants(deployment.db)).toEqual([]);
}, 150_000);

it("a message that was delivered by a daemon that is killed then comes again under the same id", async () => {
  const first = await spawnDaemon();
  await deployment.spawn("worker");
  // The receiver has all of it; that it was delivered is not written down.
  beforeAnswer = async () => {
    if (heard.length === 1) await kill(first);
  };
  await deployment.launch(["broken"], "b0");
  await until("it is delivered", () => heard.length === 1);
  await first.exited;
  expect((await messages()).map(({ state, attempts }) => [state, attempts])).toEqual([["sending", 1]]);
  await spawnDaemon();
  await releaseMessages();
  await until("it is written down", async () => (await messages())[0]?.state === "sent");
  expect(heard).toHaveLength(2);
  expect(heard[1]).toEqual(heard[0]);
  expect((await messages()).map(({ state, attempts, count }) => [state, attempts, count])).toEqual([["sent", 2, 1]]);
});
