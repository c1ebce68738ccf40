import type { RunMatrix } from "@heddle/api";
import { resolvePartitions } from "@heddle/core";
import { PARTITION_STATUSES, type DynamicKeys, type PartitionStatus } from "@heddle/core/internal";
import { formatCount } from "../../format/amounts.ts";
import { partitionName, type Partitions } from "../../partitions/partition-space.ts";
import { StatusRuns } from "../../partitions/status-runs.ts";
import { BY_URGENCY, codeOf } from "../../status/status-look.ts";

/** What a status of a partition means for a step of a run; see `RunMatrixRow`. */
export const STEP_WORD: Record<PartitionStatus, string> = {
  missing: "waiting",
  queued: "ready",
  running: "running",
  stale: "retrying",
  fresh: "made",
  failed: "failed",
  skipped: "skipped or canceled",
};

/** One asset of a matrix, ready to be painted and named. */
export interface MatrixRowView extends Partitions {
  readonly key: string;
  readonly assetId: number;
}

/** Puts the rows of an answer into the form that strips are painted from. */
export function matrixRows({ rows, plannedAt }: RunMatrix, dynamicKeys: DynamicKeys): MatrixRowView[] {
  return rows.map((row) => ({
    key: row.asset.key,
    assetId: row.asset.id,
    runs: new StatusRuns(row.statuses),
    space: resolvePartitions(row.spec, { now: plannedAt, dynamicKeys: (name) => dynamicKeys[name] ?? [] }),
    knowsAllKeys: true,
  }));
}

/** The part of a row that a share of the whole width shows: every row shows the same share of its own partitions. */
export interface MatrixView {
  /** From 0 to 1. */
  readonly from: number;
  readonly to: number;
}

/** Names and states of the positions `[from, to)` of a row: `2024-01-01 to 2024-01-31, 1 failed, 30 made`. */
export function describeCells({ runs, space }: MatrixRowView, from: number, to: number): string {
  const first = partitionName(space, runs.ordinalAt(from));
  const name = space.spec === null ? "" : first;
  if (to - from <= 1) {
    const status = PARTITION_STATUSES[runs.codeAt(from)];
    return [name, status === undefined ? "" : STEP_WORD[status]].filter((part) => part !== "").join(", ");
  }
  const counts = runs.countBetween(from, to);
  const parts = BY_URGENCY.flatMap((status) => {
    const count = counts[codeOf(status)] ?? 0;
    return count === 0 ? [] : [`${formatCount(count)} ${STEP_WORD[status]}`];
  });
  return `${name} to ${partitionName(space, runs.ordinalAt(to - 1))}, ${parts.join(", ")}`;
}

const TROUBLE: ReadonlySet<number> = new Set([codeOf("failed")]);

/** A step in a matrix. */
export interface MatrixPlace {
  readonly row: number;
  readonly position: number;
}

/** The next failed step after a place, row by row, from the beginning again at the end; `null` when none failed. */
export function nextFailed(
  rows: readonly MatrixRowView[],
  from: MatrixPlace | null,
  direction: 1 | -1,
): MatrixPlace | null {
  const start = from?.row ?? (direction > 0 ? 0 : rows.length - 1);
  for (let step = 0; step <= rows.length; step++) {
    const row = (((start + step * direction) % rows.length) + rows.length) % rows.length;
    const own = rows[row];
    if (own === undefined) return null;
    const edge = direction > 0 ? -1 : own.runs.count;
    const position = failedBeyond(own.runs, step === 0 && from !== null ? from.position : edge, direction);
    if (position >= 0) return { row, position };
  }
  return null;
}

function failedBeyond(runs: StatusRuns, position: number, direction: 1 | -1): number {
  const inside = position + direction;
  if (inside < 0 || inside >= runs.count) return -1;
  return TROUBLE.has(runs.codeAt(inside)) ? inside : runs.next(inside, direction, TROUBLE);
}

/** Zooms about a share of the width, so that it stays where it is; `factor` below 1 shows less. */
export function zoomMatrix(view: MatrixView, about: number, factor: number): MatrixView {
  const size = Math.min(1, Math.max(0.000_05, (view.to - view.from) * factor));
  const from = Math.min(1 - size, Math.max(0, about - ((about - view.from) / (view.to - view.from)) * size));
  return { from, to: from + size };
}
