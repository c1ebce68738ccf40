import { FIRST_DAY } from "../busy-world.ts";
import * as checkShapes from "../contract-check-shapes.ts";
import * as shapes from "../contract-shapes.ts";
import * as codeShapes from "../contract-code-shapes.ts";
import * as columnShapes from "../contract-column-shapes.ts";
import { raw, type WalkedProcedures } from "./walked.ts";

/** Procedures of what assets declare: checks, code, columns; and of selections. */
export const DEFINITION_PROCEDURES: WalkedProcedures = {
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
  "selection.evaluate": {
    inputs: () => [{ selection: "group:weather" }, { selection: "group:(" }],
    answer: shapes.selectionResult,
  },
};
