import type { PlanPreview } from "@heddle/api";
import { openApi } from "../api-client.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { requireKnownAssets } from "../known-assets.ts";
import { withEngine } from "../one-shot-engine.ts";
import { readPartitions, readPlanRequest, type PlanOptions } from "../plan-request.ts";
import { printPlan, shortHash } from "../print-plan.ts";
import type { CommonOptions } from "../program/command-types.ts";
import { print, printJson } from "../terminal.ts";

/** `heddle plan`: says exactly what a launch would do, and launches nothing. */
export async function plan(selection: string, options: CommonOptions & PlanOptions): Promise<ExitCode> {
  const request = readPlanRequest(selection, options);
  await using project = await openApi(options.project);
  return await withEngine(project, { needsWorker: false }, async () => {
    const names = await requireKnownAssets(project.api, selection);
    const partitions = readPartitions(options.partitions, names);
    const preview = await project.api.plan.preview({ ...request, partitions });
    return showPlan(preview, { json: options.json === true });
  });
}

/** Prints a plan with its hash. The exit code says whether it could be launched. */
export function showPlan(preview: PlanPreview, { json }: { readonly json: boolean }): ExitCode {
  if (json) printJson({ plan: preview });
  else {
    printPlan(preview);
    if (preview.total > 0) print(`plan ${shortHash(preview)}`);
  }
  return preview.refused === null ? EXIT.ok : EXIT.failed;
}
