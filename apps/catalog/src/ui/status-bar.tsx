import { PARTITION_STATUSES } from "@heddle/core/internal";
import type { ReactNode } from "react";
import { formatCount } from "../format/amounts.ts";
import { BY_URGENCY, codeOf, PARTITION_LOOK } from "../status/status-look.ts";
import { TONE_FILL } from "../status/status-mark.tsx";
import { StackedBar } from "./stacked-bar.tsx";

/** Order of the parts in a bar: what holds first, what is missing last, trouble between where it is seen. */
const BAR_ORDER = (["fresh", "stale", "skipped", "failed", "running", "queued", "missing"] as const).map(codeOf);

const URGENT: ReadonlySet<number> = new Set(
  ["failed", "running", "queued", "stale"].map((status) => PARTITION_STATUSES.findIndex((own) => own === status)),
);

interface StatusBarProps {
  /** How many partitions are in each status, by code. */
  readonly countOf: (code: number) => number;
  readonly className?: string;
}

/** Partitions by status as one stacked bar. A single failed partition among a million still gets its 2 px. */
export function StatusBar({ countOf, className = "h-1.5" }: StatusBarProps): ReactNode {
  const parts = BAR_ORDER.map((code) => ({
    key: code,
    count: countOf(code),
    fill: TONE_FILL[PARTITION_LOOK[PARTITION_STATUSES[code] ?? "missing"].tone],
    minPx: URGENT.has(code) ? 3 : 1,
  })).filter(({ count }) => count > 0);
  return <StackedBar parts={parts} label={describeCounts(countOf)} className={className} />;
}

/** Counts as a sentence, the most urgent first: `3 failed, 1,204 fresh`. */
export function describeCounts(
  countOf: (code: number) => number,
  wordOf: (code: number) => string = (code) => PARTITION_STATUSES[code] ?? "",
): string {
  const parts = BY_URGENCY.map(codeOf)
    .map((code) => ({ word: wordOf(code), count: countOf(code) }))
    .filter(({ count }) => count > 0);
  return parts.length === 0
    ? "no partitions"
    : parts.map(({ word, count }) => `${formatCount(count)} ${word}`).join(", ");
}
