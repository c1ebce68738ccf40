import { appendLogChunks } from "@heddle/storage";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readStream } from "./event-source.ts";
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
const january = { kind: "text", text: "2012-01-01..2012-01-31" } as const;

async function assetIdOf(key: string): Promise<number> {
  const asset = await test.client.assets.get.query({ key });
  if (asset.kind === "unknown") throw new Error(`${key} is unknown`);
  return asset.id;
}

describe("runs.list", () => {
  it("pages through all runs, newest first, and filters by status, asset and text", async () => {
    const { client } = test;
    const ids: number[] = [];
    for (let i = 0; i < 5; i += 1) {
      const runId = await launch(client, { keys: [i % 2 === 0 ? "report" : "letter"] });
      await runner.finish(runId, () => (i === 3 ? { fails: { cause: "error", message: "no" } } : {}));
      ids.unshift(runId);
    }
    const seen: number[] = [];
    let cursor: string | null = null;
    do {
      const page: Awaited<ReturnType<typeof client.runs.list.query>> = await client.runs.list.query({
        limit: 2,
        cursor,
      });
      seen.push(...page.items.map((run) => run.id));
      cursor = page.nextCursor;
    } while (cursor !== null);
    expect(seen).toEqual(ids);

    const listed = async (filter: Parameters<typeof client.runs.list.query>[0]) =>
      (await client.runs.list.query(filter)).items.map((run) => run.id);
    expect(await listed({ statuses: ["failed"] })).toEqual([ids[1]]);
    expect(await listed({ asset: "letter" })).toEqual([ids[1], ids[3]]);
    expect(await listed({ text: String(ids[2]) })).toContain(ids[2]);
    expect(await listed({ text: "MANUAL" })).toEqual(ids);
    expect(await listed({ text: "%" })).toEqual([]);
    expect(await listed({ text: "man_al" })).toEqual([]);
    expect(await listed({ text: "' or true --" })).toEqual([]);
  });

  it("never lets a run with failed checks look as if all were well", async () => {
    const runId = await launch(test.client, { keys: ["report"] });
    const checks = [
      { name: "a", passed: false, severity: "error", blocking: false, description: null, metadata: null },
      { name: "b", passed: false, severity: "warn", blocking: false, description: null, metadata: null },
      { name: "c", passed: true, severity: "error", blocking: false, description: null, metadata: null },
    ] as const;
    await runner.finish(runId, () => ({ checks }));
    const [run] = (await test.client.runs.list.query({ limit: 1 })).items;
    expect(run).toMatchObject({ id: runId, status: "success", checks: { warned: 1, failed: 1 } });
  });
});

describe("runs.steps", () => {
  it("pages through the steps in order, with what is known of each", async () => {
    const { client } = test;
    const runId = await launch(client, { keys: ["weather/raw", "weather/summary"], partitions: january });
    await runner.admit(runId);
    await runner.settle(await runner.claim(10), ({ ordinal }) =>
      ordinal === FIRST_DAY ? { fails: { cause: "error", message: "first try" } } : {},
    );
    const running = await runner.claim(3);
    const bars: Awaited<ReturnType<typeof client.runs.steps.query>>["items"][number][] = [];
    let cursor: string | null = null;
    do {
      const page: Awaited<ReturnType<typeof client.runs.steps.query>> = await client.runs.steps.query({
        runId,
        limit: 7,
        cursor,
      });
      bars.push(...page.items);
      cursor = page.nextCursor;
    } while (cursor !== null);
    expect(bars.map(({ ordinal }) => ordinal)).toEqual([...Array.from({ length: 31 }, (_, i) => FIRST_DAY + i), 504]);
    expect(bars[0]).toMatchObject({
      partitionKey: "2012-01-01",
      status: "running",
      attempts: 2,
      cause: "error",
      message: "first try",
    });
    expect(bars[1]).toMatchObject({
      status: "success",
      attempts: 1,
      durationMs: 40,
      startedAt: Date.UTC(2026, 0, 2, 3, 4, 5),
    });
    expect(bars[30]).toMatchObject({ status: "ready", attempts: 0, startedAt: null, durationMs: null });
    expect(bars[31]).toMatchObject({ partitionKey: "2012-01", status: "waiting" });

    const onlyRunning = await client.runs.steps.query({ runId, statuses: ["running"], asset: "weather/raw" });
    expect(onlyRunning.items.map(({ ordinal }) => ordinal)).toEqual(running.flatMap((claim) => [...claim.partitions]));
    expect(onlyRunning.items[0]?.startedAt).toBeGreaterThan(Date.now() - 60_000);
    expect(onlyRunning.nextCursor).toBeNull();
    await runner.settle(running);
    await runner.finish(runId);
  });
});

