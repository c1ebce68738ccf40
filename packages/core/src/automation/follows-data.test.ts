import { expect, test } from "vitest";
import { followsData } from "./follows-data.ts";
import {
  cronTickPassed,
  dataVersionChanged,
  inLatestTimeWindow,
  missing,
  newlyUpdated,
  stale,
  willBeRequested,
} from "./operands.ts";
import { anyDeps, not } from "./operators.ts";
import { eager, onCron, onFreshness, onMissing } from "./presets.ts";

test.each([
  ["eager", eager()],
  ["eager, further back", eager().replace("latest window", inLatestTimeWindow({ lookbackMs: 1 }))],
  ["eager without waiting", eager().without("upstream in progress").label("soon")],
  ["eager on some dependencies", eager().ignore("group:reference").allow("key:a")],
  ["eager, narrowed", eager().and(not(stale()))],
  ["either of two that do", eager().or(eager().without("latest window"))],
  ["onMissing", onMissing()],
  ["eager, and when it is gone", eager().or(onMissing())],
  ["other data of a dependency", anyDeps(dataVersionChanged()).sinceLastHandled()],
])("%s follows data", (_, condition) => {
  expect(followsData(condition.spec)).toBe(true);
});

test.each([
  ["onCron", onCron("@daily")],
  ["onFreshness", onFreshness()],
  ["whatever is updated upstream", anyDeps(newlyUpdated())],
  ["whatever is requested upstream", anyDeps(willBeRequested())],
  ["what is there", not(missing())],
  ["eager, or when it is overdue", eager().or(onFreshness())],
  ["stale", stale()],
  ["eager, or at a tick", eager().or(cronTickPassed("@daily"))],
  ["eager with another cause", eager().replace("cause", cronTickPassed("@daily").sinceLastHandled())],
  ["eager with a part more of its cause", eager().replace("newly missing", missing().newlyTrue().or(stale()))],
])("%s does not, so that what it asks for is made", (_, condition) => {
  expect(followsData(condition.spec)).toBe(false);
});
