import { HeddleError, type RunStatus } from "@heddle/core";
import { isOpenRun, RUN_STATUSES } from "@heddle/core/internal";
import type { Api, LogLine, RunChange } from "@heddle/api";
import { openApi } from "../api-client.ts";
import { describeCause } from "../describe-cause.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { followRun, printResult } from "../follow-run.ts";
import { withEngine } from "../one-shot-engine.ts";
import { readConfig } from "../plan-request.ts";
import type { CommonOptions } from "../program/command-types.ts";
import { readNumber } from "../read-number.ts";
import { formatDuration, paint, print, printJson, printTable, visible } from "../terminal.ts";

/** `heddle runs list` */
export async function listRuns(
  options: CommonOptions & { readonly status?: string; readonly asset?: string; readonly limit: string },
): Promise<ExitCode> {
  await using project = await openApi(options.project);
  const { items } = await project.api.runs.list({
    limit: readNumber(options.limit, { name: "--limit", min: 1, max: 500 }),
    ...(options.status !== undefined && { statuses: [readStatus(options.status)] }),
    ...(options.asset !== undefined && { asset: options.asset }),
  });
  if (options.json) {
    for (const run of items) printJson(run);
    return EXIT.ok;
  }
  if (items.length === 0) print("There are no runs yet. Launch one with: heddle materialize <asset>");
  printTable(
    items.map((run) => [
      String(run.id),
      paintStatus(run.status),
      `${run.counts.success}/${run.total}`,
      run.counts.failed > 0 ? paint.red(`${run.counts.failed} failed`) : "",
      run.assets.map(({ key }) => key).join(", ") + (run.assetCount > run.assets.length ? ", …" : ""),
      paint.dim(`${formatDuration(Date.now() - run.createdAt)} ago`),
    ]),
  );
  return EXIT.ok;
}

/** `heddle runs show` */
export async function showRun(id: string, options: CommonOptions): Promise<ExitCode> {
  await using project = await openApi(options.project);
  const run = await project.api.runs.get({ runId: readRunId(id) });
  if (options.json) {
    printJson(run);
    return EXIT.ok;
  }
  printResult(run);
  print(paint.dim(`  ${visible(describeCause(run))}`));
  printTable(
    run.progress.map(({ asset, text, total, counts, skippedBecause }) => [
      `  ${asset.key}`,
      text,
      `${counts.success}/${total}`,
      counts.failed > 0 ? paint.red(`${counts.failed} failed`) : "",
      counts.skipped > 0 ? `${counts.skipped} skipped` : "",
      skippedBecause === null ? "" : paint.dim(`because ${visible(skippedBecause.message)}`),
    ]),
  );
  if (run.canceledBecause !== null) print(paint.dim(`  canceled: ${visible(run.canceledBecause)}`));
  for (const { state, message } of run.limits) {
    const paintLimit = state === "exceeded" ? paint.red : paint.dim;
    print(paintLimit(`  limit: ${visible(message)}`));
  }
  for (const blocker of run.blockers) print(paint.yellow(`  waits: ${visible(blocker.message)}`));
  return EXIT.ok;
}

/** Options of `heddle runs logs`. */
interface LogOptions {
  readonly asset?: string;
  readonly partition?: string;
  readonly level?: string;
  readonly text?: string;
}

/** Which partition of the asset is meant; `undefined` for all. */
async function findOrdinal(api: Api, { asset, partition }: LogOptions): Promise<number | undefined> {
  if (partition === undefined) return undefined;
  if (asset === undefined) {
    throw new HeddleError("CONFIG_INVALID", "--partition without --asset", {
      hint: "Say of which asset: --asset <key>.",
    });
  }
  return (await api.partitions.detail({ key: asset, partition })).ordinal;
}

/** `heddle runs logs` */
export async function showLogs(id: string, options: CommonOptions & LogOptions): Promise<ExitCode> {
  await using project = await openApi(options.project);
  const ordinal = await findOrdinal(project.api, options);
  let cursor: string | null = null;
  for (;;) {
    const page = await project.api.runs.logs({
      runId: readRunId(id),
      ...(options.asset !== undefined && { asset: options.asset }),
      ...(ordinal !== undefined && { ordinal }),
      ...(options.level !== undefined && { level: readLevel(options.level) }),
      ...(options.text !== undefined && { text: options.text }),
      cursor,
      direction: "after",
      limit: 500,
    });
    for (const shown of page.lines) {
      // A terminal and a pipe take a line of any length.
      const line = shown.fullBytes === null ? shown : await wholeLine(project.api, readRunId(id), shown);
      if (options.json) printJson(line);
      else
        print(
          `${paint.dim(new Date(line.at).toISOString())} ${line.level.padEnd(5)} ${visible(line.partitionKey)} ${visible(line.message)}`,
        );
    }
    if (page.after === null || !page.hasMore) return EXIT.ok;
    cursor = page.after;
  }
}

async function wholeLine(api: Api, runId: number, line: LogLine): Promise<LogLine> {
  const { message } = await api.runs.logLine({ runId, cursor: line.cursor });
  return { ...line, message, fields: null, fullBytes: null };
}

/** `heddle runs cancel` */
export async function cancelRun(
  id: string,
  options: CommonOptions & { readonly force?: boolean; readonly letFinish?: boolean },
): Promise<ExitCode> {
  const { force = false, letFinish = false } = options;
  if (force && letFinish) {
    throw new HeddleError("CONFIG_INVALID", "--force and --let-finish exclude each other", {
      hint: "--force takes running steps from their workers at once; --let-finish waits until they are done.",
    });
  }
  await using project = await openApi(options.project);
  const change = await project.api.runs.cancel({ runId: readRunId(id), force, letFinish });
  printChange(change, options);
  if (change.status === "canceling" && !options.json) {
    print(
      paint.dim(
        letFinish
          ? "  What runs may finish, nothing else begins; without --let-finish it is stopped."
          : "  Running steps are being stopped; --force takes them from their workers at once.",
      ),
    );
  }
  return EXIT.ok;
}

