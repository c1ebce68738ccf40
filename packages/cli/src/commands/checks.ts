import type { CheckRunPlan, CheckSummary } from "@heddle/api";
import { HeddleError } from "@heddle/core";
import { randomUUID } from "node:crypto";
import { openApi } from "../api-client.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { followRun } from "../follow-run.ts";
import { withEngine } from "../one-shot-engine.ts";
import type { CommonOptions } from "../program/command-types.ts";
import { paint, print, printJson, printTable, visible } from "../terminal.ts";

/** Options of `heddle checks run`. */
export interface RunChecksOptions extends CommonOptions {
  readonly partitions?: string;
  readonly notPassed?: boolean;
  readonly detach?: boolean;
}

/** `heddle checks run`: judges what is stored, and follows it. Fails when a check that blocks does. */
export async function runChecks(key: string, names: readonly string[], options: RunChecksOptions): Promise<ExitCode> {
  const partitions = readChoice(options);
  const json = options.json === true;
  await using project = await openApi(options.project);
  return await withEngine(project, { needsWorker: options.detach !== true }, async (engine) => {
    const input = { assets: [{ key, ...(names.length > 0 && { checks: [...names] }) }], partitions };
    const plan = await project.api.checks.plan(input);
    if (json) printJson({ plan });
    else printCheckPlan(plan);
    if (plan.total === 0) return EXIT.ok;
    const { runs } = await project.api.checks.run({ ...input, idempotencyKey: `checks-${randomUUID()}` });
    let worst: ExitCode = EXIT.ok;
    for (const { runId } of runs) {
      if (options.detach) {
        if (json) printJson({ run: runId });
        else print(`launched run ${runId}; follow it with: heddle runs show ${runId}`);
        continue;
      }
      const ended = await followRun(project, runId, { json, engine });
      if (ended !== EXIT.ok) worst = ended;
    }
    return worst;
  });
}

/** `heddle checks list`: how every check stands. */
export async function listChecks(selection: string | undefined, options: CommonOptions): Promise<ExitCode> {
  await using project = await openApi(options.project);
  return await withEngine(project, { needsWorker: false }, async () => {
    const list = await project.api.checks.list({ ...(selection !== undefined && { selection }), limit: LISTED });
    if (options.json) printJson(list);
    else if (list.items.length === 0) print("There is no check.");
    else {
      printTable([["CHECK", "STATUS", "FAILED", "WARNED", "PASSED", ""], ...list.items.map(lineOf)]);
      if (list.nextCursor !== null) print(paint.dim("There are more: choose fewer assets by a selection."));
    }
    return EXIT.ok;
  });
}

const LISTED = 200;

function lineOf({ asset, name, state, failed, warned, passed, blocking, message }: CheckSummary): string[] {
  const said = message ?? (blocking ? "blocks" : "");
  return [
    `${visible(asset.key)} ${visible(name)}`,
    state,
    String(failed),
    String(warned),
    String(passed),
    visible(said),
  ];
}

function readChoice({ partitions, notPassed }: RunChecksOptions) {
  if (notPassed === true && partitions !== undefined) {
    throw new HeddleError("CONFIG_INVALID", "--partitions and --not-passed are both given", {
      hint: "Give one of them.",
    });
  }
  if (notPassed === true) return { kind: "not_passed" } as const;
  if (partitions === undefined || partitions === "all") return { kind: "all" } as const;
  return partitions === "newest" ? ({ kind: "newest" } as const) : ({ kind: "text", text: partitions } as const);
}

function printCheckPlan({ total, assets, reason }: CheckRunPlan): void {
  for (const { asset, checks, partitions, text, missing, doubled } of assets) {
    const where = text === "" ? "" : ` [${visible(text)}]`;
    print(`${visible(asset.key)}${where}: ${checks.map(visible).join(", ")} on ${partitions.toLocaleString("en")}`);
    if (missing > 0) print(paint.dim(`  ${missing.toLocaleString("en")} left out: not materialized`));
    if (doubled > 0) print(paint.dim(`  ${doubled.toLocaleString("en")} left out: other runs run these checks there`));
  }
  if (total === 0) print(`There is nothing to check: ${reason ?? "no check was named"}.`);
}
