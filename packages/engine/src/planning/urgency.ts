import type { PartitionStatus } from "@heddle/core/internal";

/** The status to show for several partitions is the first of these that any of them has. */
export const URGENCY: readonly PartitionStatus[] = [
  "failed",
  "running",
  "queued",
  "stale",
  "skipped",
  "missing",
  "fresh",
];
