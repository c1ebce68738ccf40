import type { RunDetail } from "@heddle/api";
import { setTimeout as pause } from "node:timers/promises";
import type { ProjectApi } from "./api-client.ts";
import { EXIT, type ExitCode } from "./exit-codes.ts";
import { interruption } from "./interruption.ts";
import type { Engine } from "./one-shot-engine.ts";
import { formatDuration, paint, print, printJson, printNote, ProgressBar, visible } from "./terminal.ts";

const REFRESH_MS = 250;
/** With `--json` a line is printed when something changed, at most this often. */
const JSON_INTERVAL_MS = 1_000;

/** How a run is followed. */
export interface FollowOptions {
  readonly json?: boolean;
  /** False: a signal leaves the run as it is. @default true */
  readonly cancels?: boolean;
  /** Started anew when nobody is left to go on with the run. */
  readonly engine?: Engine;
}

/** Follows a run to its end with a progress bar, or as JSON lines. The first signal to stop cancels it. */
export async function followRun(
  { api }: Pick<ProjectApi, "api">,
  runId: number,
  { json = false, cancels = true, engine }: FollowOptions,
): Promise<ExitCode> {
  const view = json ? new JsonView() : new BarView();
  let isCanceled = false;
  try {
    for (;;) {
      const run = await api.runs.get({ runId });
      const hasEnded = run.endedAt !== null;
      view.update(run, hasEnded);
      if (hasEnded) {
        if (interruption.signal !== undefined) return interruption.exitCode;
        return run.status === "success" ? EXIT.ok : EXIT.failed;
      }
      if (interruption.signal !== undefined && !cancels) return interruption.exitCode;
      if (interruption.signal !== undefined && !isCanceled) {
        isCanceled = true;
        view.end();
        printNote(`canceling run ${runId}; once more leaves it to the next daemon`);
        await api.runs.cancel({ runId });
      }
      if (run.blockers.some(({ reason }) => reason === "no_daemon" || reason === "no_worker")) await engine?.ensure();
      await pause(REFRESH_MS);
    }
  } finally {
    view.end();
  }
}

class JsonView {
  #last = "";
  #lastAt = 0;

  update(run: RunDetail, hasEnded: boolean): void {
    const line = { run: run.id, status: run.status, total: run.total, counts: run.counts };
    const text = JSON.stringify(line);
    if (text === this.#last) return;
    if (!hasEnded && performance.now() - this.#lastAt < JSON_INTERVAL_MS) return;
    this.#last = text;
    this.#lastAt = performance.now();
    printJson(hasEnded ? { ...line, failures: run.failures.map(summarize) } : line);
  }

  end(): void {}
}

class BarView {
  readonly #bar = new ProgressBar();

  update(run: RunDetail, hasEnded: boolean): void {
    this.#bar.update(doneOf(run) / Math.max(1, run.total), progressText(run));
    if (!hasEnded) return;
    this.#bar.end();
    printResult(run);
  }

  end(): void {
    this.#bar.end();
  }
}

/** Assets that are named besides the one of the example. */
const NAMED_ASSETS = 3;

/** What else failed of the same, and whether it matters any more. */
function describeOthers({ count, failedSteps, assets, example }: Failure): string {
  const others = assets.flatMap(({ key }) => (key === example.asset.key ? [] : [visible(key)]));
  const more = others.length > NAMED_ASSETS ? [...others.slice(0, NAMED_ASSETS), "…"] : others;
  const steps = failedSteps < 2 ? "" : ` and ${failedSteps === 2 ? "another step" : `${failedSteps - 1} other steps`}`;
  const where = more.length === 0 ? "" : `, also of ${more.join(", ")}`;
  const attempts = count === Math.max(1, failedSteps) ? "" : `, ${count} attempts`;
  return `${steps}${where}${attempts}${failedSteps > 0 ? "" : ", tried again since"}`;
}

type Failure = RunDetail["failures"][number];

/** A kind of failure for programs. */
function summarize({
  cause,
  message,
  count,
  failedSteps,
  poisonSteps,
  assets,
  example,
}: Failure): Record<string, unknown> {
  const { asset, partitionKey, error } = example;
  return {
    cause,
    count,
    failedSteps,
    poisonSteps,
    message,
    asset: asset.key,
    assets: assets.map(({ key }) => key),
    partition: partitionKey,
    code: error?.code ?? null,
    hint: error?.hint ?? null,
  };
}

function doneOf({ counts }: RunDetail): number {
  return counts.success + counts.failed + counts.skipped + counts.canceled;
}

function progressText(run: RunDetail): string {
  const { counts } = run;
  const parts = [`${doneOf(run)}/${run.total}`];
  if (counts.running > 0) parts.push(`${counts.running} running`);
  if (counts.failed > 0) parts.push(paint.red(`${counts.failed} failed`));
  if (counts.skipped > 0) parts.push(`${counts.skipped} skipped`);
  if (run.status === "queued" || run.blockers.length > 0) parts.push(run.blockers[0]?.message ?? "queued");
  const asset = run.progress.find((progress) => progress.counts.running > 0)?.asset.key;
  if (asset !== undefined) parts.push(paint.dim(asset));
  return parts.join(" · ");
}

/** Prints how a run ended, with every kind of failure once. */
export function printResult(run: RunDetail): void {
  const took =
    run.startedAt === null || run.endedAt === null ? "" : ` in ${formatDuration(run.endedAt - run.startedAt)}`;
  const { counts } = run;
  const others = [
    counts.failed > 0 ? `${counts.failed} failed` : "",
    describeSkipped(counts),
    counts.canceled > 0 ? `${counts.canceled} canceled` : "",
    run.checks.warned > 0 ? `${run.checks.warned} check warnings` : "",
  ].filter((text) => text !== "");
  print(
    `${markOf(run)} run ${run.id} ${run.status}${took}: ${counts.success} materialized${others.map((text) => `, ${text}`).join("")}`,
  );
  for (const failure of run.failures) printFailure(failure);
}

/** A run that is not over has not failed, whatever has failed in it so far. */
function markOf({ status, endedAt }: RunDetail): string {
  if (status === "success") return paint.green("✓");
  if (status === "canceled") return paint.yellow("⊘");
  return endedAt === null ? paint.dim("…") : paint.red("✕");
}

/** Where nothing stopped them, all that were skipped were up to date. */
function describeSkipped({ skipped, failed, canceled }: RunDetail["counts"]): string {
  if (skipped === 0) return "";
  return failed + canceled > 0 ? `${skipped} skipped because of them` : `${skipped} up to date`;
}

function printFailure(failure: Failure): void {
  const { cause, message, failedSteps, poisonSteps, example } = failure;
  const { asset, partitionKey, error } = example;
  const where = partitionKey === "" ? asset.key : `${asset.key} [${partitionKey}]`;
  const code = error?.code ?? null;
  const mark = failedSteps > 0 ? paint.red("✕") : paint.yellow("△");
  print(`  ${mark} ${visible(where)}${paint.dim(describeOthers(failure))}`);
  print(`    ${cause}${code === null ? "" : ` ${code}`}: ${message.split("\n").map(visible).join("\n    ")}`);
  if (poisonSteps > 0) print("    poison: given up, because one attempt after another ended its process");
  if (error?.hint) print(`    hint: ${visible(error.hint)}`);
}
