import { expectTypeOf, test } from "vitest";
import { asset } from "../asset.ts";
import { assetCheck } from "../asset-check.ts";
import { pass } from "../check-result.ts";
import { freshWithin } from "../freshness/freshness-policy.ts";
import type { AutomationCondition } from "./automation-condition.ts";
import { freshnessIs, inLatestTimeWindow, inProgress, missing, newlyUpdated } from "./operands.ts";
import { anyDeps, not } from "./operators.ts";
import { eager, onCron, onMissing } from "./presets.ts";

test("labels are part of the type", () => {
  expectTypeOf(missing()).toEqualTypeOf<AutomationCondition<never>>();
  expectTypeOf(missing().label("gone").and(inProgress().label("busy"))).toEqualTypeOf<
    AutomationCondition<"gone" | "busy">
  >();
  expectTypeOf(not(anyDeps(missing().label("gone"))).since(newlyUpdated())).toEqualTypeOf<
    AutomationCondition<"gone">
  >();
  expectTypeOf(missing().or(inProgress().label("a"), newlyUpdated().label("b"))).toEqualTypeOf<
    AutomationCondition<"a" | "b">
  >();
});

test("parts of a preset are named by their labels", () => {
  eager().replace("latest window", inLatestTimeWindow({ lookbackMs: 1 }));
  eager().without("upstream missing").replace("in progress", missing());
  // @ts-expect-error eager() has no part of this name
  eager().replace("latest windows", missing());
  // @ts-expect-error onMissing() does not look at ticks
  onMissing().without("cron tick");
  // @ts-expect-error a label is a text
  missing().label(1);
  // What has another shape is named by the condition itself.
  eager().without(inLatestTimeWindow());
});

test("options are checked", () => {
  onCron("0 6 * * *", { timeZone: "Europe/Berlin" });
  // @ts-expect-error the option is called timeZone
  onCron("0 6 * * *", { timezone: "Europe/Berlin" });
  // @ts-expect-error there is no such state
  freshnessIs("late");
  // @ts-expect-error at least one state
  freshnessIs();
  // @ts-expect-error a condition and no function
  not(missing);
});

test("assets and checks take conditions, assets a freshness policy", () => {
  const raw = asset({
    key: "raw",
    automation: eager().ignore("group:reference"),
    freshness: freshWithin({ failMs: 60_000 }),
    materialize: () => 1,
    checks: { ok: { automation: missing(), check: () => pass() } },
  });
  assetCheck({
    asset: raw,
    name: "daily",
    automation: onCron("@daily"),
    check: ({ value }) => (value > 0 ? pass() : pass()),
  });
  // @ts-expect-error conditions are made by calling
  asset({ key: "raw", automation: eager, materialize: () => 1 });
  // @ts-expect-error a policy is made by freshWithin or freshBy
  asset({ key: "raw", freshness: { failMs: 60_000 }, materialize: () => 1 });
  expectTypeOf(raw.automation).toEqualTypeOf<AutomationCondition | null>();
});

test("what runs cannot have does not compile", () => {
  const automation = eager();
  const raw = asset({
    key: "raw",
    automation,
    automationRuns: {
      limits: { startWithinMs: 1, runTimeoutMs: 2, withinMs: 3, onDeadline: "cancel" },
      reuse: "fresh",
    },
    materialize: () => 1,
  });
  // @ts-expect-error -- one instant for all runs
  asset({ key: "a", automation, automationRuns: { limits: { deadline: 7 } }, materialize: () => 1 });
  // @ts-expect-error -- a rule that there is not
  asset({ key: "b", automation, automationRuns: { reuse: "sometimes" }, materialize: () => 1 });
  // @ts-expect-error -- a run of checks makes nothing that could be up to date
  assetCheck({ asset: raw, name: "c", automation, automationRuns: { reuse: "fresh" }, check: () => pass() });
});
