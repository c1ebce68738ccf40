import type { PlanPreview } from "@heddle/api";
import { HeddleError } from "@heddle/core";
import { randomUUID } from "node:crypto";
import { openApi } from "../api-client.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { followRun } from "../follow-run.ts";
import { requireKnownAssets } from "../known-assets.ts";
import { withEngine } from "../one-shot-engine.ts";
import { readPlanHash, SHORT_HASH } from "../plan-files.ts";
import { launchShown, type Changed } from "../launch-shown.ts";
import { readPartitions, readPlanRequest, type PlanOptions, type PlanRequest } from "../plan-request.ts";
import { printChanges, printPlan } from "../print-plan.ts";
import type { CommonOptions } from "../program/command-types.ts";
import { readNumber } from "../read-number.ts";
import { readRunLimits } from "../run-limits.ts";
import { print, printJson } from "../terminal.ts";
import { showPlan } from "./plan.ts";

/** Options of `heddle materialize` and `heddle backfill`. */
export interface LaunchOptions extends CommonOptions, PlanOptions {
  readonly concurrency?: string;
  readonly priority?: string;
  readonly tag?: readonly string[];
  readonly startWithin?: string;
  readonly timeout?: string;
  readonly deadline?: string;
  readonly onDeadline?: string;
  readonly plan?: string;
  readonly dryRun?: boolean;
  readonly detach?: boolean;
}

/** The API's limits. */
const MAX_PRIORITY = 1_000;
const MAX_CONCURRENCY = 10_000;

/** `heddle materialize` and `heddle backfill`: plan, show it, launch, follow. */
export async function launch(command: string, selection: string, options: LaunchOptions): Promise<ExitCode> {
  const stated = readPlanRequest(selection, options);
  const settings = readSettings(options);
  const confirmed = options.plan === undefined ? undefined : readPlanHash(options.plan);
  await using project = await openApi(options.project);
  return await withEngine(project, { needsWorker: !options.dryRun && !options.detach }, async (engine) => {
    const names = await requireKnownAssets(project.api, selection);
    const planned: PlanRequest = {
      ...stated,
      partitions: readPartitions(options.partitions, names),
      maxConcurrency: settings.maxConcurrency,
    };
    const { hash, ...preview } = await project.api.plan.preview(planned);
    const planHash = confirmed === undefined || hash.startsWith(confirmed) ? hash : project.plans.complete(confirmed);
    if (options.dryRun) {
      const shown = showPlan({ ...preview, hash }, { json: options.json === true });
      if (planHash !== hash) throw planChanged(options, hash, "Look at it.");
      return shown;
    }
    if (planHash === hash) {
      if (options.json) printJson({ plan: { ...preview, hash } });
      else printPlan({ ...preview, hash });
      if (preview.total === 0) return EXIT.ok;
    }
    const request = { ...planned, at: preview.at, idempotencyKey: `${command}-${randomUUID()}`, ...settings };
    const { launch: send } = project.api.plan;
    const result = await launchShown(send, request, {
      planHash,
      isConfirmed: confirmed !== undefined,
      show: (changed) => showChanged(changed, options),
    });
    if (result === null) return EXIT.ok;
    if (result.kind === "changed") throw refuseChanged(result, options);
    if (options.detach) {
      if (options.json) printJson({ run: result.runId });
      else print(`launched run ${result.runId}; follow it with: heddle runs show ${result.runId}`);
      return EXIT.ok;
    }
    return await followRun(project, result.runId, { json: options.json === true, engine });
  });
}

function showChanged({ preview, changes }: Changed, { json }: CommonOptions): void {
  if (json) printJson({ changes, plan: preview satisfies PlanPreview });
  else {
    printChanges(changes);
    printPlan(preview);
  }
}

/** Shows what changed, and gives the error that says so. */
function refuseChanged(changed: Changed, options: LaunchOptions): HeddleError {
  showChanged(changed, options);
  return planChanged(options, changed.preview.hash, "Look at what is different.");
}

function planChanged({ plan = "it" }: LaunchOptions, hash: string, remedy: string): HeddleError {
  return new HeddleError("PLAN_CHANGED", `the plan changed since ${plan} was shown; nothing was launched`, {
    hint: `${remedy} The plan as it is now is ${hash.slice(0, SHORT_HASH)}: launch it with --plan.`,
    details: { plan: hash },
  });
}

function readSettings(options: LaunchOptions) {
  const { priority = "0", concurrency, tag = [] } = options;
  return {
    priority: readNumber(priority, { name: "--priority", min: -MAX_PRIORITY, max: MAX_PRIORITY }),
    maxConcurrency:
      concurrency === undefined
        ? null
        : readNumber(concurrency, { name: "--concurrency", min: 1, max: MAX_CONCURRENCY }),
    tags: Object.fromEntries(tag.map(readTag)),
    ...readRunLimits(options),
  };
}

function readTag(text: string): [name: string, value: string] {
  const at = text.indexOf("=");
  if (at > 0) return [text.slice(0, at), text.slice(at + 1)];
  throw new HeddleError("CONFIG_INVALID", `--tag ${JSON.stringify(text)} has no name and value`, {
    hint: "Write it as name=value.",
  });
}
