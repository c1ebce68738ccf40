import {
  allDeps,
  allDepsUpdatedSinceCron,
  anyDeps,
  anyDepsInProgress,
  anyDepsUpdated,
  anyDownstream,
  assetMatches,
  checkFailed,
  checkPassed,
  codeVersionChanged,
  cronTickPassed,
  dataVersionChanged,
  eager,
  executionFailed,
  freshnessIs,
  initialEvaluation,
  inLatestTimeWindow,
  inProgress,
  missing,
  newlyRequested,
  newlyUpdated,
  not,
  onCron,
  onMissing,
  stale,
  willBeRequested,
  type AutomationCondition,
} from "../src/index.ts";
import { type MappingSpec, type PartitionsSpec } from "../src/internal.ts";

/** Anything of the collected facts. */
export type Facts = Readonly<Record<string, unknown>>;
/** An asset as the facts give it. */
export interface AssetFactsOf {
  readonly key: string;
  readonly deps?: readonly (string | { readonly key: string; readonly mapping: Facts })[];
  readonly partitions?: PartitionFacts | null;
  readonly condition?: Facts;
  readonly code_version?: string;
  readonly group?: string;
  readonly observable?: boolean;
  readonly freshness?: Facts;
}
/** A definition as the facts give it. */
export interface PartitionFacts {
  readonly type: string;
  readonly start?: string;
  readonly keys?: readonly string[];
  readonly dims?: Readonly<Record<string, PartitionFacts>>;
}

export function specOf(facts: PartitionFacts | null | undefined): PartitionsSpec | null {
  if (facts === null || facts === undefined) return null;
  if (facts.type === "static") return { kind: "static", keys: facts.keys ?? [] };
  if (facts.type === "multi") {
    const dimensions = Object.entries(facts.dims ?? {});
    return { kind: "multi", dimensions: dimensions.map(([name, each]) => ({ name, partitions: innerSpec(each) })) };
  }
  const isHourly = facts.type === "hourly";
  return {
    kind: "time-window",
    cadence: isHourly ? "hourly" : "daily",
    cron: isHourly ? "0 * * * *" : "0 0 * * *",
    timeZone: "UTC",
    start: (facts.start ?? "").replace(/^(\d{4}-\d\d-\d\d)-(\d\d:\d\d)$/u, "$1T$2"),
    end: null,
    endOffset: 0,
    format: isHourly ? "%Y-%m-%d-%H:%M" : "%Y-%m-%d",
  };
}

function innerSpec(facts: PartitionFacts): PartitionsSpec {
  const spec = specOf(facts);
  if (spec === null) throw new Error("a dimension without partitions");
  return spec;
}

export function mappingSpec(facts: Facts): MappingSpec {
  const dimensions = Object.entries(facts["multi"] as Readonly<Record<string, { time_window: Facts }>>);
  const stated = dimensions.map(([name, { time_window: offsets }]) => ({
    upstream: name,
    downstream: name,
    mapping: {
      kind: "time-window" as const,
      startOffset: Number(offsets["start_offset"]),
      endOffset: Number(offsets["end_offset"]),
    },
  }));
  const others = ["static"].map((name) => ({
    upstream: name,
    downstream: name,
    mapping: { kind: "identity" as const },
  }));
  return { kind: "multi", dimensions: [...stated, ...others] };
}

const selection = (facts: unknown): string => {
  const { keys, group, or } = facts as { keys?: string[]; group?: string; or?: unknown[] };
  if (or !== undefined) return or.map(selection).join(" or ");
  return group !== undefined ? `group:${group}` : `key:${(keys ?? []).join(",")}`;
};

/** Flags are truths that tests set: they stand for statuses that nothing else in their scenario asks for. */
export function conditionOf(facts: Facts): AutomationCondition {
  const made = operationOf(facts);
  const allowed = facts["allow"] === undefined ? made : made.allow(selection(facts["allow"]));
  const chosen = facts["ignore"] === undefined ? allowed : allowed.ignore(selection(facts["ignore"]));
  return facts["label"] === undefined ? chosen : chosen.label(textOf(facts["label"]));
}

function operationOf(facts: Facts): AutomationCondition {
  const inner = (name = "of") => conditionOf(facts[name] as Facts);
  const cron = textOf(facts["cron"]);
  const options = { timeZone: textOf(facts["tz"], "UTC") };
  switch (facts["op"]) {
    case "eager":
      return eager();
    case "on_cron":
      return onCron(cron, options);
    case "on_missing":
      return onMissing();
    case "on_cron_deps_fresh":
      return inLatestTimeWindow().and(
        cronTickPassed(cron, options).sinceLastHandled(),
        allDeps(freshnessIs("pass", "warn").or(willBeRequested())),
      );
    case "all_deps_updated_since_cron":
      return allDepsUpdatedSinceCron(cron, options);
    case "any_deps_updated":
      return anyDepsUpdated();
    case "any_deps_in_progress":
      return anyDepsInProgress();
    case "any_downstream_conditions":
      return anyDownstream();
    case "flag":
      return facts["name"] === "r" ? executionFailed() : stale();
    case "missing":
      return missing();
    case "newly_updated":
      return newlyUpdated();
    case "newly_requested":
      return newlyRequested();
    case "newly_true":
      return inner().newlyTrue();
    case "initial_evaluation":
      return initialEvaluation();
    case "in_progress":
      return inProgress();
    case "execution_failed":
      return executionFailed();
    case "in_latest_time_window":
      return inLatestTimeWindow();
    case "will_be_requested":
      return willBeRequested();
    case "cron_tick_passed":
      return cronTickPassed(cron, options);
    case "code_version_changed":
      return codeVersionChanged();
    case "data_version_changed":
      return dataVersionChanged();
    case "any_deps_match":
      return anyDeps(inner());
    case "all_deps_match":
      return allDeps(inner());
    case "asset_matches":
      return assetMatches(textOf(facts["asset"]), inner());
    case "since":
      return inner("trigger").since(inner("reset"));
    case "not":
      return not(inner());
    case "without":
      return inner().without(inner("remove"));
    case "check_passed":
      return checkPassed();
    case "check_failed":
      return checkFailed();
    case "and":
    case "or": {
      const [first, ...rest] = (facts["of"] as Facts[]).map(conditionOf);
      if (first === undefined) throw new Error("joins nothing");
      return facts["op"] === "and" ? first.and(...rest) : first.or(...rest);
    }
    default:
      throw new Error(`no condition for ${textOf(facts["op"])}`);
  }
}

/** A text of the facts, which is one wherever it is asked for. */
export function textOf(value: unknown, absent = ""): string {
  return typeof value === "string" ? value : absent;
}
