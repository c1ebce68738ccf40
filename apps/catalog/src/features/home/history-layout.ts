import type { RunBar } from "@heddle/api";
import { describeOrigin } from "../runs/run-origin.ts";
import type { Grouping } from "./home-search.ts";

/** A run on its line of the picture. */
export interface PlacedRun {
  readonly run: RunBar;
  /** When it was created. */
  readonly queuedFrom: number;
  /** When it began; its end where it never did. */
  readonly start: number;
  /** Its end, or now. */
  readonly end: number;
  readonly line: number;
  /** Whether the run failed, but nothing of the group on whose line it is. */
  readonly isFailedElsewhere: boolean;
}

/** Runs of one group, on as many lines as there are at once. */
export interface HistoryLane {
  readonly name: string;
  readonly line: number;
  readonly lines: number;
  readonly count: number;
  readonly failed: number;
}

/** Where everything of the timeline is. */
export interface HistoryLayout {
  readonly lanes: readonly HistoryLane[];
  readonly runs: readonly PlacedRun[];
  readonly lines: number;
}

/** Lines of one group at most; what does not fit is drawn over the last one, the most urgent on top. */
const MAX_LINES = 5;

/** Room that a bar keeps to the next one on its line, as a share of the span: short runs stay apart to the eye. */
const GAP = 0.004;

/** Name of what has no group. */
const NO_GROUP = "no group";

/** The groups that a run belongs to. */
export function groupsOf(run: RunBar, by: Grouping): readonly string[] {
  switch (by) {
    case "group":
      return run.groups.length === 0 || run.failedGroups.includes("") ? [...run.groups, NO_GROUP] : run.groups;
    case "cause":
      return [describeOrigin(run.origin)];
    case "status":
      return [run.status];
  }
}

/** Whether a run counts as a failure of a group: among groups of assets only where one of its own failed. */
function hasFailedIn(run: RunBar, name: string, by: Grouping): boolean {
  if (by !== "group") return run.status === "failed";
  return run.status === "failed" && run.failedGroups.some((group) => (group === "" ? NO_GROUP : group) === name);
}

/** Places runs on lines by group; groups with failures first, then by how many runs they have. */
export function layOutHistory(
  runs: readonly RunBar[],
  { by, now, spanMs }: { readonly by: Grouping; readonly now: number; readonly spanMs: number },
): HistoryLayout {
  const groups = new Map<string, RunBar[]>();
  // The newest come first; lines fill from the oldest.
  for (const run of runs.toReversed()) {
    for (const name of groupsOf(run, by)) {
      const known = groups.get(name);
      if (known === undefined) groups.set(name, [run]);
      else known.push(run);
    }
  }
  const ordered = [...groups]
    .map(([name, own]) => ({ name, own, failed: own.filter((run) => hasFailedIn(run, name, by)).length }))
    .toSorted((a, b) => b.failed - a.failed || b.own.length - a.own.length || (a.name < b.name ? -1 : 1));
  const lanes: HistoryLane[] = [];
  const placed: PlacedRun[] = [];
  let line = 0;
  for (const { name, own, failed } of ordered) {
    // A run that failed without a step that did, for it took too long for instance, failed as a whole.
    const isFailedElsewhere = (run: RunBar): boolean =>
      by === "group" && run.status === "failed" && run.failedGroups.length > 0 && !hasFailedIn(run, name, by);
    const lines = placeRuns(own, { now, gapMs: spanMs * GAP, firstLine: line, placed, isFailedElsewhere });
    lanes.push({ name, line, lines, count: own.length, failed });
    line += lines;
  }
  return { lanes, runs: placed, lines: line };
}

/** Puts each run on the first line that is free by then; answers how many lines that took. */
function placeRuns(
  runs: readonly RunBar[],
  {
    now,
    gapMs,
    firstLine,
    placed,
    isFailedElsewhere,
  }: {
    readonly now: number;
    readonly gapMs: number;
    readonly firstLine: number;
    readonly placed: PlacedRun[];
    readonly isFailedElsewhere: (run: RunBar) => boolean;
  },
): number {
  const freeFrom: number[] = [];
  for (const run of runs) {
    const end = run.endedAt ?? Math.max(now, run.createdAt);
    let own = freeFrom.findIndex((free) => free <= run.createdAt);
    if (own === -1) own = Math.min(freeFrom.length, MAX_LINES - 1);
    freeFrom[own] = Math.max(freeFrom[own] ?? 0, end + gapMs);
    placed.push({
      run,
      queuedFrom: run.createdAt,
      start: run.startedAt ?? end,
      end,
      line: firstLine + own,
      isFailedElsewhere: isFailedElsewhere(run),
    });
  }
  return freeFrom.length;
}
