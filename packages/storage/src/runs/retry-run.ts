import { HeddleError, type JsonValue, type RunStatus } from "@heddle/core";
import {
  createRunGraph,
  isOpenRun,
  limitsOfRetry,
  narrowPlan,
  type RunLimits,
  type RunPlan,
  type RunPlanAsset,
} from "@heddle/core/internal";
import type { Database, Transaction, TransactionSql } from "../database.ts";
import { runUnknown } from "./control-run.ts";
import { insertRun, type CreatedRun } from "./create-run.ts";
import { lockLaunches } from "./launch-lock.ts";
import { findRetriedSteps, type RetryScope } from "./retried-steps.ts";

/** What of a run is done again. */
export interface RetryRunOptions {
  readonly runId: number;
  /**
   * - `failed`: steps that failed, and nothing else;
   * - `from_failure`: these, and what was skipped because of them;
   * - `unfinished`: these, and what was canceled: so a canceled run goes on;
   * - `all`: every step of the run once more.
   */
  readonly only: RetryScope;
  /**
   * Only these partitions of what belongs to the scope: flat half-open ranges by asset key. Assets that are not named are
   * left out. @default everything that belongs to it
   */
  readonly partitions?: Readonly<Record<string, readonly number[]>>;
  /** Config by asset key, instead of what the run had. Assets that are not named keep theirs. */
  readonly config?: Readonly<Record<string, JsonValue>>;
  /**
   * Brings what is done again to the definitions that are in force, whose code then executes it. Called within the
   * transaction, and not when that is the code of the run. @default the plan and the code of the run that is retried
   */
  readonly renew?: (tx: Transaction, plan: RunPlan) => Promise<RunPlan>;
  /** The same key never makes a second run. @default none; but while a retry of the run is not over, it is the answer */
  readonly originKey?: string;
}

/** A run of a million partitions of many assets takes its time to write. */
const DEADLINE_MS = 60_000;

/**
 * Does steps of a run again, as a run of its own: what is final stays final, and the history shows both.
 *
 * Unless all of it is done again, partitions that later runs have made are left out, and so are those that other open
 * runs hold: these runs make them. The new run begins when the runs that hold any of its partitions are over.
 *
 * @throws RUN_UNKNOWN, RUN_OPEN, RUN_NOTHING_TO_RETRY, PLAN_CONFIG_INVALID
 */
export async function retryRun(db: Database, options: RetryRunOptions): Promise<CreatedRun> {
  return db.transaction("retryRun", (tx) => retry(tx, options), { isIdempotent: true, deadlineMs: DEADLINE_MS });
}

async function retry(tx: Transaction, options: RetryRunOptions): Promise<CreatedRun> {
  const { sql } = tx;
  const { runId, only, partitions, config, originKey = null } = options;
  // Two people who retry at once get the same run.
  await lockLaunches(sql);
  const [run] = await sql<RetriedRun[]>`
    select r.status, r.plan, r.priority, r.tags, r.max_concurrency as "maxConcurrency", r.limits,
      r.code_version_id as "codeVersionId", r.environment_id as "environmentId", e.name as environment,
      l.current_code_version_id as "currentCodeVersionId"
    from run r join environment e on e.id = r.environment_id
    join code_version v on v.id = r.code_version_id join code_location l on l.id = v.code_location_id
    where r.id = ${runId}`;
  if (run === undefined) throw runUnknown(runId);
  if ((only === "all" || only === "unfinished") && isOpenRun(run.status)) throw runOpen(runId, run.status);
  const origin: { kind: string } & Record<string, JsonValue> = {
    kind: "retry",
    runId,
    only,
    ...(partitions !== undefined && { partitions }),
    ...(config !== undefined && { config }),
  };
  const open = await findOpenRetry(sql, origin);
  if (open !== undefined) return { runId: open, created: false };
  const steps = await findRetriedSteps(sql, {
    runId,
    only,
    partitions,
    environmentId: run.environmentId,
  });
  // Before anything is said of its config: nothing of it is done again.
  const isNothing = [...steps.assets.values()].every(({ partitions: wanted }) => wanted.isEmpty);
  if (isNothing) throw nothingToRetry({ runId, only, status: run.status }, steps.heldBy);
  const narrowed = narrowPlan(run.plan, steps.assets, config === undefined ? {} : { config });
  // Everything once more means that.
  const asBefore = only === "all" ? makeAgain(narrowed) : narrowed;
  const isRenewed = options.renew !== undefined && run.codeVersionId !== run.currentCodeVersionId;
  const plan = isRenewed ? await options.renew(tx, asBefore) : asBefore;
  const { priority, tags, maxConcurrency, environment } = run;
  const codeVersionId = isRenewed ? undefined : run.codeVersionId;
  const limits = run.limits === null ? null : limitsOfRetry(run.limits);
  const launch = { plan, origin, originKey, priority, tags, maxConcurrency, environment, limits };
  const made = await insertRun(sql, createRunGraph(plan), {
    ...launch,
    ...(codeVersionId !== undefined && { codeVersionId }),
    after: steps.heldBy,
  });
  return { runId: made.runId, created: made.created };
}

/** The same plan, in which nothing is skipped because it is up to date. */
function makeAgain(plan: RunPlan): RunPlan {
  const again = (asset: RunPlanAsset): RunPlanAsset => {
    const { reuse, ...rest } = asset;
    return reuse === undefined ? asset : rest;
  };
  return { ...plan, assets: plan.assets.map(again) };
}

interface RetriedRun {
  readonly status: RunStatus;
  readonly plan: RunPlan;
  readonly priority: number;
  readonly tags: Record<string, string>;
  readonly maxConcurrency: number | null;
  readonly limits: RunLimits | null;
  readonly codeVersionId: number;
  /** Of its code location. */
  readonly currentCodeVersionId: number | null;
  readonly environmentId: number;
  readonly environment: string;
}

/** A run that is not over and was launched for the very same. */
async function findOpenRetry(sql: TransactionSql, origin: JsonValue): Promise<number | undefined> {
  const [row] = await sql<{ id: number }[]>`
    select id from run
    where status in ('queued', 'running', 'paused') and origin = ${JSON.stringify(origin)}::text::jsonb
    order by id desc limit 1`;
  return row?.id;
}

function runOpen(runId: number, status: RunStatus): HeddleError {
  return new HeddleError("RUN_OPEN", `run ${runId} is ${status}, so its steps cannot be done again yet`, {
    hint: "Wait until it is over, or cancel it; what failed in it can be retried meanwhile.",
    details: { runId, status },
  });
}

function nothingToRetry(
  { runId, only, status }: Pick<RetryRunOptions, "runId" | "only"> & { readonly status: RunStatus },
  heldBy: readonly number[],
): HeddleError {
  const [holder] = heldBy;
  const isCanceled = status === "canceled" && (only === "failed" || only === "from_failure");
  const none = isCanceled
    ? "It was canceled: what it has not made for that reason is retried as unfinished (`--only unfinished`)."
    : "It has none, or later runs have made what is missing.";
  return new HeddleError("RUN_NOTHING_TO_RETRY", `run ${runId} has no such step that still needs to be done again`, {
    hint: holder === undefined ? none : `What is missing is made by run ${holder}, which is not over.`,
    details: { runId, heldBy: heldBy.slice(0, 100) },
  });
}
