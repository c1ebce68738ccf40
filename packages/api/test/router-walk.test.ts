import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import { appRouter } from "../src/routers/app.ts";
import { createBusyWorld, FIRST_DAY, type BusyWorld } from "./busy-world.ts";
import * as lineageShapes from "./contract-lineage-shapes.ts";
import { answerPreviewOf } from "./preview-world.ts";
import * as automationShapes from "./contract-automation-shapes.ts";
import * as assetShapes from "./contract-asset-shapes.ts";
import * as checkShapes from "./contract-check-shapes.ts";
import * as shapes from "./contract-shapes.ts";
import * as codeShapes from "./contract-code-shapes.ts";
import * as columnShapes from "./contract-column-shapes.ts";
import * as homeShapes from "./contract-home-shapes.ts";
import * as runShapes from "./contract-run-shapes.ts";
import * as notificationShapes from "./contract-notification-shapes.ts";
import * as tickShapes from "./contract-tick-shapes.ts";
import { readStream } from "./event-source.ts";
import { send, type RawAnswer } from "./raw-request.ts";
import { pageHeaders } from "./test-server.ts";
import { ANSWERED_REQUEST } from "./tick-world.ts";

let world: BusyWorld;

beforeAll(async () => {
  world = await createBusyWorld();
});

afterAll(() => world[Symbol.asyncDispose]());

type Input = Readonly<Record<string, unknown>>;

interface Walked {
  /** Inputs that are answered. The first one is also what wrong inputs are made from. */
  readonly inputs: (world: BusyWorld) => readonly Input[] | Promise<readonly Input[]>;
  /** What every answer has to be. */
  readonly answer: z.ZodType;
}

const raw = { key: "weather/raw" };
const plan = { keys: ["letter"], partitions: { kind: "all" }, cascade: "upstream_missing" };

/** The id by which an asset is named on the wire. */
async function idOf({ test }: BusyWorld, key: string): Promise<number> {
  const asset = await test.client.assets.get.query({ key });
  return asset.kind === "asset" ? asset.id : 0;
}

