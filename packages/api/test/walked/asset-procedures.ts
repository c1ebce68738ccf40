import { FIRST_DAY } from "../busy-world.ts";
import * as lineageShapes from "../contract-lineage-shapes.ts";
import * as automationShapes from "../contract-automation-shapes.ts";
import * as assetShapes from "../contract-asset-shapes.ts";
import * as shapes from "../contract-shapes.ts";
import * as codeShapes from "../contract-code-shapes.ts";
import * as homeShapes from "../contract-home-shapes.ts";
import { answerPreviewOf } from "../preview-world.ts";
import { idOf, raw, type WalkedProcedures } from "./walked.ts";

/** Procedures of assets, their partitions and their lineage. */
export const ASSET_PROCEDURES: WalkedProcedures = {
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
  "freshness.get": {
    inputs: async (walkedWorld) => [
      { assetId: await idOf(walkedWorld, "report"), limit: 1 },
      { assetId: await idOf(walkedWorld, "letter") },
    ],
    answer: automationShapes.freshness,
  },
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
};
