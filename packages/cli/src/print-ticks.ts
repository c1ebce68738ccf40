import type { Schedule, Sensor, Tick, TickEvaluation, TickLogLine } from "@heddle/api";
import { formatDuration, paint, print, visible } from "./terminal.ts";

/** What one schedule is, as rows of a table. */
export function describeSchedule({ crons, timeZone, catchUp, next, retry }: Schedule): string[][] {
  return [
    ["cron", `${crons.join(" ; ")} (${timeZone})`],
    ["catch-up", catchUp.kind === "all" ? `all up to ${catchUp.most}` : catchUp.kind],
    ...next.map((at, index) => [index === 0 ? "next" : "", formatInstant(at)]),
    ...(retry === null ? [] : [["tried again", `${formatInstant(retry.at)}: ${retry.error?.message ?? "it failed"}`]]),
  ];
}

/** What one sensor is, as rows of a table. */
export function describeSensor(sensor: Sensor): string[][] {
  const { watches, cursor, failures, nextAt } = sensor;
  return [
    [watches === null ? "interval" : "reacts to", describePace(sensor)],
    ...(watches === null ? [["cursor", cursor ?? paint.dim("none")]] : []),
    ...(failures === 0 ? [] : [["failures", `${failures}, one after the other`]]),
    ...(watches !== null && failures === 0 && nextAt !== null
      ? []
      : [["next", nextAt === null ? paint.dim("paused") : formatInstant(nextAt)]]),
  ];
}

/** How often a sensor is evaluated, or what it reacts to. */
export function describePace({ intervalMs, watches }: Pick<Sensor, "intervalMs" | "watches">): string {
  if (watches === null) return `every ${formatDuration(intervalMs)}`;
  const { events, consume } = watches;
  const what = describeWatched(events);
  if (consume.kind === "batch") return `${what}; up to ${consume.size} within ${formatDuration(consume.withinMs)}`;
  return consume.kind === "debounce"
    ? `${what}; after ${formatDuration(consume.quietMs)} of quiet`
    : `${what}; ${consume.kind}`;
}

function describeWatched(events: NonNullable<Sensor["watches"]>["events"]): string {
  if (events.kind === "run-ended") return `runs that end: ${events.statuses.join(", ")}`;
  if (events.kind === "webhook") return `requests signed as ${events.signature}`;
  const assets = "keys" in events.assets ? events.assets.keys.join(", ") : events.assets.selection;
  if (events.kind === "materialized") return `materializations of ${assets}`;
  return `checks of ${assets}: ${events.outcomes.join(", ")}`;
}

/** What schedules and sensors have in common, as rows of a table. */
export function describeCommon({ runs, last, source, codeLocation }: Schedule | Sensor): string[][] {
  return [
    [runs.checks === null ? "assets" : "checks", describeWork(runs)],
    ["last", last === null ? paint.dim("never") : describeTick(last).join("  ")],
    ["declared", `${codeLocation}${source === null ? "" : ` ${source.file}:${source.line}`}`],
  ];
}

/** What its runs make, or check. */
function describeWork({ assets, checks }: Schedule["runs"]): string {
  if (checks !== null && checks !== "all") {
    return Object.entries(checks)
      .map(([key, names]) => `${names.join(", ")} of ${key}`)
      .join("; ");
  }
  if (assets === null) return paint.dim("what each tick says");
  const chosen = "keys" in assets ? assets.keys.join(", ") : assets.selection;
  return checks === null ? chosen : `all of ${chosen}`;
}

/** A tick as a row of a table. */
export function describeTick(tick: Tick): string[] {
  const { at, until, count, outcome, reason, error, runIds, isManual } = tick;
  const when = until === null ? formatInstant(at) : `${formatInstant(at)} – ${formatInstant(until)}`;
  const what = runIds.length > 0 ? describeRunIds(runIds) : (error?.message ?? reason ?? "");
  return [
    when,
    paintOutcome(outcome),
    count === 1 ? "" : `${count} times`,
    what,
    isManual ? paint.dim("asked for") : "",
  ];
}

