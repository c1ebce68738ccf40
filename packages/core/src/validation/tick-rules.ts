import type { Definitions } from "../definitions.ts";
import { isRecord, listOf } from "../definitions.ts";
import { isHeddleError } from "../errors.ts";
import { describeType, findJsonProblem } from "../json-value.ts";
import { formatNearest } from "../nearest.ts";
import type { WatchedEvents } from "../event-sensor.ts";
import { findLimitsProblem } from "../run/run-limits.ts";
import { isPriority, MAX_PRIORITY } from "../run/run-priority.ts";
import { runDefaults, type ChosenAssets, type RunDefaults } from "../run-request.ts";
import { isSchedule, type AnySchedule } from "../schedule.ts";
import { parseSelection } from "../selection/parse-selection.ts";
import { asksForStatus } from "../selection/selection.ts";
import { isSensor, type AnySensor } from "../sensor.ts";
import { clocksOf, findChosen } from "../snapshot-ticks.ts";
import { MAX_TAKEN_EVENTS } from "../tick/consume-events.ts";
import { nextScheduleTick } from "../tick/schedule-clock.ts";
import type { DefinitionRule, ProblemReport } from "./definition-problem.ts";
import { runChecksProblems, type Problem } from "./run-checks-rules.ts";

const NAME = /^[\p{L}\p{N}_][\p{L}\p{N}_-]{0,99}$/u;
/** Most cron expressions of one schedule. */
const MAX_CRONS = 50;
/** Most ticks that are made up for one by one. */
const MAX_CATCH_UP = 10_000;
/** A function of a tick holds a process while it runs. */
const MAX_TIMEOUT_MS = 3_600_000;
const MIN_INTERVAL_MS = 1_000;
const MAX_INTERVAL_MS = 30 * 24 * 3_600_000;

/** Every schedule and every sensor has a name of its own, ticks at some time, and asks for assets that there are. */
export const tickRule: DefinitionRule = (definitions, report) => {
  const declared = [...listOf(definitions.given.schedules), ...listOf(definitions.given.sensors)];
  const firsts = new Map<string, AnySchedule | AnySensor>();
  for (const one of declared) {
    if (!isSchedule(one) && !isSensor(one)) continue;
    reportDuplicate(firsts, one, report);
    const problems = isSchedule(one)
      ? scheduleProblems(one, definitions, report.now)
      : sensorProblems(one, definitions);
    for (const [problem, hint] of problems) {
      const place = report.place(one);
      report.add(isSchedule(one) ? "SCHEDULE_INVALID" : "SENSOR_INVALID", {
        message: `the ${one.kind} ${JSON.stringify(one.name)}${place === null ? "" : ` (${place})`} cannot be used: ${problem}`,
        hint,
        about: { source: one.source },
      });
    }
  }
};

/** Names that differ only in case, or in the Unicode form of a letter, would be taken for each other. */
function reportDuplicate(
  firsts: Map<string, AnySchedule | AnySensor>,
  one: AnySchedule | AnySensor,
  report: ProblemReport,
): void {
  const folded = String(one.name).normalize("NFC").toLowerCase();
  const first = firsts.get(folded);
  if (first === undefined) firsts.set(folded, one);
  if (first === undefined || first === one) return;
  const places = [first, one].map((each) => report.place(each) ?? "an unknown place");
  report.add("TICK_NAME_DUPLICATE", {
    message: `the ${first.kind} ${JSON.stringify(first.name)} (${places[0]}) and the ${one.kind} ${JSON.stringify(one.name)} (${places[1]}) have one name`,
    hint: "Give one of them another name.",
    about: { source: one.source },
  });
}

