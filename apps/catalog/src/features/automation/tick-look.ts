import type { Tick } from "@heddle/api";
import { formatCount } from "../../format/amounts.ts";
import type { StatusLook } from "../../status/status-look.ts";
import type { Mark } from "../../ui/mark-strip.tsx";

/** How each outcome of a tick is shown. A tick that asked for nothing is the usual thing, and quiet. */
export const TICK_LOOK: Record<Tick["outcome"], StatusLook> = {
  requested: { glyph: "play", word: "requested", tone: "fresh" },
  skipped: { glyph: "slash", word: "skipped", tone: "missing" },
  failed: { glyph: "cross", word: "failed", tone: "failed" },
  missed: { glyph: "ring", word: "missed", tone: "stale" },
};

const OUTCOME_OF_MARK: Readonly<Record<string, Tick["outcome"]>> = {
  r: "requested",
  s: "skipped",
  f: "failed",
  m: "missed",
};

/** The outcome that a letter of the API stands for. */
export function outcomeOfMark(mark: string): Tick["outcome"] {
  return OUTCOME_OF_MARK[mark] ?? "skipped";
}

/** Outcomes from the one that most needs a person. */
const BY_URGENCY: readonly Tick["outcome"][] = ["failed", "missed", "requested", "skipped"];

/** Heights of bars: what asked for nothing is the usual thing, and low. */
const SHARE: Record<Tick["outcome"], number> = { failed: 1, missed: 0.7, requested: 0.8, skipped: 0.35 };

/** An outcome as a bar of a strip. */
export function markOfOutcome(outcome: Tick["outcome"]): Mark {
  return { tone: TICK_LOOK[outcome].tone, share: SHARE[outcome], rank: BY_URGENCY.indexOf(outcome) };
}

/** A history in words, the most urgent first: `last 100: 2 failed, 60 requested, 38 skipped`. */
export function describeOutcomes(outcomes: readonly Tick["outcome"][]): string {
  if (outcomes.length === 0) return "no ticks yet";
  const parts = BY_URGENCY.map((outcome) => ({
    outcome,
    count: outcomes.filter((own) => own === outcome).length,
  })).filter(({ count }) => count > 0);
  return `last ${formatCount(outcomes.length)}: ${parts.map(({ outcome, count }) => `${formatCount(count)} ${outcome}`).join(", ")}`;
}
