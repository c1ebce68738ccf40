import { recordLoadError } from "@heddle/storage";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createServer, type EventMessage } from "@heddle/api";
import { readStream, type StreamMessage } from "./event-source.ts";
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

const FIRST_DAY = 15_340;

function follow(lastEventId?: string): AsyncGenerator<StreamMessage, undefined> {
  return readStream(test.server.address, "events.stream", lastEventId === undefined ? {} : { lastEventId });
}

/** Reads until something fits, and answers it with the id of its message. */
async function until<T>(
  stream: AsyncGenerator<StreamMessage, undefined>,
  find: (message: EventMessage) => T | undefined,
): Promise<{ id: string; found: T }> {
  for (;;) {
    const next = await stream.next();
    if (next.value === undefined) throw new Error("the stream ended");
    // What the procedure yields, as the router's type says.
    const found = find(next.value.data as EventMessage);
    if (found !== undefined) return { id: next.value.id, found };
  }
}

const runStatus = (runId: number, status: string) => (message: EventMessage) =>
  message.kind === "changes" ? message.runs.find((run) => run.id === runId && run.status === status) : undefined;

/** A run that has just been launched waits, or runs already where a daemon has left room for it. */
const launched = (runId: number) => (message: EventMessage) =>
  runStatus(runId, "queued")(message) ?? runStatus(runId, "running")(message);