/** A new procedure fails the first test below until it is here. */
const WALK: Readonly<Record<string, Walked>> = {
  "assets.activity": {
    inputs: () => {
      const now = Date.now();
      return [{ bounds: [now - 86_400_000, now - 3_600_000, now + 3_600_000] }, { bounds: [1, 2] }];
    },
    answer: homeShapes.activity,
  },
  "assets.durations": { inputs: () => [{ ids: [1, 2, 2_000] }, { ids: [] }], answer: homeShapes.durations },
  "assets.expected": { inputs: () => [{}], answer: homeShapes.expected },
  "assets.get": {
    inputs: () => [raw, ...["weather/summary", "report", "weather/stations", "no/such"].map((key) => ({ key }))],
    answer: assetShapes.assetResult,
  },
  "assets.changes": { inputs: () => [{ ...raw, limit: 1 }, raw], answer: shapes.pageOf(codeShapes.definitionChange) },
  "assets.materializations": {
    inputs: () => [{ ...raw, ordinal: FIRST_DAY, limit: 2 }, raw, { key: "report" }, { key: "weather/stations" }],
    answer: shapes.pageOf(shapes.materialization),
  },
  "assets.metadataSeries": {
    inputs: () => [{ ...raw, axis: "partition", limit: 5 }, raw, { key: "weather/stations" }],
    answer: shapes.metadataSeries,
  },
  "assets.observe": {
    inputs: () => [
      { selection: "key:weather/stations", idempotencyKey: "observe-the-stations" },
      { selection: "+report", partitions: { kind: "all" }, force: true, idempotencyKey: "observe-the-stations" },
    ],
    answer: assetShapes.observeResult,
  },
  "assets.report": {
    inputs: () => [
      {
        ...raw,
        partitions: { kind: "text", text: "2012-01-20" },
        dataVersion: "v7",
        metadata: { rows: 4 },
        note: "loaded by hand",
        actor: "ana",
        idempotencyKey: "report-of-a-day",
      },
      { ...raw, idempotencyKey: "report-of-a-day" },
    ],
    answer: assetShapes.reportResult,
  },
  "assets.snapshot": { inputs: () => [{ knownVersion: "x" }, {}], answer: shapes.assetsSnapshot },
  "assets.status": { inputs: () => [{ ids: [1, 2, 2_000] }, {}], answer: shapes.assetStatuses },
  "assets.wipe": {
    inputs: () => [
      {
        ...raw,
        partitions: { kind: "text", text: "2012-01-20..2012-01-22" },
        confirm: raw.key,
        reason: "the source was wrong",
        actor: "ana",
        idempotencyKey: "wipe-of-three-days",
      },
      { ...raw, partitions: { kind: "all" }, confirm: raw.key, idempotencyKey: "wipe-of-three-days" },
    ],
    answer: assetShapes.wipeResult,
  },
  "automation.conditions": { inputs: () => [{}], answer: automationShapes.conditions },
  "automation.evaluation": { inputs: () => [{ id: 1 }], answer: automationShapes.evaluationDetail },
  "automation.evaluations": {
    inputs: async (walkedWorld) => {
      const assetId = await idOf(walkedWorld, "weather/summary");
      return [{ assetId, limit: 1, onlyRequesting: true }, { assetId }];
    },
    answer: shapes.pageOf(automationShapes.evaluation),
  },
  "automation.preview": {
    inputs: () => [{ selection: "group:weather" }, {}],
    answer: automationShapes.preview,
  },
  "automation.set": {
    inputs: () => [
      { assetKey: "weather/summary", on: false, reason: "a holiday", actor: "ana" },
      { assetKey: "weather/summary", on: true },
      { assetKey: "weather/summary", on: true },
    ],
    answer: automationShapes.change,
  },
  "automation.setAll": {
    inputs: () => [
      { selection: "group:weather", on: false, reason: "a holiday", actor: "ana" },
      { selection: "group:weather", on: true },
    ],
    answer: automationShapes.bulkChange,
  },
  "automation.why": {
    inputs: () => [
      { assetKey: "weather/summary", partition: "2012-01" },
      { assetKey: "weather/summary" },
      { assetKey: "weather/summary", partition: "2050-01" },
      { assetKey: "weather/raw", partition: "2012-02-01" },
      { assetKey: "weather/raw", check: "plausible" },
    ],
    answer: automationShapes.why,
  },
  "checks.forAsset": { inputs: () => [raw, { key: "report" }], answer: checkShapes.assetChecks },
  "checks.get": {
    inputs: () => [
      { ...raw, check: "not_null" },
      { ...raw, check: "plausible" },
    ],
    answer: checkShapes.checkDetail,
  },
  "checks.history": {
    inputs: () => [{ ...raw, check: "plausible", ordinal: FIRST_DAY, outcome: "warned", limit: 5 }, raw],
    answer: shapes.pageOf(checkShapes.checkResult),
  },
  "checks.list": {
    inputs: () => [
      {
        states: ["warned", "passed"],
        silenced: false,
        severity: "warn",
        asset: "weather/raw",
        selection: "group:weather",
        text: "plaus",
        groupBy: "message",
        limit: 1,
      },
      {},
    ],
    answer: checkShapes.checkList,
  },
  "checks.plan": {
    inputs: () => [
      {
        assets: [{ ...raw, checks: ["plausible"] }],
        partitions: { kind: "ranges", ranges: [FIRST_DAY, FIRST_DAY + 2] },
      },
      ...["all", "newest", "not_passed"].map((kind) => ({ assets: [raw], partitions: { kind } })),
      { assets: [raw], partitions: { kind: "text", text: "last 3" } },
      { assets: [raw] },
    ],
    answer: checkShapes.checkRunPlan,
  },
  "checks.run": {
    inputs: () => [
      {
        assets: [{ ...raw, checks: ["plausible"] }],
        partitions: { kind: "newest" },
        idempotencyKey: "walk-checks-1",
        priority: 3,
        tags: { why: "walk" },
        limits: { startWithinMs: 60_000 },
      },
    ],
    answer: checkShapes.checkRunResult,
  },
  "checks.silence": {
    inputs: () => [
      { ...raw, check: "plausible", until: Date.now() + 60_000, reason: "it is winter", actor: "ana" },
      { ...raw, check: "plausible", until: null, reason: "spring" },
    ],
    answer: checkShapes.checkSilenceChange,
  },
  "deployment.audit": {
    inputs: () => [{ action: "partitions.", outcome: "done", limit: 2 }, {}],
    answer: shapes.pageOf(notificationShapes.auditEntry),
  },
  "code.source": { inputs: () => [{ ...raw, version: 1 }, raw], answer: codeShapes.codeSource },
  "code.difference": { inputs: () => [{ ...raw, version: 1 }], answer: codeShapes.codeDifference },
  "columns.forAsset": { inputs: () => [raw, { key: "report" }], answer: columnShapes.assetColumns },
  "columns.lineage": { inputs: () => [{ keys: ["weather/summary", "report"] }], answer: columnShapes.columnLineage },
  "columns.find": { inputs: () => [{ text: "mea", limit: 5 }, { text: "no such" }], answer: columnShapes.found },
  "columns.path": {
    inputs: () => [
      { key: "weather/summary", column: "mean" },
      { ...raw, column: "no such" },
    ],
    answer: columnShapes.columnPath,
  },
  "deployment.get": { inputs: () => [{}], answer: shapes.deployment },
  "deployment.reload": { inputs: () => [{ name: "weather" }], answer: notificationShapes.reload },
  "deployment.wiring": { inputs: () => [{}], answer: notificationShapes.wiring },
  "deployment.settings": { inputs: () => [{}], answer: notificationShapes.settings },
  "events.list": {
    inputs: ({ failedRunId }) => [{ asset: "weather/raw", runId: failedRunId, limit: 3 }, {}],
    answer: shapes.pageOf(runShapes.activityEvent),
  },
  "events.stream": { inputs: () => [{ lastEventId: "0.0" }], answer: runShapes.eventMessage },
  "favourites.list": { inputs: () => [{}], answer: homeShapes.favourites },
  "favourites.set": {
    inputs: () => [
      { ...raw, isFavourite: true },
      { ...raw, isFavourite: true },
      { ...raw, isFavourite: false },
    ],
    answer: homeShapes.favouriteChange,
  },
  "freshness.get": {
    inputs: async (walkedWorld) => [
      { assetId: await idOf(walkedWorld, "report"), limit: 1 },
      { assetId: await idOf(walkedWorld, "letter") },
    ],
    answer: automationShapes.freshness,
  },
  "home.acknowledge": {
    inputs: () => [
      { asset: "weather/raw", problem: "run 1", text: "known", snoozeMs: 3_600_000 },
      { asset: "weather/raw", problem: "run 1" },
    ],
    answer: homeShapes.noteChange,
  },
  "home.attention": { inputs: () => [{ limit: 5 }, {}], answer: homeShapes.attention },
  "home.runs": {
    inputs: () => [{ from: Date.now() - 3_600_000, to: Date.now() + 60_000, limit: 2 }],
    answer: homeShapes.runsOfSpan,
  },
  "home.unacknowledge": { inputs: () => [{ asset: "weather/raw" }], answer: homeShapes.noteChange },
  "home.upcoming": { inputs: () => [{ hours: 48 }, {}], answer: homeShapes.upcoming },
  "lineage.activity": {
    inputs: () => [{ from: Date.now() - 3_600_000, to: Date.now() + 1_000, buckets: 10 }],
    answer: lineageShapes.lineageActivity,
  },
  "lineage.diff": { inputs: () => [{ base: 1 }], answer: lineageShapes.lineageDiff },
  "lineage.durations": { inputs: () => [{}], answer: lineageShapes.lineageDurations },
  "lineage.graph": { inputs: () => [{ version: "1" }, { version: "" }], answer: lineageShapes.lineageGraph },
  "lineage.partitionView": {
    inputs: () => [
      { ...raw, partition: "2012-01-01" },
      { key: "weather/summary", partition: "2012-01" },
      { key: "report", partition: "" },
    ],
    answer: lineageShapes.lineagePartitionView,
  },
  "lineage.statusAt": {
    inputs: () => [{ at: Date.now() }, { at: Date.now() - 86_400_000 }],
    answer: lineageShapes.lineageStatuses,
  },
  "lineage.versions": { inputs: () => [{}], answer: lineageShapes.definitionsVersions },
  "notifications.list": { inputs: () => [{}], answer: notificationShapes.notifications },
  "notifications.messages": {
    inputs: () => [{ notification: "alarm", states: ["failed"], limit: 1 }, {}],
    answer: shapes.pageOf(notificationShapes.message),
  },
  "notifications.retry": {
    inputs: ({ failedMessageId }) => [{ id: failedMessageId }, { id: failedMessageId }],
    answer: notificationShapes.retry,
  },
  "notifications.test": { inputs: () => [{ name: "alarm" }], answer: notificationShapes.test },
  "partitions.add": {
    inputs: () => [
      { definition: "stations", keys: ["north", "south|east", "west"] },
      { definition: "stations", keys: ["north"] },
    ],
    answer: assetShapes.dynamicPartitionsChange,
  },
  "partitions.detail": {
    inputs: () => [
      { ...raw, ordinal: FIRST_DAY },
      { ...raw, partition: "2012-01-02" },
      { ...raw, ordinal: FIRST_DAY + 3 },
      { ...raw, ordinal: FIRST_DAY + 31 },
      { key: "weather/summary", ordinal: 504 },
    ],
    answer: assetShapes.partitionDetail,
  },
  "partitions.list": {
    inputs: () => [{ definition: "stations", text: "T", removed: true, limit: 1 }, { definition: "stations" }],
    answer: assetShapes.dynamicPartitions,
  },
  "partitions.preview": {
    inputs: async (world) => {
      await answerPreviewOf(world.test.db, world.failedRunId);
      return [
        { ...raw, ordinal: FIRST_DAY, runId: world.failedRunId, rows: 50 },
        { ...raw, partition: "2012-01-01", rows: 50 },
      ];
    },
    answer: assetShapes.partitionPreview,
  },
  "partitions.remove": {
    inputs: () => [{ definition: "stations", keys: ["west"] }],
    answer: assetShapes.dynamicPartitionsChange,
  },
  "partitions.status": {
    inputs: () => [{ ...raw, within: { start: FIRST_DAY, end: FIRST_DAY + 5 }, maxRuns: 2 }, raw, { key: "report" }],
    answer: assetShapes.partitionStatuses,
  },
  "partitions.table": {
    inputs: () => [
      { ...raw, partitions: "2012-01 & status:fresh,failed", sort: "bytes", descending: true, limit: 3 },
      { ...raw, sort: "rows", offset: 2, limit: 2 },
      { ...raw, sort: "duration", limit: 2 },
      { ...raw, sort: "materialized", descending: true, limit: 2 },
      { ...raw, limit: 5 },
      { key: "report" },
    ],
    answer: assetShapes.partitionTable,
  },
  "plan.launch": {
    inputs: async ({ test }) => {
      const { hash, at } = await test.client.plan.preview.query({ keys: ["letter"] });
      const launch = { keys: ["letter"], planHash: hash, at, idempotencyKey: "walk-the-router", tags: { a: "b" } };
      return [launch, launch, { ...launch, planHash: "0", idempotencyKey: "walk-on-and-on" }];
    },
    answer: runShapes.launchResult,
  },
  "plan.preview": {
    inputs: () => [plan, { selection: "*" }, { keys: ["weather/raw"], only: ["missing", "failed"] }],
    answer: runShapes.planPreview,
  },
  "pools.list": { inputs: () => [{}], answer: shapes.pools },
  "pools.set": {
    inputs: () => [
      { name: "tag team=walk", slots: 2 },
      { name: "tag team=walk", slots: null },
    ],
    answer: shapes.poolChange,
  },
  "runs.cancel": {
    inputs: ({ queuedRunIds }) => [{ runId: queuedRunIds[0], force: true }],
    answer: runShapes.runChange,
  },
  "runs.change": {
    inputs: ({ queuedRunIds }) => [
      { runId: queuedRunIds[1], priority: 5, maxConcurrency: 2 },
      { runId: queuedRunIds[1], maxConcurrency: null },
      { runId: queuedRunIds[1], order: "newest" },
    ],
    answer: runShapes.runChange,
  },
  "runs.compare": {
    inputs: ({ failedRunId, openRunId }) => [{ runId: openRunId, with: failedRunId }, { runId: failedRunId }],
    answer: runShapes.runComparison,
  },
  "runs.get": {
    inputs: ({ failedRunId, openRunId }) => [{ runId: failedRunId }, { runId: openRunId }],
    answer: runShapes.runDetail,
  },
  "runs.list": {
    inputs: () => [
      {
        statuses: ["failed"],
        asset: "weather/raw",
        partition: "2012-01-04",
        selection: "group:weather or key:weather/*",
        text: "manual",
        tags: [{ name: "team", value: "data" }],
        causes: ["manual"],
        from: 1_000,
        to: Date.UTC(2100, 0, 1),
        backfills: true,
        limit: 10,
      },
      { asset: "weather/raw", partition: "2012-01-04", backfills: true },
      {},
    ],
    answer: shapes.pageOf(runShapes.runSummary),
  },
  "runs.logLine": {
    inputs: async ({ failedRunId: runId, test }) => {
      const { lines } = await test.client.runs.logs.query({ runId, limit: 1 });
      return [{ runId, cursor: lines[0]?.cursor ?? "" }];
    },
    answer: runShapes.logLineText,
  },
  "runs.logs": {
    inputs: ({ failedRunId: runId }) => [
      {
        runId,
        asset: "weather/raw",
        ordinal: FIRST_DAY,
        level: "info",
        text: "measured",
        direction: "after",
        limit: 1,
      },
      { runId, direction: "before" },
    ],
    answer: runShapes.logPage,
  },
  "runs.matrix": {
    inputs: ({ failedRunId, openRunId }) => [{ runId: failedRunId }, { runId: openRunId }],
    answer: runShapes.runMatrix,
  },
  "runs.outputs": {
    inputs: ({ failedRunId }) => [{ runId: failedRunId, asset: "weather/raw", limit: 2 }, { runId: failedRunId }],
    answer: shapes.pageOf(runShapes.runOutput),
  },
  "runs.pause": { inputs: ({ queuedRunIds }) => [{ runId: queuedRunIds[1] }], answer: runShapes.runChange },
  "runs.resume": { inputs: ({ queuedRunIds }) => [{ runId: queuedRunIds[1] }], answer: runShapes.runChange },
  "runs.retry": {
    inputs: ({ failedRunId }) => [
      {
        runId: failedRunId,
        only: "from_failure",
        partitions: { "weather/raw": [FIRST_DAY, FIRST_DAY + 9] },
        config: {},
      },
      { runId: failedRunId, only: "from_failure", config: {} },
    ],
    answer: runShapes.runRetry,
  },
  "runs.step": {
    inputs: ({ failedRunId, openRunId }) => [
      { runId: failedRunId, asset: "weather/raw", ordinal: FIRST_DAY + 3 },
      { runId: failedRunId, asset: "weather/raw", ordinal: FIRST_DAY },
      { runId: openRunId, asset: "weather/raw", ordinal: FIRST_DAY + 32 },
    ],
    answer: runShapes.stepDetail,
  },
  "runs.steps": {
    inputs: ({ openRunId, failedRunId }) => [
      { runId: openRunId, asset: "weather/raw", statuses: ["running", "backoff"], limit: 3 },
      { runId: failedRunId },
    ],
    answer: shapes.pageOf(runShapes.stepBar),
  },
  "runs.tail": { inputs: ({ failedRunId }) => [{ runId: failedRunId }], answer: runShapes.logTail },
  "runs.timeline": {
    inputs: ({ failedRunId, openRunId }) => [{ runId: failedRunId, asset: "weather/raw" }, { runId: openRunId }],
    answer: runShapes.runTimeline,
  },
  "schedules.evaluate": {
    inputs: () => [{ name: "nightly", dryRun: true, requestId: ANSWERED_REQUEST }],
    answer: tickShapes.evaluation,
  },
  "schedules.get": { inputs: () => [{ name: "busy" }, { name: "nightly" }], answer: tickShapes.schedule },
  "schedules.list": { inputs: () => [{}], answer: tickShapes.schedules },
  "schedules.pause": {
    inputs: () => [{ name: "nightly", actor: "ana", reason: "too loud" }],
    answer: tickShapes.ownerChange,
  },
  "schedules.resume": { inputs: () => [{ name: "nightly" }], answer: tickShapes.ownerChange },
  "schedules.ticks": {
    inputs: () => [{ name: "nightly", limit: 2 }, { name: "nightly" }, { name: "busy" }],
    answer: shapes.pageOf(tickShapes.tick),
  },
  "sensors.cursors": { inputs: () => [{ name: "files", limit: 1 }], answer: shapes.pageOf(tickShapes.sensorCursor) },
  "sensors.evaluate": {
    inputs: () => [{ name: "files", dryRun: true, requestId: ANSWERED_REQUEST }],
    answer: tickShapes.evaluation,
  },
  "sensors.get": { inputs: () => [{ name: "files" }, { name: "still" }], answer: tickShapes.sensor },
  "sensors.list": { inputs: () => [{}], answer: tickShapes.sensors },
  "sensors.pause": { inputs: () => [{ name: "files" }], answer: tickShapes.ownerChange },
  "sensors.resume": { inputs: () => [{ name: "files" }], answer: tickShapes.ownerChange },
  "sensors.setCursor": {
    inputs: () => [
      { name: "files", cursor: "7" },
      { name: "files", cursor: null },
    ],
    answer: tickShapes.ownerChange,
  },
  "sensors.ticks": { inputs: () => [{ name: "files", limit: 1 }], answer: shapes.pageOf(tickShapes.tick) },
  "selection.evaluate": {
    inputs: () => [{ selection: "group:weather" }, { selection: "group:(" }],
    answer: shapes.selectionResult,
  },
  "views.delete": { inputs: () => [{ id: 1 }, { id: 2_000 }], answer: homeShapes.viewDeletion },
  "views.list": { inputs: () => [{ page: "assets" }], answer: homeShapes.views },
  "views.save": {
    inputs: () => [
      { page: "assets", name: "Broken", search: "status=failed" },
      { page: "assets", name: "Broken", search: "" },
    ],
    answer: homeShapes.view,
  },
};

