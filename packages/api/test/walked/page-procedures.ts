import * as shapes from "../contract-shapes.ts";
import * as homeShapes from "../contract-home-shapes.ts";
import * as notificationShapes from "../contract-notification-shapes.ts";
import { raw, type WalkedProcedures } from "./walked.ts";

/** Procedures of what pages show besides, and of the deployment. */
export const PAGE_PROCEDURES: WalkedProcedures = {
  "deployment.audit": {
    inputs: () => [{ action: "partitions.", outcome: "done", limit: 2 }, {}],
    answer: shapes.pageOf(notificationShapes.auditEntry),
  },
  "deployment.get": { inputs: () => [{}], answer: shapes.deployment },
  "deployment.reload": { inputs: () => [{ name: "weather" }], answer: notificationShapes.reload },
  "deployment.wiring": { inputs: () => [{}], answer: notificationShapes.wiring },
  "deployment.settings": { inputs: () => [{}], answer: notificationShapes.settings },
  "favourites.list": { inputs: () => [{}], answer: homeShapes.favourites },
  "favourites.set": {
    inputs: () => [
      { ...raw, isFavourite: true },
      { ...raw, isFavourite: true },
      { ...raw, isFavourite: false },
    ],
    answer: homeShapes.favouriteChange,
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