function scheduleProblems(declared: AnySchedule, definitions: Definitions, now: number): Problem[] {
  const { crons, catchUp, evaluate }: { readonly [K in keyof AnySchedule]: unknown } = declared;
  const problems = commonProblems(declared, definitions);
  if (evaluate !== null && typeof evaluate !== "function") {
    problems.push([`its evaluate is ${describeType(evaluate)}`, "Give a function, or leave it out."]);
  }
  if (evaluate === null && !saysWhat(declared.run)) problems.push(NOTHING_TO_DO);
  const most = isRecord(catchUp) ? catchUp["most"] : undefined;
  const kind = isRecord(catchUp) ? catchUp["kind"] : undefined;
  const isWhole = Number.isSafeInteger(most) && Number(most) >= 1 && Number(most) <= MAX_CATCH_UP;
  if (kind !== "latest" && kind !== "none" && !(kind === "all" && isWhole)) {
    const hint = `Write "latest", "none" or { all: n } with n from 1 to ${MAX_CATCH_UP}.`;
    problems.push([`its catchUp is ${JSON.stringify(kind === "all" ? { all: most } : kind)}`, hint]);
  }
  const isCrons = crons === null || (Array.isArray(crons) && crons.length > 0 && crons.length <= MAX_CRONS);
  if (!isCrons) {
    problems.push(["its cron is no list of expressions", `Give one expression, or 1 to ${MAX_CRONS} of them.`]);
    return problems;
  }
  return problems.length > 0 ? problems : clockProblems(declared, definitions, now);
}

const NOTHING_TO_DO: Problem = [
  "it says neither which assets to make, nor how to find out",
  "State selection, or evaluate.",
];

function saysWhat({ selection, runChecks }: RunDefaults): boolean {
  return selection !== undefined || (runChecks !== undefined && runChecks !== "all");
}

function clockProblems(declared: AnySchedule, definitions: Definitions, now: number): Problem[] {
  if (declared.crons === null && declared.timeZone !== null) {
    return [["it has a timeZone and no cron", "Leave timeZone out: the partitions have one. Or state cron."]];
  }
  const clocks = clocksOf(declared, definitions);
  const [clock] = clocks;
  if (clock === undefined) {
    return [["it has no cron, and no selected asset has partitions by time", 'State cron, such as cron: "0 2 * * *".']];
  }
  if (clocks.length > 1) {
    const shown = clocks.map(({ crons, timeZone }) => `${crons.join(", ")} (${timeZone})`).join(" and ");
    return [[`it has no cron, and its assets have windows that end at different times: ${shown}`, "State cron."]];
  }
  return clock.crons.flatMap((cron) => {
    try {
      nextScheduleTick({ crons: [cron], timeZone: clock.timeZone }, now);
      return [];
    } catch (error) {
      if (!isHeddleError(error)) throw error;
      return [[error.message, error.hint ?? "Correct it."] as const];
    }
  });
}

function sensorProblems(declared: AnySensor, definitions: Definitions): Problem[] {
  const { intervalMs, evaluate }: { readonly [K in keyof AnySensor]: unknown } = declared;
  const problems = commonProblems(declared, definitions);
  if (declared.events !== null) problems.push(...eventProblems(declared, declared.events, definitions));
  else if (typeof evaluate !== "function") {
    problems.push([`its evaluate is ${describeType(evaluate)}`, "Give a function."]);
  }
  if (typeof intervalMs !== "number" || !(intervalMs >= MIN_INTERVAL_MS && intervalMs <= MAX_INTERVAL_MS)) {
    const hint = `Use ${MIN_INTERVAL_MS} (a second) to ${MAX_INTERVAL_MS} (30 days).`;
    problems.push([`its intervalMs is ${String(intervalMs)}`, hint]);
  }
  return problems;
}

