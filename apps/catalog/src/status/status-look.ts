import { type RunStatus, type StepStatus } from "@heddle/core";
import { PARTITION_STATUSES, type PartitionStatus } from "@heddle/core/internal";

/** Shapes of the glyphs. Each status has its own, so that colour is never needed to tell two apart. */
export const GLYPHS = [
  "check",
  "half",
  "cross",
  "play",
  "dots",
  "ring",
  "slash",
  "triangle",
  "diamond",
  "pause",
  "retry",
] as const;
export type Glyph = (typeof GLYPHS)[number];

/** The tones of the palette; each is a CSS variable of that name, with `-ink` for text. */
export const TONES = ["fresh", "stale", "failed", "running", "queued", "missing", "skipped"] as const;
export type Tone = (typeof TONES)[number];

/** How one status is shown: always by glyph, word and colour together. */
export interface StatusLook {
  readonly glyph: Glyph;
  readonly word: string;
  readonly tone: Tone;
}

/** The looks of partitions and assets. */
export const PARTITION_LOOK: Record<PartitionStatus, StatusLook> = {
  missing: { glyph: "ring", word: "missing", tone: "missing" },
  fresh: { glyph: "check", word: "fresh", tone: "fresh" },
  stale: { glyph: "half", word: "stale", tone: "stale" },
  failed: { glyph: "cross", word: "failed", tone: "failed" },
  running: { glyph: "play", word: "running", tone: "running" },
  queued: { glyph: "dots", word: "queued", tone: "queued" },
  skipped: { glyph: "slash", word: "skipped", tone: "skipped" },
};

/** An asset without a status of its own: Heddle observes it and does not make it. */
export const EXTERNAL_LOOK: StatusLook = { glyph: "diamond", word: "external", tone: "missing" };

/** A check of severity `warn` that did not pass. */
export const WARNING_LOOK: StatusLook = { glyph: "triangle", word: "warning", tone: "stale" };

export const RUN_LOOK: Record<RunStatus, StatusLook> = {
  queued: { glyph: "dots", word: "queued", tone: "queued" },
  running: { glyph: "play", word: "running", tone: "running" },
  paused: { glyph: "pause", word: "paused", tone: "stale" },
  canceling: { glyph: "slash", word: "canceling", tone: "skipped" },
  success: { glyph: "check", word: "success", tone: "fresh" },
  failed: { glyph: "cross", word: "failed", tone: "failed" },
  canceled: { glyph: "slash", word: "canceled", tone: "skipped" },
};

export const STEP_LOOK: Record<StepStatus, StatusLook> = {
  waiting: { glyph: "ring", word: "waiting", tone: "missing" },
  ready: { glyph: "dots", word: "ready", tone: "queued" },
  running: { glyph: "play", word: "running", tone: "running" },
  backoff: { glyph: "retry", word: "retrying", tone: "stale" },
  success: { glyph: "check", word: "success", tone: "fresh" },
  failed: { glyph: "cross", word: "failed", tone: "failed" },
  skipped: { glyph: "slash", word: "skipped", tone: "skipped" },
  canceled: { glyph: "slash", word: "canceled", tone: "skipped" },
};

/** Look of a status code on the wire: an index into `PARTITION_STATUSES`, -1 for none. */
export function lookOfCode(code: number): StatusLook {
  const status = PARTITION_STATUSES[code];
  return status === undefined ? EXTERNAL_LOOK : PARTITION_LOOK[status];
}

/** Index of a status among `PARTITION_STATUSES`. */
export function codeOf(status: PartitionStatus): number {
  return PARTITION_STATUSES.indexOf(status);
}

/**
 * The statuses from the one that most needs a person to the one that least does. Wherever several partitions share a
 * pixel, a cell or a word, the first of these that is there is the one to show.
 */
export const BY_URGENCY: readonly PartitionStatus[] = [
  "failed",
  "running",
  "queued",
  "stale",
  "missing",
  "skipped",
  "fresh",
];

/** Rank of each status code in `BY_URGENCY`, 0 for the most urgent. */
export const URGENCY_OF_CODE: readonly number[] = PARTITION_STATUSES.map((status) => BY_URGENCY.indexOf(status));
