import { brand, hasBrand } from "../brand.ts";
import type { AnyUpstream } from "../declarations.ts";
import type { ConditionSpec } from "./condition-spec.ts";
import { chooseDependencies, flatten, removePart, replacePart, type Rewritten } from "./rewrite-condition.ts";
import { selectionOf } from "./dependency-selection.ts";

/** Which dependencies a condition looks at: a selection such as `group:raw`, or assets. */
export type DependencyChoice = string | AnyUpstream | readonly AnyUpstream[];

/**
 * When the partitions of an asset, or a check on them, should be made: a rule that the daemon evaluates for all
 * partitions at once. Conditions are values: every method returns a new one. `TLabel` are the labels of its parts.
 */
export interface AutomationCondition<TLabel extends string = string> {
  readonly spec: ConditionSpec;
  /** What went wrong while it was put together; told when the definitions are loaded. */
  readonly problems: readonly string[];
  /** Holds where this one and all the others hold. */
  and<TOther extends string>(...others: readonly AutomationCondition<TOther>[]): AutomationCondition<TLabel | TOther>;
  /** Holds where this one or any of the others holds. */
  or<TOther extends string>(...others: readonly AutomationCondition<TOther>[]): AutomationCondition<TLabel | TOther>;
  /** Holds from when this one holds until `reset` does; when both do at the same instant, it does not hold. */
  since<TOther extends string>(reset: AutomationCondition<TOther>): AutomationCondition<TLabel | TOther>;
  /** Holds in the evaluation in which this one begins to hold; never in the first one. */
  newlyTrue(): AutomationCondition<TLabel>;
  /**
   * Holds from when this one holds until the partition is handled: requested by its condition, or updated from what there
   * was when its step began. What is true already in the first evaluation counts as handled.
   */
  sinceLastHandled(): AutomationCondition<TLabel>;
  /** Looks at these dependencies only, wherever it looks at dependencies. */
  allow(dependencies: DependencyChoice): AutomationCondition<TLabel>;
  /** Does not look at these dependencies, wherever it looks at dependencies. */
  ignore(dependencies: DependencyChoice): AutomationCondition<TLabel>;
  /** Puts another condition where a part is, named by its label or given as a condition of the same shape. */
  replace<TOther extends string>(
    part: TLabel | AutomationCondition,
    by: AutomationCondition<TOther>,
  ): AutomationCondition<TLabel | TOther>;
  /** Leaves a part out of the `and` or `or` that it stands in, named as for `replace`. */
  without(part: TLabel | AutomationCondition): AutomationCondition<TLabel>;
  /** Gives it a name: for explanations, and for `replace` and `without`. */
  label<const TOwn extends string>(label: TOwn): AutomationCondition<TLabel | TOwn>;
  /** Only types: they do not exist at run time. */
  readonly types?: { readonly label: TLabel };
}

/** Makes a condition of its data. */
export function condition<TLabel extends string = never>(
  spec: ConditionSpec,
  problems: readonly string[] = [],
): AutomationCondition<TLabel> {
  const derive = (next: ConditionSpec, ...others: readonly AutomationCondition[]): AutomationCondition<never> =>
    condition(next, [...problems, ...others.flatMap((other) => other.problems)]);
  const rewritten = ({ spec: next, problem }: Rewritten, ...others: readonly AutomationCondition[]) =>
    condition<never>(next, [
      ...problems,
      ...others.flatMap((other) => other.problems),
      ...(problem === null ? [] : [problem]),
    ]);
  const specsOf = (others: readonly AutomationCondition[]) => [spec, ...others.map((other) => other.spec)];
  const made: AutomationCondition<never> = {
    spec,
    problems,
    and: (...others) => derive(flatten("and", specsOf(others)), ...others),
    or: (...others) => derive(flatten("or", specsOf(others)), ...others),
    since: (reset) => derive({ kind: "since", trigger: spec, reset: reset.spec }, reset),
    newlyTrue: () => derive({ kind: "newly-true", of: spec }),
    sinceLastHandled: () => derive({ kind: "since", trigger: spec, reset: { kind: "newly-handled" } }),
    allow: (dependencies) => rewritten(chooseDependencies(spec, "allow", selectionOf(dependencies))),
    ignore: (dependencies) => rewritten(chooseDependencies(spec, "ignore", selectionOf(dependencies))),
    replace: (part, by) => rewritten(replacePart(spec, nameOf(part), by.spec), by),
    without: (part) => rewritten(removePart(spec, nameOf(part))),
    label: (label) => derive({ ...spec, label }),
  };
  // Labels live in the type alone: at run time one condition is like another.
  return brand(made, "automation-condition") as AutomationCondition<TLabel>;
}

function nameOf(part: string | AutomationCondition): string | ConditionSpec {
  return typeof part === "string" ? part : part.spec;
}

/** Says whether `value` was made by a function such as `eager` or `missing`. */
export function isAutomationCondition(value: unknown): value is AutomationCondition {
  return hasBrand(value, "automation-condition");
}
