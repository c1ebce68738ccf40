import { isAssetCheck } from "../asset-check.ts";
import type { AnyAssetCheck } from "../declarations.ts";
import { keyOfChecked, type Definitions } from "../definitions.ts";
import { isHeddleError } from "../errors.ts";
import { describeType } from "../json-value.ts";
import { formatNearest } from "../nearest.ts";
import { runDefaults, type RunDefaults } from "../run-request.ts";
import { parseSelection } from "../selection/parse-selection.ts";
import { asksForStatus } from "../selection/selection.ts";
import { findChosen } from "../snapshot-ticks.ts";

/** What is wrong with a schedule or a sensor, and what to do. */
export type Problem = readonly [message: string, hint: string];

/** What only runs that make something have. */
const OF_MAKING = ["only", "overlap", "reuse", "config"] as const;

/** Says what is wrong with the checks that a schedule or a sensor runs by themselves. */
export function runChecksProblems(run: RunDefaults, definitions: Definitions): Problem[] {
  const { runChecks, selection }: { readonly [K in keyof RunDefaults]: unknown } = run;
  if (runChecks === undefined) return [];
  const isList = Array.isArray(runChecks) && runChecks.length > 0;
  if (runChecks !== "all" && !isList) {
    const given = Array.isArray(runChecks) ? "an empty list" : describeType(runChecks);
    return [[`its runChecks is ${given}`, 'Give a list of checks, or "all" for all of the selected assets.']];
  }
  const problems = OF_MAKING.flatMap((name): Problem[] =>
    run[name] === undefined
      ? []
      : [[`it has ${name} beside runChecks, and nothing is made that it could be about`, `Leave ${name} out.`]],
  );
  if (!isList) return [...problems, ...problemsOfAll(run, definitions)];
  if (selection !== undefined) {
    const hint = 'Leave selection out, or write runChecks: "all" for all checks of the selected assets.';
    problems.push(["it has a selection beside a list of checks, which have their assets", hint]);
  }
  const unusable = runChecks
    .map((check: unknown) => problemOf(check, definitions))
    .filter((problem) => problem !== null);
  return [...problems, ...unusable];
}

function problemOf(check: unknown, definitions: Definitions): Problem | null {
  const key = isAssetCheck(check) ? keyOfChecked(check) : null;
  if (!isAssetCheck(check) || key === null) {
    return [`its runChecks has ${describeType(check)} in it`, "Give what assetCheck() returned."];
  }
  const declared: readonly AnyAssetCheck[] = definitions.checks.get(key) ?? [];
  if (declared.some(({ name }) => name === check.name)) return null;
  const names = declared.map(({ name }) => name);
  return [
    `it runs the check ${JSON.stringify(check.name)} of ${JSON.stringify(key)}, which is not part of the definitions`,
    formatNearest(check.name, names) ?? "Add the check to definitions({ checks: […] }).",
  ];
}

/** What the selection itself is like is looked at where assets are made, too. */
function problemsOfAll(run: RunDefaults, definitions: Definitions): Problem[] {
  const { assets } = runDefaults(run);
  if (assets === null) return [];
  try {
    if ("selection" in assets && asksForStatus(parseSelection(assets.selection))) return [];
    const chosen = findChosen(assets, definitions);
    if (chosen.length === 0 || chosen.some(({ key }) => (definitions.checks.get(key)?.length ?? 0) > 0)) return [];
    return [["it runs the checks of assets that have none", "Select assets with checks, or declare some."]];
  } catch (error) {
    if (isHeddleError(error)) return [];
    throw error;
  }
}