describe("changing runs", () => {
  it("pauses, resumes, cancels, and says when nothing changed", async () => {
    const { client } = test;
    const runId = await launch(client, { keys: ["weather/raw"], partitions: january });
    expect(await client.runs.pause.mutate({ runId })).toEqual({ runId, status: "paused", changed: true });
    expect(await client.runs.get.query({ runId })).toMatchObject({ blockers: [{ reason: "paused" }] });
    expect(await client.runs.resume.mutate({ runId })).toEqual({ runId, status: "queued", changed: true });
    expect((await client.runs.get.query({ runId })).blockers.map(({ reason }) => reason)).toEqual(["no_daemon"]);
    expect(await client.runs.cancel.mutate({ runId })).toEqual({ runId, status: "canceled", changed: true });
    expect(await client.runs.cancel.mutate({ runId })).toEqual({ runId, status: "canceled", changed: false });
    await expect(client.runs.cancel.mutate({ runId: 999_999 })).rejects.toMatchObject({
      data: { httpStatus: 404, heddle: { code: "RUN_UNKNOWN" } },
    });
  });

  it("does again what failed, once", async () => {
    const { client } = test;
    const runId = await launch(client, { keys: ["weather/raw"], partitions: january });
    await runner.finish(runId, ({ ordinal }) =>
      ordinal === FIRST_DAY + 7 ? { fails: { cause: "error", message: "no" } } : {},
    );
    const retry = await client.runs.retry.mutate({ runId });
    expect(retry.created).toBe(true);
    expect(await client.runs.retry.mutate({ runId })).toEqual({ runId: retry.runId, created: false });
    expect(await client.runs.get.query({ runId: retry.runId })).toMatchObject({
      total: 1,
      origin: { kind: "retry", runId },
    });
    await runner.finish(retry.runId);
    await expect(client.runs.retry.mutate({ runId })).rejects.toMatchObject({
      data: { httpStatus: 409, heddle: { code: "RUN_NOTHING_TO_RETRY" } },
    });
  });
});

describe("runs.logs", () => {
  async function write(runId: number, assetId: number, messages: readonly string[]): Promise<void> {
    const lines = messages.map((m, i) => {
      const l = m.startsWith("!") ? "error" : "info";
      return JSON.stringify({ t: 1_000 + i, o: FIRST_DAY + (i % 2), a: "7", l, m });
    });
    const place = { runId, assetId, firstOrdinal: FIRST_DAY, lastOrdinal: FIRST_DAY + 1 };
    await appendLogChunks(test.db, [{ ...place, lineCount: lines.length, lines: lines.join("\n") }]);
  }

  it("pages in both directions, filters, and links to a line", async () => {
    const { client } = test;
    const runId = await launch(client, { keys: ["weather/raw"], partitions: january });
    const assetId = await assetIdOf("weather/raw");
    for (let chunk = 0; chunk < 5; chunk += 1) {
      await write(
        runId,
        assetId,
        Array.from({ length: 10 }, (_, i) => `${i === 9 ? "!" : ""}line ${chunk * 10 + i}`),
      );
    }
    const all = Array.from({ length: 50 }, (_, i) => `${i % 10 === 9 ? "!" : ""}line ${i}`);

    const forward: string[] = [];
    let after: string | null = null;
    for (let more = true; more;) {
      const page: Awaited<ReturnType<typeof client.runs.logs.query>> = await client.runs.logs.query({
        runId,
        limit: 8,
        cursor: after,
      });
      forward.push(...page.lines.map((line) => line.message));
      after = page.after;
      more = page.hasMore;
    }
    expect(forward).toEqual(all);

    const tail = await client.runs.logs.query({ runId, limit: 5, direction: "before" });
    expect(tail.lines.map((line) => line.message)).toEqual(all.slice(45));
    const earlier = await client.runs.logs.query({ runId, limit: 5, direction: "before", cursor: tail.before });
    expect(earlier.lines.map((line) => line.message)).toEqual(all.slice(40, 45));
    const again = await client.runs.logs.query({ runId, limit: 5, cursor: earlier.after });
    expect(again.lines).toEqual(tail.lines);

    expect((await client.runs.logs.query({ runId, level: "warn" })).lines).toHaveLength(5);
    expect(
      (await client.runs.logs.query({ runId, ordinal: FIRST_DAY + 1, text: "LINE 1" })).lines.map(
        (line) => line.message,
      ),
    ).toEqual(["line 1", "line 11", "line 13", "line 15", "line 17", "!line 19"]);
    expect(tail.lines[4]).toMatchObject({
      partitionKey: "2012-01-02",
      level: "error",
      at: 1_009,
      attemptId: "7",
      stream: null,
    });
    await expect(client.runs.logs.query({ runId, cursor: "nowhere" })).rejects.toMatchObject({
      data: { httpStatus: 400, heddle: { code: "LOG_CURSOR_INVALID" } },
    });

    const stream = readStream(test.server.address, "runs.tail", { runId, lastEventId: tail.lines[3]?.cursor });
    const first = await stream.next();
    expect(first.value?.data).toMatchObject({ lines: [{ message: "!line 49" }], ended: false });
    await write(runId, assetId, ["while you watch"]);
    expect((await stream.next()).value).toMatchObject({ id: "6.0", data: { lines: [{ message: "while you watch" }] } });
    await client.runs.cancel.mutate({ runId });
    expect((await stream.next()).value?.data).toEqual({ lines: [], ended: true });
    expect((await stream.next()).done).toBe(true);
  });
});