describe("events.stream", () => {
  it("tells what changed after the place that a read of the state gave", async () => {
    const { client } = test;
    const statuses = await client.assets.status.query({});
    const runId = await launch(client, {
      keys: ["weather/raw"],
      partitions: { kind: "text", text: "2012-01-01..2012-01-31" },
    });
    const stream = follow(statuses.cursor);
    await until(stream, launched(runId));
    await runner.finish(runId);
    const { found } = await until(stream, (message) =>
      message.kind === "changes" && message.runs.some((run) => run.id === runId && run.status === "success")
        ? message
        : undefined,
    );
    expect(found.runs).toMatchObject([{ id: runId, total: 31, counts: { success: 31 } }]);
    const [changed] = found.partitions;
    expect(changed?.partitions).toEqual([FIRST_DAY, FIRST_DAY + 31]);
    const row = found.assets.ids.indexOf(changed?.assetId ?? -1);
    expect(found.assets.counts.fresh[row]).toBe(31);
    await stream.return(undefined);
  });

  it("goes on where a client left, without a gap, and tells many changes in few messages", async () => {
    const { client } = test;
    const first = await launch(client, { keys: ["report"] });
    // From a known place: a stream connects when it is first read, and what ended before that would not be told.
    const stream = follow((await client.assets.status.query({})).cursor);
    await runner.finish(first);
    const { id } = await until(stream, runStatus(first, "success"));
    await stream.return(undefined);

    const missed: number[] = [];
    for (let i = 0; i < 20; i += 1) {
      const runId = await launch(client, { keys: [i % 2 === 0 ? "report" : "letter"] });
      await runner.finish(runId);
      missed.push(runId);
    }
    const resumed = follow(id);
    const seen = new Set<number>();
    let messages = 0;
    while (missed.some((runId) => !seen.has(runId))) {
      await until(resumed, (message) => {
        if (message.kind === "changes") for (const run of message.runs) if (run.status === "success") seen.add(run.id);
        return true;
      });
      messages += 1;
    }
    expect(messages).toBeLessThan(3);
    expect(seen.has(first)).toBe(false);
    await resumed.return(undefined);
  });

  it("goes on with another server where the one before was left, without a gap and without a repetition", async () => {
    const { client, db } = test;
    const options = { db, port: 0, log: { info: () => {}, error: () => {} } };
    const [first, before] = [await createServer(options), await launch(client, { keys: ["report"] })];
    const stream = readStream(first.address, "events.stream", {
      lastEventId: (await client.assets.status.query({})).cursor,
    });
    await runner.finish(before);
    const { id } = await until(stream, runStatus(before, "success"));
    await first.close();
    expect((await stream.next()).done).toBe(true);

    // While no server is there, and while the next one is.
    const missed = await launch(client, { keys: ["letter"] });
    await runner.finish(missed);
    const second = await createServer(options);
    const resumed = readStream(second.address, "events.stream", { lastEventId: id });
    const told: string[] = [];
    const follow = (message: EventMessage): EventMessage => {
      if (message.kind === "resync") throw new Error("nothing was lost");
      for (const run of message.runs) told.push(`${run.id} ${run.status}`);
      return message;
    };
    const ids = [(await until(resumed, follow)).id];
    const after = await launch(client, { keys: ["report"] });
    await runner.finish(after);
    while (!told.includes(`${after} success`)) ids.push((await until(resumed, follow)).id);
    expect(told.filter((line) => line === `${missed} success`)).toHaveLength(1);
    expect(told.filter((line) => line.startsWith(`${before} `))).toEqual([]);
    const places = [id, ...ids].map((place) => place.split(".").map(Number));
    expect(places).toEqual(places.toSorted(([xa = 0, a = 0], [xb = 0, b = 0]) => xa - xb || a - b));
    expect(new Set(ids).size).toBe(ids.length);
    await resumed.return(undefined);
    await second.close();
  });

  it("tells everybody to read anew who comes with a place that is none, or has missed too much", async () => {
    for (const cursor of ["yesterday", "1.2.3", "' or 1=1"]) {
      const stream = follow(cursor);
      expect((await stream.next()).value?.data).toEqual({ kind: "resync", reason: "unknown_cursor" });
      await stream.return(undefined);
    }
    await test.db.transaction("many events", async ({ sql }) => {
      await sql`insert into event (kind) select 'noise' from generate_series(1, 6000)`;
    });
    const late = follow("1.0");
    const message = await late.next();
    expect(message.value?.data).toEqual({ kind: "resync", reason: "long_absence" });
    await late.return(undefined);

    const resumed = follow(message.value?.id);
    const runId = await launch(test.client, { keys: ["report"] });
    await until(resumed, launched(runId));
    await runner.finish(runId);
    await resumed.return(undefined);
  });

  it("tells of new definitions and of code that does not load", async () => {
    const { client } = test;
    const before = await client.assets.snapshot.query({});
    const stream = follow((await client.assets.status.query({})).cursor);
    await register(
      test.db,
      weatherSnapshot(() => "v2"),
    );
    const { found } = await until(stream, (message) =>
      message.kind === "changes" ? (message.definitionsVersion ?? undefined) : undefined,
    );
    expect(found).not.toBe(before.version);
    await recordLoadError(test.db, {
      location: "weather",
      directory: "/projects/weather",
      error: { name: "Error", message: "no" },
    });
    await until(stream, (message) => (message.kind === "changes" && message.deployment ? true : undefined));
    await stream.return(undefined);
  });

  it("serves several clients with one reading of the database, and ends their streams when it closes", async () => {
    const other = await startTestServer();
    await register(other.db, weatherSnapshot());
    const streams = Array.from({ length: 5 }, () => readStream(other.server.address, "events.stream", {}));
    const firsts = streams.map((stream) =>
      until(stream, (message) => (message.kind === "changes" ? message : undefined)),
    );
    const listening = async () =>
      other.db.read(
        "listeners",
        async ({ sql }) =>
          (
            await sql<{ count: number }[]>`
        select count(*)::integer as count from pg_stat_activity
        where datname = current_database() and application_name like '%(listen)'`
          )[0]?.count,
      );
    await expect.poll(listening, { timeout: 20_000 }).toBe(1);
    const runId = await launch(other.client, { keys: ["report"] });
    for (const { found } of await Promise.all(firsts)) expect(found.runs).toMatchObject([{ id: runId }]);
    const ends = Promise.all(streams.map((stream) => stream.next()));
    await other.server.close();
    expect((await ends).every((end) => end.done === true)).toBe(true);
    await other[Symbol.asyncDispose]();
  });
});
