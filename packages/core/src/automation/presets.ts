import type { AutomationCondition } from "./automation-condition.ts";
import {
  blockingChecksFailed,
  cronTickPassed,
  dataVersionChanged,
  freshnessIs,
  initialEvaluation,
  inLatestTimeWindow,
  inProgress,
  missing,
  newlyRequested,
  newlyUpdated,
  willBeRequested,
  type CronOptions,
} from "./operands.ts";
import { allDeps, anyDeps, not } from "./operators.ts";

/** Labels of the parts that hold an asset back while what it reads is not ready. */
type GateLabel = "upstream missing" | "upstream in progress" | "upstream check failed";

/** A dependency has a partition that is read, is not there, and is not about to be requested. */
export function anyDepsMissing(): AutomationCondition<never> {
  return anyDeps(missing().and(not(willBeRequested())), { tolerant: true });
}

/** A dependency has a partition that is read and that a run holds. */
export function anyDepsInProgress(): AutomationCondition<never> {
  return anyDeps(inProgress());
}

/**
 * The data of a dependency changed, other than by a run that makes this asset, too; or is about to be made again. Data
 * that was made again and is the same does not count.
 */
export function anyDepsUpdated(): AutomationCondition<never> {
  return anyDeps(dataVersionChanged({ outsideOwnRuns: true }).or(willBeRequested()));
}

/**
 * Of every dependency a partition that is read was updated since the last tick, or is about to be. External assets are
 * waited for until somebody has looked at them, whatever was seen; those that nobody observes are not waited for.
 */
export function allDepsUpdatedSinceCron(cron: string, options: CronOptions = {}): AutomationCondition<never> {
  const updated = newlyUpdated({ anyObservation: true }).since(cronTickPassed(cron, options));
  return allDeps(updated.or(willBeRequested()), { observed: true });
}

function upstreamReady(): AutomationCondition<GateLabel> {
  return not(anyDepsMissing().label("upstream missing")).and(
    not(anyDepsInProgress().label("upstream in progress")),
    not(anyDeps(blockingChecksFailed()).label("upstream check failed")),
  );
}

/**
 * Makes a partition as soon as something that it reads has other data, and when it newly exists: once for each time, and
 * only when all that it reads is there, at rest and has passed its blocking checks. By time: the latest window alone.
 *
 * Parts by label: `latest window`, `cause`, `newly missing`, `upstream updated`, `upstream missing`,
 * `upstream in progress`, `upstream check failed`, `in progress`.
 *
 * @example
 * automation: eager().replace("latest window", inLatestTimeWindow({ lookbackMs: 7 * 86_400_000 })).ignore("group:reference")
 */
export function eager(): AutomationCondition<
  "latest window" | "cause" | "newly missing" | "upstream updated" | "in progress" | GateLabel
> {
  const cause = missing().newlyTrue().label("newly missing").or(anyDepsUpdated().label("upstream updated"));
  return inLatestTimeWindow()
    .label("latest window")
    .and(cause.sinceLastHandled().label("cause"), upstreamReady(), not(inProgress().label("in progress")));
}

/**
 * Makes the latest window once for each tick of a cron expression, as soon as every dependency was updated after the
 * tick.
 *
 * Parts by label: `latest window`, `cron tick`, `upstream updated`, `upstream check failed`, `in progress`.
 *
 * @example
 * automation: onCron("0 6 * * *", { timeZone: "Europe/Berlin" })
 */
export function onCron(
  cron: string,
  options: CronOptions = {},
): AutomationCondition<"latest window" | "cron tick" | "upstream updated" | "upstream check failed" | "in progress"> {
  return inLatestTimeWindow()
    .label("latest window")
    .and(
      cronTickPassed(cron, options).sinceLastHandled().label("cron tick"),
      allDepsUpdatedSinceCron(cron, options).label("upstream updated"),
      not(anyDeps(blockingChecksFailed()).label("upstream check failed")),
      not(inProgress().label("in progress")),
    );
}

/**
 * Makes a partition once when it is newly missing (a new window, a new key, data that was removed), as soon as all that it
 * reads is there. What is missing when the condition is deployed is left to a backfill.
 *
 * Parts by label: `latest window`, `newly missing`, `upstream missing`, `upstream check failed`, `in progress`.
 */
export function onMissing(): AutomationCondition<
  "latest window" | "newly missing" | "upstream missing" | "upstream check failed" | "in progress"
> {
  return inLatestTimeWindow()
    .label("latest window")
    .and(
      missing().newlyTrue().sinceLastHandled().label("newly missing"),
      not(anyDepsMissing().label("upstream missing")),
      not(anyDeps(blockingChecksFailed()).label("upstream check failed")),
      not(inProgress().label("in progress")),
    );
}

/**
 * Makes the latest window again when the asset's freshness policy begins to warn, and once more when it fails: freshness
 * that heals itself. Needs `freshness` on the asset.
 *
 * Parts by label: `latest window`, `overdue`, `cause`, `upstream missing`, `upstream in progress`,
 * `upstream check failed`, `in progress`.
 */
export function onFreshness(): AutomationCondition<"latest window" | "overdue" | "cause" | "in progress" | GateLabel> {
  const cause = freshnessIs("warn").newlyTrue().or(freshnessIs("fail").newlyTrue(), initialEvaluation());
  return inLatestTimeWindow()
    .label("latest window")
    .and(
      freshnessIs("warn", "fail").label("overdue"),
      cause.since(newlyRequested().or(newlyUpdated())).label("cause"),
      upstreamReady(),
      not(inProgress().label("in progress")),
    );
}
