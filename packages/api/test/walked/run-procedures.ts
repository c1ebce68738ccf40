import { FIRST_DAY } from "../busy-world.ts";
import * as shapes from "../contract-shapes.ts";
import * as runShapes from "../contract-run-shapes.ts";
import { plan, type WalkedProcedures } from "./walked.ts";

/** Procedures of plans, runs and what limits them. */
export const RUN_PROCEDURES: WalkedProcedures = {
  "events.list": {
    inputs: ({ failedRunId }) => [{ asset: "weather/raw", runId: failedRunId, limit: 3 }, {}],
    answer: shapes.pageOf(runShapes.activityEvent),
  },
  "events.stream": { inputs: () => [{ lastEventId: "0.0" }], answer: runShapes.eventMessage },
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
};