/** `heddle runs pause` and `heddle runs resume` */
export async function holdRun(action: "pause" | "resume", id: string, options: CommonOptions): Promise<ExitCode> {
  await using project = await openApi(options.project);
  printChange(await project.api.runs[action]({ runId: readRunId(id) }), options);
  return EXIT.ok;
}

/** `heddle runs set` */
export async function setRun(
  id: string,
  options: CommonOptions & { readonly concurrency?: string; readonly priority?: string; readonly order?: string },
): Promise<ExitCode> {
  const { concurrency, priority } = options;
  const order = options.order === undefined ? undefined : readOrder(options.order);
  if (concurrency === undefined && priority === undefined && order === undefined) {
    throw new HeddleError("CONFIG_INVALID", "nothing to set", {
      hint: "Give --concurrency <number> (or none), --priority <number>, --order <oldest or newest>, or several of them.",
    });
  }
  await using project = await openApi(options.project);
  const change = await project.api.runs.change({
    runId: readRunId(id),
    ...(priority !== undefined && { priority: readNumber(priority, { name: "--priority", min: -1000, max: 1000 }) }),
    ...(concurrency !== undefined && {
      maxConcurrency:
        concurrency === "none" ? null : readNumber(concurrency, { name: "--concurrency", min: 1, max: 10_000 }),
    }),
    ...(order !== undefined && { order }),
  });
  const set = [
    ...(priority === undefined ? [] : [`priority ${priority}`]),
    ...(order === undefined ? [] : [`${order} partitions first`]),
    ...(concurrency === undefined
      ? []
      : [concurrency === "none" ? "no limit on its steps at once" : `at most ${concurrency} of its steps at once`]),
  ];
  printChange(change, options, set.join(", "));
  return EXIT.ok;
}

/** @param set what was set, where the status alone does not say what has changed */
function printChange(change: RunChange, options: CommonOptions, set?: string): void {
  if (options.json) printJson(change);
  else {
    const what = change.changed ? set : "nothing has changed";
    print(`run ${change.runId} ${describeStatus(change.status)}${what === undefined ? "" : `; ${what}`}`);
  }
}

function describeStatus(status: RunStatus): string {
  if (isOpenRun(status)) return `is ${status}`;
  return status === "canceled" ? "is over: it was canceled" : `is over: ${status}`;
}

/** `heddle runs retry` */
export async function retryRun(
  id: string,
  options: CommonOptions & {
    readonly detach?: boolean;
    readonly only: string;
    readonly code: string;
    readonly config?: string;
  },
): Promise<ExitCode> {
  const request = {
    runId: readRunId(id),
    only: readScope(options.only),
    code: readCode(options.code),
    ...(options.config !== undefined && { config: readConfig(options.config) }),
  };
  await using project = await openApi(options.project);
  return await withEngine(project, { needsWorker: !options.detach }, async (engine) => {
    const { runId, created } = await project.api.runs.retry(request);
    if (!created && !options.json) print(`run ${runId} does that already; nothing was launched`);
    if (!options.detach) return await followRun(project, runId, { json: options.json === true, engine });
    if (options.json) printJson({ run: runId });
    else if (created) print(`launched run ${runId}; follow it with: heddle runs show ${runId}`);
    return EXIT.ok;
  });
}

function paintStatus(status: RunStatus): string {
  if (status === "success") return paint.green(status);
  if (status === "failed") return paint.red(status);
  return status === "running" ? paint.blue(status) : paint.yellow(status);
}

const SCOPES = { failed: "failed", "from-failure": "from_failure", unfinished: "unfinished", all: "all" } as const;

function readScope(text: string): (typeof SCOPES)[keyof typeof SCOPES] {
  const scope = Object.entries(SCOPES).find(([name, value]) => name === text || value === text);
  if (scope !== undefined) return scope[1];
  throw new HeddleError("CONFIG_INVALID", `--only ${text} is not a choice`, {
    hint: `Use one of ${Object.keys(SCOPES).join(", ")}.`,
  });
}

function readCode(text: string): "newest" | "same" {
  if (text === "newest" || text === "same") return text;
  throw new HeddleError("CONFIG_INVALID", `--code ${text} is not a choice`, { hint: "Use newest or same." });
}

function readOrder(text: string): "oldest" | "newest" {
  if (text === "oldest" || text === "newest") return text;
  throw new HeddleError("CONFIG_INVALID", `--order ${text} is not a choice`, { hint: "Use oldest or newest." });
}

function readRunId(text: string): number {
  const id = Number(text);
  if (Number.isSafeInteger(id) && id > 0) return id;
  throw new HeddleError("CONFIG_INVALID", `${JSON.stringify(text)} is not the number of a run`, {
    hint: "`heddle runs list` shows the numbers.",
  });
}

function readStatus(text: string): RunStatus {
  const status = RUN_STATUSES.find((known) => known === text);
  if (status !== undefined) return status;
  throw new HeddleError("CONFIG_INVALID", `--status ${text} is not a status`, {
    hint: `Use one of ${RUN_STATUSES.join(", ")}.`,
  });
}

const LEVELS = ["debug", "info", "warn", "error"] as const;

function readLevel(text: string): (typeof LEVELS)[number] {
  const level = LEVELS.find((known) => known === text);
  if (level !== undefined) return level;
  throw new HeddleError("CONFIG_INVALID", `--level ${text} is not a level`, {
    hint: `Use one of ${LEVELS.join(", ")}.`,
  });
}
