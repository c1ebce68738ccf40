import type { NotifiedEvent } from "@heddle/core/internal";
import { expect, test } from "vitest";
import { urlOf } from "./render-message.ts";

const event: NotifiedEvent = {
  kind: "run-failed",
  at: 0,
  runId: null,
  origin: null,
  assetKey: null,
  partitions: "",
  count: 1,
  check: null,
  subject: null,
  state: null,
  error: null,
  actor: null,
};

test.each<[Partial<NotifiedEvent>, string]>([
  [{ runId: 7 }, "/runs/7"],
  [{ kind: "freshness-changed", assetKey: "shop/größe" }, "/assets/shop/gr%C3%B6%C3%9Fe"],
  [{ kind: "schedule-failed", subject: "nightly" }, "/automation/schedules/nightly"],
  [{ kind: "sensor-failed", subject: "prüfer" }, "/automation/sensors/pr%C3%BCfer"],
  [{ kind: "code-failed", subject: "shop" }, "/deployment"],
  [{ kind: "manual-change", subject: "plan.launch" }, "/deployment?tab=audit"],
])("a link leads to the page of what %j is about", (about, path) => {
  expect(urlOf({ ...event, ...about }, "https://heddle.example.com")).toBe(`https://heddle.example.com${path}`);
  expect(urlOf({ ...event, ...about }, null)).toBeNull();
});