// At run time the record is flat, by full path; its type mirrors the nesting.
const procedures = Object.entries(
  appRouter._def.procedures as unknown as Record<string, { readonly _def: { readonly type: string } }>,
);
const paths = Object.keys(WALK);
const typeOf = (path: string) => procedures.find(([name]) => name === path)?.[1]._def.type;
const isStream = (path: string) => typeOf(path) === "subscription";
const walked = (path: string): Walked => WALK[path] ?? { inputs: () => [], answer: z.never() };

function post(path: string, input: unknown): Promise<RawAnswer> {
  const headers = { ...pageHeaders(world.test.server.address), "content-type": "application/json" };
  return send(world.test.server.address, {
    method: "POST",
    path: `/api/trpc/${path}`,
    headers,
    body: JSON.stringify(input),
  });
}

const answered = z.strictObject({ result: z.strictObject({ data: z.unknown() }) });
const failed = z.strictObject({
  error: z.strictObject({
    message: z.string().min(1),
    code: z.int(),
    data: z.strictObject({ code: z.string(), httpStatus: z.int(), heddle: shapes.apiError }),
  }),
});

/** The data of an answer; of a stream, the data of its first message. */
async function ask(path: string, input: Input): Promise<unknown> {
  if (!isStream(path)) {
    const { status, body } = await post(path, input);
    if (status !== 200) throw new Error(`${path} answered ${status}: ${body}`);
    return answered.parse(JSON.parse(body)).result.data;
  }
  const stream = readStream(world.test.server.address, path, { ...input });
  const first = await stream.next();
  await stream.return(undefined);
  return first.value?.data;
}

