import type { RunDefaultsData } from "@heddle/core/internal";
import { readLastTicks, readTickMarks, readTickSwitches } from "@heddle/storage";
import type { TickKind, TickRow, TickSwitchRow, Transaction } from "@heddle/storage";
import type { Tick, TickLogLine, TickRuns, TickSwitch } from "../contract.ts";
import { describeRecordedError } from "../recorded-error.ts";

/** A tick for the reader. */
export function describeTick(row: TickRow): Tick {
  const { id, at, isManual, outcome, reason, error, runIds, count, until, durationMs, log, cursor, recordedAt } = row;
  return {
    id,
    at,
    isManual,
    outcome,
    reason,
    runIds,
    count,
    until,
    durationMs,
    error: describeRecordedError(error),
    log: readTickLog(log),
    cursor,
    recordedAt: recordedAt.getTime(),
  };
}

/** Entries of a history that a list shows. */
const MARKS = 100;

/** What is told of every schedule, and of every sensor, besides what it is. */
export interface TickHistory {
  readonly last: Tick | null;
  readonly switched: TickSwitch | null;
  readonly marks: string;
}

/** Reads the newest of the histories of all schedules, or of all sensors, or of one. */
export async function readTickHistories(
  tx: Transaction,
  kind: TickKind,
  name?: string,
): Promise<(name: string) => TickHistory> {
  const last = await readLastTicks(tx, kind);
  const marks = await readTickMarks(tx, kind, { marks: MARKS, ...(name !== undefined && { name }) });
  const switches = await readTickSwitches(tx, kind);
  return (owner) => {
    const newest = last.get(owner);
    return {
      last: newest === undefined ? null : describeTick(newest),
      switched: describeSwitch(switches.get(owner)),
      marks: marks.get(owner) ?? "",
    };
  };
}

function describeSwitch(row: TickSwitchRow | undefined): TickSwitch | null {
  return row === undefined ? null : { at: row.at.getTime(), actor: row.actor, reason: row.reason };
}

/** What the runs of a schedule or sensor are like. */
export function describeRuns({ assets, checks, partitions, tags, priority, limits }: RunDefaultsData): TickRuns {
  return { assets, checks: checks ?? null, partitions, tags, priority, limits: limits ?? null };
}

const LEVELS = ["debug", "info", "warn", "error"] as const;

/** Reads the lines that were kept with a tick. */
export function readTickLog(log: string | null): TickLogLine[] {
  return (log ?? "").split("\n").flatMap((line) => {
    if (line === "") return [];
    const { l, m, f } = JSON.parse(line) as {
      readonly l: string;
      readonly m: string;
      readonly f?: TickLogLine["fields"];
    };
    return { level: LEVELS.find((level) => level === l) ?? "info", message: m, fields: f ?? null };
  });
}
