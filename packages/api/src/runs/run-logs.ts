import {
  readLogLine,
  readLogs,
  readRunProgress,
  type LogLevel,
  type LogLine as StoredLine,
  type LogQuery,
  type Transaction,
} from "@heddle/storage";
import { HeddleError } from "@heddle/core";
import { isOpenRun } from "@heddle/core/internal";
import {
  type DefinitionsIndex,
  type IndexedAsset,
  partitionKeyOf,
  type PartitionSpaces,
  requireRunAsset,
} from "@heddle/engine/planning";
import { tracked } from "@trpc/server";
import type { ApiState } from "../api-state.ts";
import type { LogLine, LogLineText, LogPage, LogTail } from "../contract.ts";
import { MAX_PAGE_SIZE } from "../inputs/fields.ts";
import { type RunLogLineInput, type RunLogsInput, type RunLogsTailInput } from "../inputs/runs.ts";
import { runUnknown } from "./run-answers.ts";

const LEVELS: readonly LogLevel[] = ["debug", "info", "warn", "error"];
/** Between two looks at the log of a run that goes on. */
const TAIL_INTERVAL_MS = 1_000;

/** Answers `runs.logs`. @throws RUN_UNKNOWN, ASSET_UNKNOWN, LOG_CURSOR_INVALID */
export async function readRunLogs(state: ApiState, input: RunLogsInput): Promise<LogPage> {
  return state.db.read("runs.logs", (tx) => readPage(state, tx, input));
}

/** Answers `runs.tail`: lines as they are written, until the run is over. */
export async function* followRunLogs(state: ApiState, input: RunLogsTailInput, signal: AbortSignal | undefined) {
  const { lastEventId, ...filter } = input;
  let cursor = lastEventId ?? null;
  while (signal?.aborted !== true) {
    const query: RunLogsInput = { ...filter, cursor, direction: "after", limit: MAX_PAGE_SIZE };
    const page = await state.db.read("runs.tail", (tx) => readPage(state, tx, query));
    cursor = page.after;
    // Lines may follow the end of their run for a moment, so the end counts only when nothing was left.
    const message: LogTail = { lines: page.lines, ended: page.ended && !page.hasMore && page.lines.length === 0 };
    if (cursor !== null && (message.lines.length > 0 || message.ended)) yield tracked(cursor, message);
    if (message.ended) return;
    if (!page.hasMore) await pause(TAIL_INTERVAL_MS, signal);
  }
}

async function readPage(state: ApiState, tx: Transaction, input: RunLogsInput): Promise<LogPage> {
  const index = await state.definitions.index(tx);
  const environmentId = await state.definitions.environmentId(tx);
  const [run] = await readRunProgress(tx, { environmentId, runIds: [input.runId] });
  if (run === undefined) throw runUnknown(input.runId);
  const { asset: key, runId } = input;
  const asset = key === undefined ? undefined : await requireRunAsset(tx, index, { runId, key });
  const page = await readLogs(tx, queryOf(input, asset));
  const spaces = await state.definitions.spaces(tx, Date.now());
  const lines = page.lines.map((line) => describeLine(line, index, spaces));
  const [first, last, from] = [lines.at(0)?.cursor, lines.at(-1)?.cursor, input.cursor];
  const isForward = input.direction === "after";
  return {
    lines,
    // Reading forward from a place, that place itself is what lies before.
    before: (isForward ? (typeof from === "string" ? (first ?? from) : undefined) : page.next) ?? null,
    after: (isForward ? page.next : undefined) ?? last ?? from ?? null,
    hasMore: page.next !== undefined,
    ended: !isOpenRun(run.status),
  };
}

function queryOf(input: RunLogsInput, asset: IndexedAsset | undefined): LogQuery {
  const { runId, ordinal, level, text, cursor, direction, limit } = input;
  return {
    runId,
    direction,
    limit,
    ...(asset !== undefined && { assetId: asset.id }),
    ...(ordinal !== undefined && { ordinal }),
    ...(level !== undefined && { levels: LEVELS.slice(LEVELS.indexOf(level)) }),
    ...(text !== undefined && { text }),
    ...(typeof cursor === "string" && { from: cursor }),
  };
}

function describeLine(line: StoredLine, index: DefinitionsIndex, spaces: PartitionSpaces): LogLine {
  const asset = index.byId(line.assetId);
  const keyOf = (ordinal: number): string =>
    asset === undefined ? `#${ordinal}` : partitionKeyOf(spaces.of(asset), ordinal);
  return {
    cursor: line.cursor,
    at: line.t,
    assetId: line.assetId,
    ordinal: line.o,
    partitionKey: line.z === undefined ? keyOf(line.o) : `${keyOf(line.o)} … ${keyOf(line.z)}`,
    attemptId: line.a,
    level: line.l,
    ...shorten(line),
    stream: line.s ?? null,
  };
}

/** Characters of a message that a page holds. */
const MAX_MESSAGE = 16_384;
/** Characters of a message whose fields are too long to be shown. */
const MAX_FIELDS = 16_384;

/** What of a line a page holds: one line of 10 MB must not make a page of many of them. */
function shorten({ m, f }: StoredLine): Pick<LogLine, "message" | "fields" | "fullBytes"> {
  const fieldsLength = f === undefined ? 0 : JSON.stringify(f).length;
  if (m.length <= MAX_MESSAGE && fieldsLength <= MAX_FIELDS) return { message: m, fields: f ?? null, fullBytes: null };
  return {
    // Half of a pair of surrogates is no text.
    message: m.slice(0, MAX_MESSAGE).replace(/[\ud800-\udbff]$/u, ""),
    fields: fieldsLength <= MAX_FIELDS ? (f ?? null) : null,
    fullBytes: m.length + fieldsLength,
  };
}

/** Answers `runs.logLine`. @throws RUN_UNKNOWN, LOG_CURSOR_INVALID */
export async function readRunLogLine(state: ApiState, { runId, cursor }: RunLogLineInput): Promise<LogLineText> {
  return state.db.read("runs.logLine", async (tx) => {
    const environmentId = await state.definitions.environmentId(tx);
    const [run] = await readRunProgress(tx, { environmentId, runIds: [runId] });
    if (run === undefined) throw runUnknown(runId);
    const line = await readLogLine(tx, { runId, cursor });
    if (line === null) throw lineUnknown(runId, cursor);
    return { message: line.f === undefined ? line.m : `${line.m} ${JSON.stringify(line.f)}` };
  });
}

function lineUnknown(runId: number, cursor: string): HeddleError {
  return new HeddleError("LOG_CURSOR_INVALID", `the log of run ${runId} has no line "${cursor}"`, {
    hint: "It may have been removed by retention.",
    details: { runId, cursor },
  });
}

function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal?.addEventListener("abort", done, { once: true });
  });
}