/** How a wrong input is answered: the error as it crossed the wire, or `null` when the input was fine after all. */
async function refusalOf(path: string, input: unknown) {
  if (!isStream(path)) {
    const { status, body } = await post(path, input);
    return status === 200 ? null : { status, error: failed.parse(JSON.parse(body)).error };
  }
  const query = `input=${encodeURIComponent(JSON.stringify(input))}`;
  const stream = await fetch(`${world.test.server.address}/api/trpc/${path}?${query}`);
  let body = "";
  for await (const chunk of stream.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    body += chunk;
    // Connected, and the first message or the failure is there.
    if (/\n\n.*\n\n/s.test(body)) break;
  }
  const failure = /event: serialized-error\ndata: (?<error>.*)/.exec(body)?.groups?.["error"];
  if (failure === undefined) return null;
  const { error } = failed.parse({ error: JSON.parse(failure) });
  return { status: error.data.httpStatus, error };
}

describe("every procedure", () => {
  it("is known to this test", () => {
    expect(procedures.map(([path]) => path).toSorted()).toEqual(paths.toSorted());
  });

  it.each(paths)("%s answers what the contract says", async (path) => {
    const { inputs, answer } = walked(path);
    for (const input of await inputs(world)) {
      const { error } = answer.safeParse(await ask(path, input));
      expect(error?.message).toBeUndefined();
    }
    expect(world.test.errors).toEqual([]);
  });

  it.each(paths)("%s refuses what is no input, and fields that it does not know", async (path) => {
    const [valid] = await walked(path).inputs(world);
    const extras = [{ role: "admin" }, { status: "success" }, { attempt: 3 }, { environment: "other" }];
    const polluted = JSON.parse(
      '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}',
    ) as object;
    const wrong = [null, [], [valid], "text", 7, true, ...extras.map((extra) => ({ ...valid, ...extra })), polluted];
    for (const input of wrong) {
      const refusal = await refusalOf(path, input);
      expect([input, refusal?.status, refusal?.error.data.heddle.code]).toEqual([input, 400, "API_INPUT_INVALID"]);
    }
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
    expect(world.test.errors).toEqual([]);
  });

  it.each(paths)("%s blames the caller for every field of a wrong kind", async (path) => {
    const [valid = {}] = await walked(path).inputs(world);
    const wrong = [
      null,
      {},
      [],
      [[]],
      "",
      "\0",
      -1,
      1.5,
      1e300,
      true,
      { kind: "text" },
      { kind: "ranges", ranges: [1] },
    ];
    // Without a place, a stream of events answers when something happens, and nothing does.
    const tries = Object.keys(valid)
      .flatMap((field) => wrong.map((value) => ({ field, value })))
      .filter(({ field, value }) => field !== "lastEventId" || value !== null);
    const blamed: unknown[] = [];
    for (const { field, value } of tries) {
      const { status = 200 } = (await refusalOf(path, { ...valid, [field]: value })) ?? {};
      // Some of these are right for some fields, and some name what is not there.
      if (![200, 400, 404, 409].includes(status)) blamed.push({ field, value, status });
    }
    expect(blamed).toEqual([]);
    expect(world.test.errors).toEqual([]);
  });

  it.each(paths.filter((path) => !isStream(path)))("%s survives any JSON", async (path) => {
    const [valid = {}] = await walked(path).inputs(world);
    const fields = fc.record(
      Object.fromEntries(Object.keys(valid).map((name) => [name, fc.oneof(fc.constant(valid[name]), fc.jsonValue())])),
      { requiredKeys: [] },
    );
    const property = fc.asyncProperty(fc.oneof(fields, fc.jsonValue()), async (input) => {
      const refusal = await refusalOf(path, input);
      return refusal === null || refusal.status < 500;
    });
    await expect(fc.assert(property, { numRuns: 25 })).resolves.toBeUndefined();
    expect(world.test.errors).toEqual([]);
  });

  it.each(paths.filter((path) => typeOf(path) === "mutation"))("%s does not answer to GET", async (path) => {
    const [valid] = await walked(path).inputs(world);
    const query = `input=${encodeURIComponent(JSON.stringify(valid))}`;
    expect((await send(world.test.server.address, { path: `/api/trpc/${path}?${query}` })).status).toBe(405);
  });
});
