import type { RunDetail } from "@heddle/api";
import type { ProjectApi } from "./api-client.ts";
import { EXIT, type ExitCode } from "./exit-codes.ts";
import { formatDuration, paint, print, printJson, ProgressBar } from "./terminal.ts";

const REFRESH_MS = 250;
/** With `--json` a line is printed when something changed, at most this often. */
const JSON_INTERVAL_MS = 1_000;

/**
 * Follows a run to its end with a progress bar, or as JSON lines. A Ctrl-C cancels the run, unless `cancelOnInterrupt`
 * is false; a second one leaves it to the daemon.
 */
export async function followRun(
  { api }: Pick<ProjectApi, "api">,
  runId: number,
  options: { readonly json?: boolean; readonly cancelOnInterrupt?: boolean },
): Promise<ExitCode> {
  const bar = new ProgressBar();
  let interrupts = 0;
  const interrupt = (): void => {
    interrupts += 1;
    if (interrupts > 1) process.exit(EXIT.interrupted);
    print(`\ncanceling run ${runId}; press Ctrl-C again to leave it to the daemon`);
    void api.runs.cancel({ runId });
  };
  if (options.cancelOnInterrupt !== false) process.on("SIGINT", interrupt);
  try {
    let lastJson = "";
    let lastJsonAt = 0;
    for (;;) {
      const run = await api.runs.get({ runId });
      const ended = run.endedAt !== null;
      if (options.json) {
        const line = JSON.stringify({ run: run.id, status: run.status, total: run.total, counts: run.counts });
        if (line !== lastJson && (ended || performance.now() - lastJsonAt >= JSON_INTERVAL_MS)) {
          printJson(JSON.parse(line));
          lastJson = line;
          lastJsonAt = performance.now();
        }
      } else {
        bar.update(doneOf(run) / Math.max(1, run.total), progressText(run));
      }
      if (ended) {
        bar.end();
        if (!options.json) printResult(run);
        if (interrupts > 0) return EXIT.interrupted;
        return run.status === "success" ? EXIT.ok : EXIT.failed;
      }
      await new Promise((resolve) => setTimeout(resolve, REFRESH_MS));
    }
  } finally {
    process.off("SIGINT", interrupt);
    bar.end();
  }
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
  const mark =
    run.status === "success" ? paint.green("✓") : run.status === "canceled" ? paint.yellow("⊘") : paint.red("✕");
  const { counts } = run;
  const others = [
    counts.failed > 0 ? `${counts.failed} failed` : "",
    counts.skipped > 0 ? `${counts.skipped} skipped because of them` : "",
    counts.canceled > 0 ? `${counts.canceled} canceled` : "",
    run.checks.warned > 0 ? `${run.checks.warned} check warnings` : "",
  ].filter((text) => text !== "");
  print(
    `${mark} run ${run.id} ${run.status}${took}: ${counts.success} materialized${others.map((text) => `, ${text}`).join("")}`,
  );
  for (const failure of run.failures) {
    const { example } = failure;
    const where = example.partitionKey === "" ? example.asset.key : `${example.asset.key} [${example.partitionKey}]`;
    print(
      `  ${paint.red("✕")} ${where}${failure.count > 1 ? paint.dim(` and ${failure.count - 1} more attempts`) : ""}`,
    );
    print(`    ${failure.cause}: ${failure.message}`);
    const hint = example.error?.hint;
    if (hint) print(`    ${paint.dim(hint)}`);
  }
}
