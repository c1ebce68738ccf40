import type { Definitions } from "../definitions.ts";
import { automationRule } from "./automation-rules.ts";
import { checkRule } from "./check-rules.ts";
import { ProblemReport, type DefinitionProblem, type DefinitionRule } from "./definition-problem.ts";
import { cycleRule, dependencyRule } from "./dependency-rules.ts";
import { entryRule } from "./entry-rules.ts";
import { duplicateRule, keyRule, twinRule } from "./key-rules.ts";
import { loadingRule } from "./loading-rules.ts";
import { optionRule } from "./option-rules.ts";
import { notificationRule } from "./notification-rules.ts";
import { partitionRule } from "./partition-rules.ts";
import { waitRule } from "./wait-rules.ts";
import { poolRule } from "./pool-rules.ts";
import { resourceRule } from "./resource-rules.ts";
import { tickRule } from "./tick-rules.ts";

/** In the order in which their problems are shown: what explains others comes first. */
const RULES: readonly DefinitionRule[] = [
  entryRule,
  keyRule,
  duplicateRule,
  twinRule,
  dependencyRule,
  cycleRule,
  partitionRule,
  waitRule,
  loadingRule,
  optionRule,
  checkRule,
  automationRule,
  tickRule,
  notificationRule,
  poolRule,
  resourceRule,
];

/**
 * Finds everything that is wrong with the definitions of a project, all at once; empty when nothing is. Each problem
 * names the asset, its file and the remedy.
 *
 * @param options.projectDirectory files are named relative to it. @default absolute names
 * @param options.now epoch milliseconds up to which functions of mappings are asked for what exists. @default the present
 */
export function validateDefinitions(
  definitions: Definitions,
  options: { readonly projectDirectory?: string; readonly now?: number } = {},
): DefinitionProblem[] {
  const report = new ProblemReport(options.projectDirectory ?? "", options.now ?? Date.now());
  for (const rule of RULES) rule(definitions, report);
  return report.problems;
}
