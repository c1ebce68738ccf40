import { HeddleError } from "@heddle/core";
import type { PlanPreview } from "@heddle/api";
import { randomUUID } from "node:crypto";
import { openApi, type ProjectApi } from "../api-client.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { followRun } from "../follow-run.ts";
import { withEngine } from "../one-shot-engine.ts";
import { paint, print, printJson, printTable } from "../terminal.ts";

/** Options of `heddle materialize` and `heddle backfill`. */
export interface LaunchOptions {
  readonly project: string;
  readonly json?: boolean;
  readonly partitions?: string;
  readonly only: string;
  readonly upstream?: boolean;
  readonly downstream?: boolean;
  readonly concurrency?: string;
  readonly priority?: string;
  readonly dryRun?: boolean;
  readonly detach?: boolean;
}

const PREDICATES = {
  all: undefined,
  missing: ["missing"],
  failed: ["failed"],
  "missing-or-failed": ["missing", "failed"],
} as const;

/** `heddle materialize` and `heddle backfill`: plan, show it, launch, follow. */
export async function launch(command: string, selection: string, options: LaunchOptions): Promise<ExitCode> {
  const request = readRequest(selection, options);
  const priority = readInteger(options.priority, "--priority") ?? 0;
  const maxConcurrency = readInteger(options.concurrency, "--concurrency") ?? null;
  await using project = await openApi(options.project);
  return withEngine(project, { needsWorker: !options.dryRun && !options.detach }, async () => {
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
      priority,
      maxConcurrency,
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
    return followRun(project, result.runId, options);
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
    cascade: options.upstream ? "upstream_missing" : options.downstream ? "downstream" : "none",
  };
}

function readInteger(text: string | undefined, option: string): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (Number.isSafeInteger(value)) return value;
  throw new HeddleError("CONFIG_INVALID", `${option} ${text} is not a whole number`, {
    hint: `Write for example ${option} 4.`,
  });
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
