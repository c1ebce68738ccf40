import { connect, type Socket } from "node:net";
import { once } from "node:events";
import { createServer, type HeddleServer } from "@heddle/api";
import { createTestDatabase, type TestDatabase } from "@heddle/test-support";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { countStatements, type CountedDatabase } from "@heddle/test-support";
import { readStream, type StreamMessage } from "./event-source.ts";
import { launch } from "./launch.ts";
import { send } from "./raw-request.ts";
import { createClient, register } from "./test-server.ts";
import { weatherSnapshot } from "./weather-definitions.ts";

let database: TestDatabase;
let counted: CountedDatabase;
let server: HeddleServer;
const errors: unknown[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  await register(database.db, weatherSnapshot());
  counted = countStatements(database.db);
  const log = { info: () => {}, error: (...logged: unknown[]) => void errors.push(logged) };
  server = await createServer({ db: counted.db, port: 0, log });
});

afterAll(async () => {
  await server.close();
  await database[Symbol.asyncDispose]();
});

/** A client that says what it is told to say, and hears nothing until it is resumed. */
async function dial(text: string): Promise<Socket> {
  const socket = connect(server.port, "127.0.0.1");
  // Being cut off is what some of these clients are here for.
  socket.on("error", () => {});
  socket.pause();
  await once(socket, "connect");
  socket.write(text);
  return socket;
}

const get = (path: string, input: unknown) =>
  `GET /api/trpc/${path}?input=${encodeURIComponent(JSON.stringify(input))} HTTP/1.1\r\nhost: 127.0.0.1:${server.port}\r\n\r\n`;

describe("clients that are slow", () => {
  let slow: readonly Socket[];

  beforeAll(async () => {
    const beginning = `GET /api/trpc/deployment.get HTTP/1.1\r\nhost: 127.0.0.1:${server.port}\r\nx-slow: `;
    slow = await Promise.all(Array.from({ length: 300 }, () => dial(beginning)));
  });

  it("hold nobody up while they send their requests", async () => {
    for (let i = 0; i < 20; i += 1) {
      expect((await send(server.address, { path: "/api/trpc/deployment.get" })).status).toBe(200);
      for (const socket of slow) socket.write("x");
    }
  });

  it("do not fill the memory with a stream that they do not read", async () => {
    const client = createClient(server.address);
    const runId = await launch(client, { keys: ["report"] });
    const LINES = 64_000;
    await database.db.transaction("write logs", async ({ sql }) => {
      // 128 pages of 500 lines of 1 kB: far more than what fits between two sockets.
      await sql`
        insert into log_chunk (run_id, asset_id, first_ordinal, last_ordinal, line_count, lines)
        select ${runId}, asset.id, 0, 0, 500, repeat(
          json_build_object('t', 1, 'o', 0, 'a', '1-1', 'l', 'info', 'm', repeat('x', 1000))::text || E'\n', 500)
        from asset, generate_series(1, ${LINES / 500}) where asset.key = 'report'`;
    });
    const stalled = await dial(get("runs.tail", { runId }));
    const pages = () => counted.readsOf("runs.tail");
    // Once the sockets are full, nothing more is read from the database.
    let before = -1;
    await expect
      .poll(
        () => {
          const isStill = pages() > 0 && pages() === before;
          before = pages();
          return isStill;
        },
        { interval: 250, timeout: 20_000 },
      )
      .toBe(true);
    expect(pages()).toBeLessThan(LINES / 500 / 2);
    stalled.destroy();

    // Whoever reads gets on, past what was held back.
    let lines = 0;
    for await (const { data } of readStream(server.address, "runs.tail", { runId })) {
      lines += (data as { lines: unknown[] }).lines.length;
      if (lines >= LINES / 4) break;
    }
    expect(lines).toBe(LINES / 4);
    await client.runs.cancel.mutate({ runId });
  });

  it("leave no reading behind when they hang up", async () => {
    const client = createClient(server.address);
    const runId = await launch(client, { keys: ["letter"] });
    const streams = await Promise.all(Array.from({ length: 20 }, () => dial(get("runs.tail", { runId }))));
    await expect.poll(() => counted.readsOf("runs.tail"), { timeout: 20_000 }).toBeGreaterThan(20);
    for (const socket of streams) socket.destroy();
    let before = -1;
    await expect
      .poll(
        () => {
          const isStill = counted.readsOf("runs.tail") === before;
          before = counted.readsOf("runs.tail");
          return isStill;
        },
        // A tail looks at the log once a second.
        { interval: 1_300, timeout: 20_000 },
      )
      .toBe(true);
  });

  it("are cut off when their headers do not come to an end", async () => {
    const isOpen = (socket: Socket) => !socket.closed;
    for (const socket of slow) socket.resume();
    await expect.poll(() => slow.filter(isOpen).length, { interval: 200, timeout: 30_000 }).toBe(0);
  });
});

describe("a stream that fails", () => {
  it.each([
    ["of a run that is not there", { runId: 1_000_000 }, "RUN_UNKNOWN"],
    ["from a place that is none", { runId: 1, lastEventId: "nowhere" }, "LOG_CURSOR_INVALID"],
    ["of an asset that is not there", { runId: 1, asset: "no/such" }, "ASSET_UNKNOWN"],
  ])("says why: %s", async (...[, input, code]) => {
    await launch(createClient(server.address), { keys: ["letter"] }).catch(() => undefined);
    await expect(readStream(server.address, "runs.tail", input).next()).rejects.toThrow(code);
    expect(errors).toEqual([]);
  });
});

describe("many clients", () => {
  it("hear the same, at the price of one, and those that are too many are told so", async () => {
    const [MAX, EXTRA] = [200, 5];
    const client = createClient(server.address);
    const { cursor } = await client.assets.status.query({});
    const refusals: string[] = [];
    const open = () => readStream(server.address, "events.stream", {});
    const firstOf = (stream: AsyncGenerator<StreamMessage, undefined>) =>
      stream.next().then(
        ({ value }) => value?.id,
        (error: unknown) => void refusals.push(String(error)),
      );
    const idle = counted.readsOf("new events");
    const streams = Array.from({ length: MAX + EXTRA }, open);
    const firsts = streams.map(firstOf);
    await expect.poll(() => refusals.length, { timeout: 20_000 }).toBe(EXTRA);
    expect(refusals.every((refusal) => refusal.includes("API_TOO_MANY_SUBSCRIBERS"))).toBe(true);

    // Somebody listens from a known place on: whatever is launched now is told.
    await expect.poll(() => counted.readsOf("new events"), { timeout: 20_000 }).toBeGreaterThan(idle);
    const before = counted.readsOf("new events");
    await launch(client, { keys: ["report"] });
    const heard = (await Promise.all(firsts)).filter((id) => id !== undefined);
    expect(heard).toHaveLength(MAX);
    expect(new Set(heard).size).toBe(1);
    expect(counted.readsOf("new events") - before).toBeLessThan(10);

    await Promise.all(streams.map((stream) => stream.return(undefined)));
    // The places are free again: what was missed since then is told.
    const missed = () => readStream(server.address, "events.stream", { lastEventId: cursor });
    await expect.poll(() => firstOf(missed()), { timeout: 20_000 }).toEqual(expect.any(String));
    expect(errors).toEqual([]);
  });
});
