import * as automationShapes from "../contract-automation-shapes.ts";
import * as shapes from "../contract-shapes.ts";
import * as notificationShapes from "../contract-notification-shapes.ts";
import * as tickShapes from "../contract-tick-shapes.ts";
import { ANSWERED_REQUEST } from "../tick-world.ts";
import { idOf, type WalkedProcedures } from "./walked.ts";

/** Procedures of conditions, schedules, sensors and notifications. */
export const AUTOMATION_PROCEDURES: WalkedProcedures = {
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
};
