import { HeddleError } from "@heddle/core";
import type { PlanPreview } from "@heddle/api";
import { randomUUID } from "node:crypto";
import { openApi, type ProjectApi } from "../api-client.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { followRun } from "../follow-run.ts";
import { requireKnownAssets } from "../known-assets.ts";
import { withEngine } from "../one-shot-engine.ts";
import type { CommonOptions } from "../program.ts";
import { readNumber } from "../read-number.ts";
import { paint, print, printJson, printTable } from "../terminal.ts";

/** Options of `heddle materialize` and `heddle backfill`. */
export interface LaunchOptions extends CommonOptions {
  readonly partitions?: string;
  readonly only: string;
  readonly upstream?: boolean;
  readonly downstream?: boolean;
  readonly concurrency?: string;
  readonly priority?: string;
  readonly dryRun?: boolean;
  readonly detach?: boolean;
}

/** The API's limits. */
const MAX_PRIORITY = 1_000;
const MAX_CONCURRENCY = 10_000;

const PREDICATES = {
  all: undefined,
  missing: ["missing"],
  failed: ["failed"],
  "missing-or-failed": ["missing", "failed"],
} as const;

/** `heddle materialize` and `heddle backfill`: plan, show it, launch, follow. */
export async function launch(command: string, selection: string, options: LaunchOptions): Promise<ExitCode> {
  const request = readRequest(selection, options);
  const { priority = "0", concurrency } = options;
  const limits = {
    priority: readNumber(priority, { name: "--priority", min: -MAX_PRIORITY, max: MAX_PRIORITY }),
    maxConcurrency:
      concurrency === undefined
        ? null
        : readNumber(concurrency, { name: "--concurrency", min: 1, max: MAX_CONCURRENCY }),
  };
  await using project = await openApi(options.project);
  return await withEngine(project, { needsWorker: !options.dryRun && !options.detach }, async (engine) => {
    await requireKnownAssets(project.api, selection);
    const preview = await project.api.plan.preview(request);
    if (options.json) printJson({ plan: preview });
    else printPlan(preview);
    if (options.dryRun) return EXIT.ok;
    if (preview.total === 0) {
      if (!options.json) print("There is nothing to do.");
      return EXIT.ok;
    }
    const result = await project.api.plan.launch({
      ...request,
      planHash: preview.hash,
      at: preview.at,
      idempotencyKey: `${command}-${randomUUID()}`,
      ...limits,
    });
    if (result.kind === "changed") {
      throw new HeddleError("PLAN_CHANGED", "the plan changed between its preview and its launch", {
        hint: "Another run or a reload came in between: run the command again.",
      });
    }
    if (options.detach) {
      if (options.json) printJson({ run: result.runId });
      else print(`launched run ${result.runId}; follow it with: heddle runs show ${result.runId}`);
      return EXIT.ok;
    }
    return await followRun(project, result.runId, { json: options.json === true, engine });
  });
}

type PlanRequest = Parameters<ProjectApi["api"]["plan"]["preview"]>[0];

function readRequest(selection: string, options: LaunchOptions): PlanRequest {
  if (!Object.hasOwn(PREDICATES, options.only)) {
    throw new HeddleError("CONFIG_INVALID", `--only ${options.only} is not known`, {
      hint: `Use one of ${Object.keys(PREDICATES).join(", ")}.`,
    });
  }
  if (options.upstream && options.downstream) {
    throw new HeddleError("CONFIG_INVALID", "--upstream and --downstream cannot be combined", {
      hint: 'Name what you want in the selection instead: "+asset+" holds both directions.',
    });
  }
  // The key was just checked.
  const only = PREDICATES[options.only as keyof typeof PREDICATES];
  return {
    selection,
    partitions: options.partitions === undefined ? { kind: "all" } : { kind: "text", text: options.partitions },
    ...(only !== undefined && { only: [...only] }),
    cascade: options.upstream ? "upstream_missing" : options.downstream ? "downstream" : "self",
  };
}

/** Prints a plan for people. */
export function printPlan(preview: PlanPreview): void {
  print(paint.bold(preview.effect));
  printTable(
    preview.assets.map((planned) => [
      `  ${planned.asset.key}`,
      planned.text === "" ? "" : planned.text,
      planned.overwrites > 0 ? paint.dim(`${planned.overwrites} to replace`) : "",
      planned.reason === "selected" ? "" : paint.dim(planned.reason),
    ]),
  );
  if (preview.alreadyPlanned > 0)
    print(paint.yellow(`  ${preview.alreadyPlanned} steps are left out: other runs hold them`));
  for (const warning of preview.warnings) print(paint.yellow(`  △ ${warning.message}`));
}
