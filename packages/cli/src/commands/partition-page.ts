import type {
  FailedAttempt,
  MappedPartitions,
  Materialization,
  OpenStep,
  PartitionDetail,
  StoppedStep,
} from "@heddle/api";
import { PARTITION_STATUSES } from "@heddle/core/internal";
import { openApi } from "../api-client.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { withEngine } from "../one-shot-engine.ts";
import { describeMade, size } from "../print-materialization.ts";
import type { CommonOptions } from "../program/command-types.ts";
import { readNumber } from "../read-number.ts";
import { formatDuration, paint, print, printJson, printTable, visible } from "../terminal.ts";

/** Entries of one history that the API answers. */
const MAX_HISTORY = 100;
/** Longest cell of metadata that is printed, in characters. */
const CELL_WIDTH = 60;

/** `heddle partitions show` */
export async function showPartition(
  key: string,
  partition: string | undefined,
  options: CommonOptions & { readonly limit: string },
): Promise<ExitCode> {
  const limit = readNumber(options.limit, { name: "--limit", min: 1, max: MAX_HISTORY });
  await using project = await openApi(options.project);
  return await withEngine(project, { needsWorker: false }, async () => {
    const detail = await project.api.partitions.detail({ key, partition });
    if (options.json === true) printJson(detail);
    else printPartition(detail, limit);
    return EXIT.ok;
  });
}

function printPartition(detail: PartitionDetail, limit: number): void {
  const { asset, partitionKey, window, materializations, checks } = detail;
  const name = partitionKey === "" ? asset.key : `${asset.key} [${partitionKey}]`;
  print(`${paint.bold(visible(name))}  ${PARTITION_STATUSES[detail.code] ?? "external"}`);
  if (window !== null) print(paint.dim(`  ${instant(window.start)} to ${instant(window.end)}`));
  if (!detail.exists) {
    const isToCome = window !== null && window.end > Date.now();
    const what = isToCome ? "It does not exist yet." : "The partitions definition does not hold it any more.";
    print(paint.yellow(`  ${what}`));
  }
  for (const step of detail.openSteps) print(`  ${describeOpen(step)}`);
  const current = materializations.find((made) => made.current);
  if (current !== undefined) printCurrent(current);
  printSection("materializations", materializations.slice(0, limit).map(materializationRow));
  printSection("failed attempts", detail.failedAttempts.slice(0, limit).map(attemptRow));
  printSection("stopped", detail.stoppedSteps.slice(0, limit).map(stoppedRow));
  printSection(
    "checks",
    checks
      .slice(0, limit)
      .map(({ name: check, passed, severity, runId, at, description }) => [
        `  ${check}`,
        passed ? paint.green("passed") : severity === "warn" ? paint.yellow("warned") : paint.red("failed"),
        `run ${runId}`,
        ago(at),
        description ?? "",
      ]),
  );
  printSection("reads now", detail.upstream.map(neighbourRow));
  printSection("is read by", detail.downstream.map(neighbourRow));
  printLogsHint(detail);
}

/** What consumers read: where it lies, what it was made of, what is recorded of it. */
function printCurrent(made: Materialization): void {
  print(paint.bold("in use"));
  print(`  ${describeMade({ ...made, partitionKey: "" })}`);
  for (const input of made.inputs)
    print(`  read ${visible(input.asset.key)} ${visible(input.text)} of run ${input.runId}`);
  if (made.stored?.location !== undefined) print(`  lies in ${visible(made.stored.location)}`);
  printTable((made.stored?.objects ?? []).map((object) => [`  ${object.key}`, paint.dim(size(object.bytes))]));
  printTable(Object.entries(made.metadata).map(([name, value]) => [`  ${name}`, cell(value)]));
}

function printSection(title: string, rows: readonly (readonly string[])[]): void {
  if (rows.length === 0) return;
  print(paint.bold(title));
  printTable(rows);
}

function materializationRow(made: Materialization): string[] {
  const state = made.current ? paint.green("in use") : made.collectedAt === null ? "replaced" : paint.dim("collected");
  const attempt = made.attempt > 1 ? `attempt ${made.attempt}` : "";
  return [`  run ${made.runId}`, state, formatDuration(made.durationMs), attempt, ago(made.publishedAt)];
}

function attemptRow({ runId, number, cause, error, endedAt }: FailedAttempt): string[] {
  const [message = ""] = (error?.message ?? "").split("\n");
  const code = error?.code ?? null;
  return [
    `  run ${runId}`,
    `attempt ${number}`,
    paint.red(cause),
    ago(endedAt),
    code === null ? message : `${code}: ${message}`,
  ];
}

function stoppedRow({ runId, status, endedAt, skippedBecause }: StoppedStep): string[] {
  return [`  run ${runId}`, status, ago(endedAt), skippedBecause === null ? "" : `because ${skippedBecause.message}`];
}

function neighbourRow({ asset, text, missing, rule }: MappedPartitions): string[] {
  return [`  ${asset.key}`, text, missing.length > 0 ? paint.yellow("some missing") : "", paint.dim(rule)];
}

function describeOpen({ runId, status, workerId, startedAt, retryAt, skippedBecause }: OpenStep): string {
  const parts = [
    `run ${runId}: ${status}`,
    ...(workerId === null ? [] : [`on ${visible(workerId)}`]),
    ...(startedAt === null ? [] : [`since ${formatDuration(Date.now() - startedAt)}`]),
    ...(retryAt === null ? [] : [`next attempt in ${formatDuration(Math.max(0, retryAt - Date.now()))}`]),
    ...(skippedBecause === null ? [] : [`because ${visible(skippedBecause.message)}`]),
  ];
  return parts.join(", ");
}

/** The log of the newest run that has to do with the partition. */
function printLogsHint({ asset, partitionKey, openSteps, failedAttempts, materializations }: PartitionDetail): void {
  const runs = [...openSteps, ...failedAttempts, ...materializations].map(({ runId }) => runId);
  if (runs.length === 0) return;
  const partition = partitionKey === "" ? "" : ` --partition ${JSON.stringify(partitionKey)}`;
  print(paint.dim(`log: heddle runs logs ${Math.max(...runs)} --asset ${asset.key}${partition}`));
}

function instant(at: number): string {
  return new Date(at).toISOString();
}

function ago(at: number): string {
  return paint.dim(`${formatDuration(Math.max(0, Date.now() - at))} ago`);
}

function cell(value: unknown): string {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.length > CELL_WIDTH ? `${text.slice(0, CELL_WIDTH - 1)}…` : text;
}
