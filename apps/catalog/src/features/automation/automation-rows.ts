import type { AutomatedTarget, Schedule, Sensor, Tick, TickSwitch } from "@heddle/api";
import { formatDuration } from "../../format/durations.ts";
import type { StatusLook } from "../../status/status-look.ts";
import type { AutomationKind, AutomationState } from "./automation-search.ts";
import { outcomeOfMark, TICK_LOOK } from "./tick-look.ts";

/** A schedule, a sensor or a condition as one line of the list. */
export interface AutomationRow {
  readonly kind: AutomationKind;
  readonly name: string;
  readonly to: RowAddress;
  /** What makes it act, in a few words. */
  readonly trigger: string;
  readonly state: AutomationState;
  readonly look: StatusLook;
  /** Who has switched it last, and why. */
  readonly switched: TickSwitch | null;
  readonly last: RowResult | null;
  /** When it acts next; `null` while it is off, and where nobody can say. */
  readonly nextAt: number | null;
  /** How late its last act was, in milliseconds; `null` where that means nothing. */
  readonly lagMs: number | null;
  /** The oldest first; `null` where there is no such history. */
  readonly outcomes: readonly Tick["outcome"][] | null;
}

/** Where the page of a row is. */
export type RowAddress =
  | { readonly kind: "schedule" | "sensor"; readonly name: string }
  | { readonly kind: "condition"; readonly assetKey: string; readonly check: string | null };

interface RowResult {
  readonly look: StatusLook;
  readonly at: number;
  readonly runIds: readonly number[];
  /** Why nothing came of it, or what failed. */
  readonly reason: string | null;
}

export const ON_LOOK: StatusLook = { glyph: "check", word: "on", tone: "fresh" };
export const OFF_LOOK: StatusLook = { glyph: "pause", word: "off", tone: "missing" };
const FAILING_LOOK: StatusLook = { glyph: "cross", word: "failing", tone: "failed" };

export function rowOfSchedule(schedule: Schedule): AutomationRow {
  const { name, last, isPaused, switched, next, retry } = schedule;
  const state = isPaused ? "off" : retry !== null || last?.outcome === "failed" ? "failing" : "on";
  return {
    kind: "schedule",
    name,
    to: { kind: "schedule", name },
    trigger: describeCrons(schedule),
    state,
    look: LOOK_OF_STATE[state],
    switched,
    last: resultOf(last),
    nextAt: isPaused ? null : (next[0] ?? null),
    // Those that were asked for, or passed over, are not late.
    lagMs: last === null || last.isManual || last.outcome === "missed" ? null : Math.max(0, last.recordedAt - last.at),
    outcomes: Array.from(schedule.marks, outcomeOfMark),
  };
}

export function rowOfSensor(sensor: Sensor, now: number): AutomationRow {
  const { name, last, isPaused, switched, failures, watches, nextAt } = sensor;
  const state = isPaused ? "off" : failures > 0 ? "failing" : "on";
  return {
    kind: "sensor",
    name,
    to: { kind: "sensor", name },
    trigger: describeSensor(sensor),
    state,
    look: LOOK_OF_STATE[state],
    switched,
    last: resultOf(last),
    // One that waits for events is when there are some, unless it has failed and waits.
    nextAt: watches !== null && nextAt !== null && nextAt <= now ? null : nextAt,
    lagMs: nextAt === null || nextAt >= now ? null : now - nextAt,
    outcomes: Array.from(sensor.marks, outcomeOfMark),
  };
}

const REQUESTED_LOOK = TICK_LOOK.requested;

export function rowOfCondition(target: AutomatedTarget): AutomationRow {
  const { asset, check, label, text, state: set, switched, lastRequest, stopped, nextAt } = target;
  const state = set === "off" ? "off" : stopped === null ? "on" : "failing";
  return {
    kind: "condition",
    name: check === null ? asset.key : `${asset.key} · ${check}`,
    to: { kind: "condition", assetKey: asset.key, check },
    trigger: label ?? text,
    state,
    look: LOOK_OF_STATE[state],
    switched,
    last:
      lastRequest === null
        ? null
        : { look: REQUESTED_LOOK, at: lastRequest.at, runIds: lastRequest.runIds, reason: stopped?.reason ?? null },
    nextAt,
    lagMs: null,
    outcomes: null,
  };
}

export const LOOK_OF_STATE: Record<AutomationState, StatusLook> = {
  on: ON_LOOK,
  off: OFF_LOOK,
  failing: FAILING_LOOK,
};

/** When a schedule ticks: its expressions, and the zone whose clock they read. */
export function describeCrons({ crons, timeZone }: Pick<Schedule, "crons" | "timeZone">): string {
  return `${crons.join(" ; ")} ${timeZone}`;
}

/** What makes a sensor look. */
export function describeSensor({ watches, intervalMs }: Pick<Sensor, "watches" | "intervalMs">): string {
  if (watches === null) return `every ${formatDuration(intervalMs)}`;
  const { events } = watches;
  switch (events.kind) {
    case "materialized":
      return "when an asset is materialized";
    case "checked":
      return `when a check has ${events.outcomes.join(" or ")}`;
    case "run-ended":
      return `when a run ends as ${events.statuses.join(" or ")}`;
    default:
      return "when something happens";
  }
}

function resultOf(last: Tick | null): RowResult | null {
  if (last === null) return null;
  const { outcome, at, until, runIds, reason, error } = last;
  return { look: TICK_LOOK[outcome], at: until ?? at, runIds, reason: error?.message ?? reason };
}

/** Rows of a kind and in a state, whose texts hold all words. */
export function filterRows(
  rows: readonly AutomationRow[],
  {
    kind,
    state,
    text = "",
  }: { readonly kind?: AutomationKind; readonly state?: AutomationState; readonly text?: string },
): readonly AutomationRow[] {
  const words = text.toLowerCase().split(/\s+/u).filter(Boolean);
  return rows.filter((row) => {
    const said = `${row.name} ${row.trigger}`.toLowerCase();
    return (
      (kind === undefined || row.kind === kind) &&
      (state === undefined || row.state === state) &&
      words.every((word) => said.includes(word))
    );
  });
}