const SHOWN_RUNS = 10;

function describeRunIds(runIds: readonly number[]): string {
  const more = runIds.length > SHOWN_RUNS ? ` and ${runIds.length - SHOWN_RUNS} more` : "";
  return `run${runIds.length === 1 ? "" : "s"} ${runIds.slice(0, SHOWN_RUNS).join(", ")}${more}`;
}

/** Prints what an evaluation came to. */
export function printEvaluation(evaluation: TickEvaluation, isDryRun: boolean): void {
  const { outcome, reason, error, requests, requestCount, runIds, cursor } = evaluation;
  for (const line of evaluation.log) printLine(line);
  if (error !== null)
    print(`${paint.red("failed")} ${visible(error.message)}${error.hint === null ? "" : ` (${visible(error.hint)})`}`);
  else if (outcome === "skipped") print(`${paint.yellow("skipped")} ${visible(reason ?? "")}`);
  else if (isDryRun) print(`would request ${counted(requestCount, "run")}:`);
  else print(`launched ${describeRunIds(runIds)}`);
  for (const { runKey, assets, assetCount, total, reason: why, warnings } of requests) {
    const more = assetCount > assets.length ? ` and ${assetCount - assets.length} more assets` : "";
    const made = assets.map(describeRequested).join(", ");
    print(visible(`  ${runKey === null ? "" : `${runKey}: `}${why ?? `${counted(total, "step")}: ${made}${more}`}`));
    for (const warning of warnings) print(paint.dim(visible(`    ${warning}`)));
  }
  for (const [verb, changes] of [
    ["adds", evaluation.addPartitions],
    ["removes", evaluation.removePartitions],
  ] as const) {
    for (const { definition, keys } of changes)
      print(visible(`  ${verb} ${counted(keys.length, "key")} of ${definition}`));
  }
  if (cursor !== null) print(visible(`  cursor: ${cursor}`));
}

function describeRequested({ key, partitions, checks }: TickEvaluation["requests"][number]["assets"][number]): string {
  const what = partitions === "" ? key : `${key} [${partitions}]`;
  return checks === undefined ? what : `${checks.join(", ")} of ${what}`;
}

function printLine({ level, message, fields }: TickLogLine): void {
  const text = visible(`${message}${fields === null ? "" : ` ${JSON.stringify(fields)}`}`);
  print(paint.dim(`${level} ${text}`));
}

/** Whether it ticks, and whether it fails. */
export function paintState(isPaused: boolean, isFailing: boolean): string {
  if (isPaused) return paint.yellow("paused");
  return isFailing ? paint.red("failing") : paint.green("on");
}

function paintOutcome(outcome: Tick["outcome"]): string {
  if (outcome === "requested") return paint.green(outcome);
  if (outcome === "failed") return paint.red(outcome);
  return outcome === "missed" ? paint.yellow(outcome) : paint.dim(outcome);
}

/** When it is next. */
export function describeNext(at: number | null, now: number): string {
  if (at === null) return paint.dim("–");
  return at <= now ? "now" : `in ${formatDuration(at - now)}`;
}

/** When a sensor is next: one that waits for events is when there are some, unless it has failed and waits. */
export function describeNextLook({ watches, nextAt }: Sensor, now: number): string {
  return watches !== null && nextAt !== null && nextAt <= now ? paint.dim("any time") : describeNext(nextAt, now);
}

/** What came of its last tick. */
export function describeLast(last: Tick | null, now: number): string {
  if (last === null) return paint.dim("never");
  const ago = formatDuration(Math.max(0, now - (last.until ?? last.at)));
  return `${paintOutcome(last.outcome)} ${ago} ago${last.runIds.length > 0 ? `: ${describeRunIds(last.runIds)}` : ""}`;
}

function formatInstant(at: number): string {
  return new Date(at)
    .toISOString()
    .replace("T", " ")
    .replace(/\.\d+Z$/, "Z");
}

function counted(count: number, noun: string): string {
  return `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : "s"}`;
}