function eventProblems(
  { consume, evaluate, run }: AnySensor,
  events: WatchedEvents,
  definitions: Definitions,
): Problem[] {
  const problems: Problem[] = [];
  const isCount = (value: unknown, most: number): boolean =>
    Number.isSafeInteger(value) && Number(value) >= 1 && Number(value) <= most;
  const isUsable =
    consume.kind === "batch"
      ? isCount(consume.size, MAX_TAKEN_EVENTS) && isCount(consume.withinMs, MAX_INTERVAL_MS)
      : consume.kind === "debounce"
        ? isCount(consume.quietMs, MAX_INTERVAL_MS)
        : consume.kind === "each" || consume.kind === "latest";
  if (!isUsable) {
    const hint = `Use "each", "latest", { batch: 1 to ${MAX_TAKEN_EVENTS}, withinMs } or { debounceMs }, up to 30 days.`;
    problems.push(["its consume has a value that it cannot have", hint]);
  }
  if (evaluate === null && !saysWhat(run)) problems.push(NOTHING_TO_DO);
  if (events.kind === "run-ended") {
    const known: unknown[] = ["success", "failed", "canceled"];
    const fits = events.statuses.length > 0 && events.statuses.every((status) => known.includes(status));
    if (!fits) problems.push(["its statuses are no ends of a run", 'Give some of "success", "failed" and "canceled".']);
    return problems;
  }
  if (events.kind === "checked") {
    const known: unknown[] = ["passed", "warned", "failed"];
    const fits = events.outcomes.length > 0 && events.outcomes.every((outcome) => known.includes(outcome));
    if (!fits) problems.push(["its outcomes are none of a check", 'Give some of "passed", "warned" and "failed".']);
    if (events.checks?.length === 0) problems.push(["it waits for no check", "Leave checks out for all of them."]);
  }
  if (events.kind === "webhook") return [...problems, ...webhookProblems(events)];
  return [...problems, ...watchedProblems(events.assets, definitions)];
}

function webhookProblems({
  secretEnv,
  signature,
  toleranceMs,
}: Extract<WatchedEvents, { kind: "webhook" }>): Problem[] {
  const problems: Problem[] = [];
  if (typeof secretEnv !== "string" || !/^[A-Za-z_][A-Za-z0-9_]{0,199}$/u.test(secretEnv)) {
    const hint =
      'Name the variable that holds the secret, such as "GITHUB_WEBHOOK_SECRET"; never write the secret here.';
    problems.push(["its secretEnv is no name of an environment variable", hint]);
  }
  if (!["standard", "github", "stripe"].includes(signature)) {
    problems.push(["its signature is none that there is", 'Use "standard", "github" or "stripe".']);
  }
  if (typeof toleranceMs !== "number" || !(toleranceMs >= 1_000 && toleranceMs <= 24 * 3_600_000)) {
    problems.push([`its toleranceMs is ${String(toleranceMs)}`, "Use 1000 (a second) to 86400000 (a day)."]);
  }
  return problems;
}

function watchedProblems(assets: ChosenAssets, definitions: Definitions): Problem[] {
  if ("keys" in assets) {
    return assets.keys
      .filter((key) => !definitions.assets.has(key))
      .map((key) => [
        `it waits for the asset ${JSON.stringify(key)}, which is not part of the definitions`,
        formatNearest(key, definitions.assets.keys()) ?? "Add the asset to definitions({ assets: […] }).",
      ]);
  }
  try {
    if (asksForStatus(parseSelection(assets.selection))) {
      return [["it waits for assets by their status", "Name assets by what does not change: key, group, tag."]];
    }
    if (findChosen(assets, definitions).length > 0) return [];
    return [
      [`it waits for ${JSON.stringify(assets.selection)}, which names no asset that is made`, "Correct the selection."],
    ];
  } catch (error) {
    if (!isHeddleError(error)) throw error;
    return [[error.message, error.hint ?? "Correct the selection."]];
  }
}

function commonProblems({ name, timeoutMs, run }: AnySchedule | AnySensor, definitions: Definitions): Problem[] {
  const problems: Problem[] = [];
  if (typeof name !== "string" || !NAME.test(name)) {
    const hint = "Use 1 to 100 letters, digits, _ and -, and do not begin with -.";
    problems.push(["its name cannot be stored or typed", hint]);
  }
  if (typeof timeoutMs !== "number" || !(timeoutMs > 0 && timeoutMs <= MAX_TIMEOUT_MS)) {
    problems.push([
      `its timeoutMs is ${String(timeoutMs)}`,
      `Use more than 0 and at most ${MAX_TIMEOUT_MS} (an hour).`,
    ]);
  }
  const checks = runChecksProblems(run, definitions);
  return [...problems, ...runProblems(run), ...(checks.length > 0 ? checks : selectionProblems(run, definitions))];
}

