import { isAutomationCondition, type AutomationCondition } from "../automation/automation-condition.ts";
import { findAutomationRunsProblems } from "../automation/automation-runs.ts";
import { findConditionProblems, type ConditionScope } from "../automation/validate-condition.ts";
import { AssetGraph } from "../asset-graph.ts";
import { isAsset } from "../asset.ts";
import type { AnyAsset } from "../declarations.ts";
import type { Definitions } from "../definitions.ts";
import { findFreshnessProblems } from "../freshness/validate-freshness.ts";
import { describeType } from "../json-value.ts";
import type { DefinitionRule } from "./definition-problem.ts";
import { madeAssets, upstreamOf } from "./dependency-rules.ts";

/** Every condition and freshness policy can be evaluated, and names only what there is. */
export const automationRule: DefinitionRule = (definitions, report) => {
  let scope: ConditionScope | null = null;
  const conditionProblems = (automation: unknown, on: Target): string[] => {
    if (automation === null || automation === undefined) return [];
    if (!isAutomationCondition(automation)) {
      return [`automation is ${describeType(automation)}; it must be a condition such as eager()`];
    }
    scope ??= scopeOf(definitions, report.now);
    return [...automation.problems, ...findConditionProblems(specOf(automation), on, scope)];
  };
  const problemsOf = (declared: Declared, on: Target & { readonly isLooking: boolean }): string[] => [
    ...conditionProblems(declared.automation, on),
    ...runsProblems(declared, on),
  ];
  for (const asset of definitions.assets.values()) {
    const declared = isAsset(asset) ? asset : (asset.observation ?? NO_AUTOMATION);
    for (const problem of problemsOf(declared, { asset: asset.key, check: null, isLooking: !isAsset(asset) })) {
      const message = `${report.name("asset", asset)} has an automation that cannot be used: ${problem}`;
      report.add("AUTOMATION_INVALID", { message, hint: AUTOMATION_HINT, about: asset });
    }
  }
  for (const asset of madeAssets(definitions)) {
    for (const problem of findFreshnessProblems(asset.freshness, report.now)) {
      const message = `${report.name("asset", asset)} has a freshness policy that cannot be used: ${problem}`;
      report.add("FRESHNESS_INVALID", { message, hint: FRESHNESS_HINT, about: asset });
    }
    for (const check of definitions.checks.get(asset.key) ?? []) {
      for (const problem of problemsOf(check, { asset: asset.key, check: check.name, isLooking: true })) {
        const name = `the check ${JSON.stringify(check.name)} of ${report.name("asset", asset)}`;
        const message = `${name} has an automation that cannot be used: ${problem}`;
        report.add("AUTOMATION_INVALID", { message, hint: AUTOMATION_HINT, about: check, asset: asset.key });
      }
    }
  }
};

interface Target {
  readonly asset: string;
  readonly check: string | null;
}

interface Declared {
  readonly automation: unknown;
  readonly automationRuns: unknown;
}

const NO_AUTOMATION: Declared = { automation: null, automationRuns: null };

function runsProblems(
  { automation, automationRuns }: Declared,
  { isLooking }: { readonly isLooking: boolean },
): string[] {
  if (automationRuns === null || automationRuns === undefined) return [];
  const alone = automation === null ? ["automationRuns is about the runs of a condition, and there is none"] : [];
  return [...alone, ...findAutomationRunsProblems(automationRuns, { isLooking })];
}

const AUTOMATION_HINT = "Correct the part of the condition that the message names, or leave the option out.";
const FRESHNESS_HINT =
  "Write freshWithin({ failMs: 26 * 3_600_000 }) or freshBy({ cron, timeZone, lowerBoundMs }), or leave the option out.";

function specOf({ spec }: AutomationCondition): AutomationCondition["spec"] {
  return spec;
}

function scopeOf(definitions: Definitions, now: number): ConditionScope {
  const assets = [...definitions.assets.values()].map((asset) => ({
    ...asset,
    deps: isAsset(asset) ? upstreamKeys(asset) : [],
  }));
  return {
    now,
    graph: AssetGraph.fromSnapshot(assets),
    assets: new Map(
      assets.map((asset) => [
        asset.key,
        {
          ...asset,
          checks: (definitions.checks.get(asset.key) ?? []).map(({ name }) => name),
          hasFreshness: asset.kind === "asset" && asset.freshness !== null,
        },
      ]),
    ),
  };
}

function upstreamKeys(asset: AnyAsset): { readonly upstream: string }[] {
  return Object.values(asset.deps).flatMap((dependency) => {
    const upstream = upstreamOf(dependency);
    return upstream === null ? [] : [{ upstream: upstream.key }];
  });
}
