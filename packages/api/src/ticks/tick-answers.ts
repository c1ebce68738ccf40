import type { RunDefaultsData } from "@heddle/core";
import type { TickRow } from "@heddle/storage";
import type { Tick, TickLogLine, TickRuns } from "../contract.ts";
import { describeRecordedError } from "../recorded-error.ts";

/** A tick for the reader. */
export function describeTick(row: TickRow): Tick {
  const { id, at, isManual, outcome, reason, error, runIds, count, until, durationMs, log, recordedAt } = row;
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
    recordedAt: recordedAt.getTime(),
  };
}

/** What the runs of a schedule or sensor are like. */
export function describeRuns({ assets, partitions, tags, priority }: RunDefaultsData): TickRuns {
  return { assets, partitions, tags, priority };
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