function runProblems({
  priority,
  tags,
  config,
  only,
  overlap,
  partitions,
  limits,
  reuse,
}: { readonly [K in keyof RunDefaults]: unknown }): Problem[] {
  const problems: Problem[] = [];
  const check = (name: string, fits: boolean, hint: string): void => {
    if (!fits) problems.push([`its ${name} has a value that it cannot have`, hint]);
  };
  check(
    "priority",
    priority === undefined || isPriority(priority),
    `Use a whole number from -${MAX_PRIORITY} to ${MAX_PRIORITY}.`,
  );
  const late = limits === undefined ? null : findLimitsProblem(limits);
  if (late !== null)
    problems.push([`its limits ${late}`, 'Write limits: { startWithinMs: 600_000, onDeadline: "cancel" }.']);
  const isTags = isRecord(tags) && Object.values(tags).every((value) => typeof value === "string");
  check("tags", tags === undefined || isTags, "Give an object of texts.");
  const isConfig = isRecord(config) && findJsonProblem(config) === null;
  check("config", config === undefined || isConfig, "Give an object of JSON by asset key.");
  const states: unknown[] = ["missing", "failed", "stale"];
  const isOnly = Array.isArray(only) && only.length > 0 && only.every((state) => states.includes(state));
  check("only", only === undefined || isOnly, 'Give a list of "missing", "failed" and "stale".');
  const rules: unknown[] = [undefined, "leave_out", "wait", "refuse"];
  check("overlap", rules.includes(overlap), 'Use "leave_out", "wait" or "refuse".');
  const reuses: unknown[] = [undefined, "declared", "fresh", "never"];
  check("reuse", reuses.includes(reuse), 'Use "declared", "fresh" or "never".');
  const isKeys = Array.isArray(partitions) && partitions.every((key) => typeof key === "string");
  const isText = typeof partitions === "string" && partitions.trim() !== "";
  check(
    "partitions",
    partitions === undefined || isKeys || isText,
    'Use "latest", "ended", a text such as "last 7", or keys.',
  );
  return problems;
}

function selectionProblems(run: RunDefaults, definitions: Definitions): Problem[] {
  const { selection }: { readonly selection?: unknown } = run;
  if (selection === undefined) return [];
  const isAssets =
    Array.isArray(selection) && selection.every((one: unknown) => isRecord(one) && typeof one["key"] === "string");
  if (typeof selection !== "string" && !isAssets) {
    return [["its selection is neither a text nor a list of assets", 'Write selection: "group:finance" or [asset].']];
  }
  const { assets } = runDefaults(run);
  if (assets === null) return [];
  if ("keys" in assets) {
    return assets.keys
      .filter((key) => definitions.assets.get(key)?.kind !== "asset")
      .map((key) => [
        `it selects the asset ${JSON.stringify(key)}, which is not made by these definitions`,
        formatNearest(key, definitions.assets.keys()) ?? "Add the asset to definitions({ assets: […] }).",
      ]);
  }
  try {
    const parsed = parseSelection(assets.selection);
    // Which assets have a status is known when it ticks.
    if (asksForStatus(parsed) || findChosen(assets, definitions).length > 0) return [];
    const hint = "Look at the names in it: `heddle assets list '<selection>'` shows what a selection names.";
    return [[`its selection ${JSON.stringify(assets.selection)} names no asset that is made`, hint]];
  } catch (error) {
    if (!isHeddleError(error)) throw error;
    return [[error.message, error.hint ?? "Correct the selection."]];
  }
}
