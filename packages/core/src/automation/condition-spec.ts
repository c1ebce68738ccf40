import type { FreshnessState } from "../freshness/freshness-spec.ts";

/** Format of {@link AutomationSpec}; a reader refuses what it does not know. */
export const AUTOMATION_VERSION = 1;

/** A condition as a snapshot holds it. */
export interface AutomationSpec {
  readonly version: typeof AUTOMATION_VERSION;
  readonly condition: ConditionSpec;
}

/** A condition as data: plain JSON, so that the daemon evaluates it without a project's code. */
export type ConditionSpec = ConditionKind & {
  /** How explanations call this part, and how `replace`, `without` and people name it. */
  readonly label?: string;
};

/** What a condition asks, by kind. */
export type ConditionKind = StatusSpec | EventSpec | OperatorSpec | DependencySpec;

/** What is so at the instant of the evaluation. */
export type StatusSpec =
  | { readonly kind: "missing" }
  | { readonly kind: "in-progress" }
  | { readonly kind: "execution-failed" }
  | { readonly kind: "stale" }
  /** Of one check by its name; without a name: every check passed, or any check failed. */
  | { readonly kind: "check-passed"; readonly check?: string }
  | { readonly kind: "check-failed"; readonly check?: string }
  | { readonly kind: "blocking-checks-failed" }
  | { readonly kind: "freshness"; readonly states: readonly FreshnessState[] }
  /** `lookbackMs`: windows that ended up to so long before the end of the latest one, too. */
  | { readonly kind: "in-latest-time-window"; readonly lookbackMs?: number }
  | { readonly kind: "will-be-requested" };

/** What has happened since the evaluation before. */
export type EventSpec =
  /**
   * `outsideOwnRuns`: updates by runs that also make what the condition is about do not count. `anyObservation`: an external
   * asset counts as updated when somebody has looked, whatever was seen.
   */
  | { readonly kind: "newly-updated"; readonly outsideOwnRuns?: true; readonly anyObservation?: true }
  | { readonly kind: "data-version-changed"; readonly outsideOwnRuns?: true }
  | { readonly kind: "newly-requested" }
  /** Requested, or updated from what there was when the step began, or evaluated for the first time. */
  | { readonly kind: "newly-handled" }
  | { readonly kind: "code-version-changed" }
  | { readonly kind: "cron-tick-passed"; readonly cron: string; readonly timeZone: string }
  | { readonly kind: "initial-evaluation" };

/** Conditions put together. */
export type OperatorSpec =
  | { readonly kind: "and" | "or"; readonly of: readonly ConditionSpec[] }
  | { readonly kind: "not" | "newly-true"; readonly of: ConditionSpec }
  | { readonly kind: "since"; readonly trigger: ConditionSpec; readonly reset: ConditionSpec };

/** Conditions on other assets. */
export type DependencySpec =
  | AnyDepsSpec
  | AllDepsSpec
  | { readonly kind: "asset-matches"; readonly asset: string; readonly of: ConditionSpec }
  | { readonly kind: "any-downstream" };

/** Selections of the dependencies that are looked at. @default all of them */
interface ChosenDependencies {
  readonly allow?: string;
  readonly ignore?: string;
}

/** At least one of the partitions that are read, of any dependency. */
export interface AnyDepsSpec extends ChosenDependencies {
  readonly kind: "any-deps";
  readonly of: ConditionSpec;
  /** As many as the wait policy of a dependency lets be missing do not count. */
  readonly tolerant?: true;
}

/** At least one of the partitions that are read, or `every` one of them, of each dependency. */
export interface AllDepsSpec extends ChosenDependencies {
  readonly kind: "all-deps";
  readonly of: ConditionSpec;
  /** External assets that nobody observes are left out. */
  readonly observed?: true;
  readonly every?: true;
}

/** The conditions directly within a condition. */
export function partsOf(spec: ConditionSpec): readonly ConditionSpec[] {
  switch (spec.kind) {
    case "and":
    case "or":
      return spec.of;
    case "not":
    case "newly-true":
    case "any-deps":
    case "all-deps":
    case "asset-matches":
      return [spec.of];
    case "since":
      return [spec.trigger, spec.reset];
    default:
      return [];
  }
}

/** A condition and everything within it. */
export function* walkCondition(spec: ConditionSpec): Iterable<ConditionSpec> {
  yield spec;
  for (const part of partsOf(spec)) yield* walkCondition(part);
}
