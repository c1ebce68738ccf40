import { PARTITION_STATUSES } from "@heddle/core";
import type { ReactNode } from "react";
import { formatCount } from "../format/amounts.ts";
import { BY_URGENCY, codeOf, PARTITION_LOOK } from "../status/status-look.ts";
import { TONE_FILL } from "../status/status-mark.tsx";

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
  const parts = BAR_ORDER.map((code) => ({ code, count: countOf(code) })).filter((part) => part.count > 0);
  return (
    <span
      role="img"
      aria-label={describeCounts(countOf)}
      title={describeCounts(countOf)}
      className={`flex min-w-0 gap-px overflow-hidden rounded-[2px] ${className}`}
    >
      {parts.map(({ code, count }) => {
        const status = PARTITION_STATUSES[code] ?? "missing";
        return (
          <span
            key={code}
            className={TONE_FILL[PARTITION_LOOK[status].tone]}
            style={{ flexGrow: count, flexBasis: 0, minWidth: URGENT.has(code) ? 3 : 1 }}
          />
        );
      })}
    </span>
  );
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
