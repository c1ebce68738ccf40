import { randomUUID } from "node:crypto";
import { openApi } from "../api-client.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { followRun } from "../follow-run.ts";
import { requireKnownAssets } from "../known-assets.ts";
import { withEngine } from "../one-shot-engine.ts";
import type { CommonOptions } from "../program/command-types.ts";
import { print, printJson } from "../terminal.ts";

/** Options of `heddle observe`. */
export interface ObserveOptions extends CommonOptions {
  readonly partitions?: string;
  readonly force?: boolean;
  readonly detach?: boolean;
}

/** `heddle observe`: looks at external assets. */
export async function observe(selection: string, options: ObserveOptions): Promise<ExitCode> {
  const { partitions, force = false, detach = false, json = false } = options;
  await using project = await openApi(options.project);
  return await withEngine(project, { needsWorker: !detach }, async (engine) => {
    await requireKnownAssets(project.api, selection);
    const result = await project.api.assets.observe({
      selection,
      ...(partitions !== undefined && { partitions: partitionsOf(partitions) }),
      force,
      idempotencyKey: randomUUID(),
    });
    if (json) printJson(result);
    else print(`looking at ${count(result.partitions, "partition")} of ${count(result.assets, "external asset")}`);
    if (!detach) return await followRun(project, result.runId, { json, engine });
    if (!json) print(`launched run ${result.runId}; follow it with: heddle runs show ${result.runId}`);
    return EXIT.ok;
  });
}

function partitionsOf(text: string) {
  return text === "all" ? ({ kind: "all" } as const) : ({ kind: "text", text } as const);
}

function count(amount: number, word: string): string {
  return `${amount.toLocaleString("en")} ${word}${amount === 1 ? "" : "s"}`;
}
