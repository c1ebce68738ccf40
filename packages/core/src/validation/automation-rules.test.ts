import { describe, expect, test } from "vitest";
import { asset } from "../asset.ts";
import { assetCheck } from "../asset-check.ts";
import type { AutomationCondition } from "../automation/automation-condition.ts";
import type { AutomationRuns } from "../automation/automation-runs.ts";
import {
  checkFailed,
  cronTickPassed,
  freshnessIs,
  inLatestTimeWindow,
  inProgress,
  missing,
} from "../automation/operands.ts";
import { anyDeps, assetMatches } from "../automation/operators.ts";
import { eager, onCron, onFreshness } from "../automation/presets.ts";
import { pass } from "../check-result.ts";
import { definitions } from "../definitions.ts";
import { freshBy, freshWithin, type FreshnessPolicy } from "../freshness/freshness-policy.ts";
import { snapshotDefinitions } from "../snapshot-definitions.ts";
import { validateDefinitions } from "./validate-definitions.ts";

const projectDirectory = import.meta.dirname;
const raw = asset({
  key: "raw",
  group: "sources",
  freshness: freshWithin({ failMs: 3_600_000 }),
  materialize: () => 1,
  checks: { fresh: { check: () => pass() } },
});

/** What is wrong with an asset that reads `raw`, without where it is. */
function problemsOf(options: { automation?: unknown; automationRuns?: unknown; freshness?: unknown }): string[] {
  const given = options as {
    automation?: AutomationCondition;
    automationRuns?: AutomationRuns;
    freshness?: FreshnessPolicy;
  };
  const made = asset({ key: "made", deps: { raw }, materialize: () => 1, ...given });
  const problems = validateDefinitions(definitions({ assets: [raw, made] }), { projectDirectory });
  return problems.map(({ code, message }) => {
    expect(message).toMatch(/^asset "made" \(automation-rules\.test\.ts:\d+\) has an? /u);
    return `${code}: ${message.slice(message.indexOf("used: ") + 6)}`;
  });
}

describe("conditions", () => {
  test("that can be evaluated are no problem, and are part of the snapshot as data", () => {
    const automation = eager().or(onCron("0 6 * * *", { timeZone: "Europe/Berlin" }), anyDeps(checkFailed("fresh")));
    expect(problemsOf({ automation: automation.ignore("group:sources").and(anyDeps(freshnessIs("fail"))) })).toEqual(
      [],
    );
    const made = asset({ key: "made", deps: { raw }, automation, materialize: () => 1 });
    const check = assetCheck({ asset: made, name: "daily", automation: onCron("@daily"), check: () => pass() });
    const { assets } = snapshotDefinitions(definitions({ assets: [raw, made], checks: [check] }), {
      codeVersionOf: () => "v1",
      projectDirectory,
    });
    const snapshot = structuredClone(assets.find(({ key }) => key === "made"));
    expect(snapshot?.automation).toEqual({ version: 1, condition: automation.spec });
    expect(snapshot?.checks[0]?.automation).toEqual({ version: 1, condition: onCron("@daily").spec });
    expect(assets.find(({ key }) => key === "raw")?.freshness).toEqual(freshWithin({ failMs: 3_600_000 }).spec);
    expect(JSON.parse(JSON.stringify(snapshot))).toEqual(snapshot);
  });

  test("that cannot are told with everything that is wrong at once", () => {
    const automation = cronTickPassed("0 25 * * *")
      .and(cronTickPassed("@daily", { timeZone: "Europe/Berlim" }), assetMatches("row", missing()))
      .or(anyDeps(missing()).allow("rau"), anyDeps(checkFailed("frech")), inLatestTimeWindow({ lookbackMs: -1 }));
    const problems = problemsOf({ automation });
    expect(problems).toEqual([
      expect.stringMatching(/^AUTOMATION_INVALID: .*0 25 \* \* \*/u),
      expect.stringMatching(/^AUTOMATION_INVALID: .*Europe\/Berlim/u),
      'AUTOMATION_INVALID: there is no asset "row". Did you mean "raw"?',
      'AUTOMATION_INVALID: there is no asset "rau". Did you mean "raw"?',
      'AUTOMATION_INVALID: no asset that it asks has a check "frech". Did you mean "fresh"?',
      expect.stringMatching(/^AUTOMATION_INVALID: lookbackMs is -1; it must be 0 to/u),
    ]);
  });

  test.each([
    ["no call", eager, "automation is a function; it must be a condition such as eager()"],
    ["text", "eager", "automation is a string; it must be a condition such as eager()"],
    ["empty label", missing().label(" "), 'the label " " must have 1 to 100 characters'],
    ["syntax of a selection", anyDeps(missing()).ignore("group:"), "the selection"],
    [
      "status",
      anyDeps(missing()).ignore("status:failed"),
      "asks for a status; dependencies are chosen by what they are",
    ],
    ["nothing chosen", anyDeps(missing()).allow("group:nowhere"), 'the selection "group:nowhere" matches no asset'],
    ["freshness without a policy", onFreshness(), "it asks for freshness, and no asset that it asks has a freshness"],
    ["own check", checkFailed("fresh"), 'no asset that it asks has a check "fresh"'],
    ["lost part", missing().without(inProgress()), "without(in-progress) finds no such part"],
    [
      "too many parts",
      missing().or(...Array.from({ length: 600 }, () => missing())),
      "it has 602 parts; 500 are the most",
    ],
  ])("%s", (_, automation, expected) => {
    expect(problemsOf({ automation })).toEqual([expect.stringContaining(`AUTOMATION_INVALID: `)]);
    expect(problemsOf({ automation })[0]).toContain(expected);
  });

  test("of checks are looked at, too", () => {
    const check = assetCheck({ asset: raw, name: "c", automation: cronTickPassed("never"), check: () => pass() });
    const problems = validateDefinitions(definitions({ assets: [raw], checks: [check] }), { projectDirectory });
    expect(problems.map(({ code, asset: key }) => [code, key])).toEqual([["AUTOMATION_INVALID", "raw"]]);
    const [wrong] = problems.map(({ message }) => message);
    expect(wrong).toMatch(/^the check "c" of asset "raw" \(.*\) has an automation that cannot be used/u);
  });
});

describe("freshness policies", () => {
  test.each([
    ["too short", freshWithin({ failMs: 1_000 }), /^failMs is 1000; it must be 60000 \(one minute\)/u],
    ["no number", freshWithin({ failMs: Number.NaN }), /^failMs is NaN/u],
    ["warning after failure", freshWithin({ failMs: 120_000, warnMs: 180_000 }), /^warnMs is 180000; it must be less/u],
    ["cron", freshBy({ cron: "61 * * * *", lowerBoundMs: 60_000 }), /61/u],
    ["zone", freshBy({ cron: "@daily", timeZone: "Mars", lowerBoundMs: 60_000 }), /Mars/u],
    ["bound", freshBy({ cron: "@daily", lowerBoundMs: 1 }), /^lowerBoundMs is 1/u],
    ["no policy", { failMs: 120_000 }, /^freshness is an object; it must be a policy/u],
  ])("%s", (_, freshness, expected) => {
    expect(problemsOf({ freshness })).toEqual([expect.stringMatching(/^FRESHNESS_INVALID: /u)]);
    expect(problemsOf({ freshness })[0]?.replace("FRESHNESS_INVALID: ", "")).toMatch(expected);
  });

  test("that can be used are no problem", () => {
    expect(problemsOf({ freshness: freshWithin({ failMs: 120_000, warnMs: 60_000 }) })).toEqual([]);
    expect(problemsOf({ freshness: freshBy({ cron: "0 9 * * 1-5", lowerBoundMs: 3_600_000 }) })).toEqual([]);
  });
});

describe("what the runs of a condition are like", () => {
  const automation = eager();

  test("is part of the snapshot, of assets and of checks", () => {
    const automationRuns = {
      priority: 5,
      tags: { team: "a" },
      limits: { startWithinMs: 60_000 },
      reuse: "fresh",
    } as const;
    const made = asset({ key: "made", deps: { raw }, automation, automationRuns, materialize: () => 1 });
    const check = assetCheck({
      asset: raw,
      name: "later",
      automation: missing(),
      automationRuns: { priority: -1 },
      check: () => pass(),
    });
    const { assets } = snapshotDefinitions(definitions({ assets: [raw, made], checks: [check] }), {
      codeVersionOf: () => "1",
      projectDirectory,
    });
    expect(assets.map((one) => one.automationRuns)).toEqual([undefined, automationRuns]);
    expect(assets[0]?.checks.map((one) => one.automationRuns)).toEqual([undefined, { priority: -1 }]);
    expect(problemsOf({ automation, automationRuns })).toEqual([]);
  });

  test.each<readonly [string, unknown, RegExp]>([
    ["a text", "fast", /automationRuns is a string/],
    ["a misspelled name", { prio: 1 }, /automationRuns has "prio"/],
    ["a priority", { priority: 0.5 }, /priority must be a whole number/],
    ["tags", { tags: { a: 1 } }, /tags must be an object of texts/],
    ["a rule for reuse", { reuse: "sometimes" }, /reuse must be/],
    ["a limit", { limits: { withinMs: 0 } }, /limits has withinMs: 0/],
    ["an instant for all runs", { limits: { deadline: 1_700_000_000_000 } }, /limits has a deadline/],
  ])("that cannot be is told: %s", (_, automationRuns, expected) => {
    expect(problemsOf({ automation, automationRuns })).toEqual([expect.stringMatching(expected)]);
  });

  test("means nothing without a condition", () => {
    expect(problemsOf({ automationRuns: { priority: 1 } })).toEqual([expect.stringMatching(/there is none/)]);
  });
});
