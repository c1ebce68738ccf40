import type { CheckResult, CheckSummary, CheckState } from "@heddle/api";
import { formatCount } from "../../format/amounts.ts";
import type { StatusLook } from "../../status/status-look.ts";
import { WARNING_LOOK } from "../../status/status-look.ts";
import type { Mark } from "../../ui/mark-strip.tsx";

/** How each state of a check is shown. */
export const CHECK_LOOK: Record<CheckState, StatusLook> = {
  failed: { glyph: "cross", word: "failed", tone: "failed" },
  warned: { ...WARNING_LOOK, word: "warned" },
  passed: { glyph: "check", word: "passed", tone: "fresh" },
  never: { glyph: "ring", word: "no result", tone: "missing" },
};

/** How one result counts. */
export function stateOfResult({ passed, severity }: Pick<CheckResult, "passed" | "severity">): CheckState {
  if (passed) return "passed";
  return severity === "warn" ? "warned" : "failed";
}

const STATE_OF_LETTER: Readonly<Record<string, CheckState>> = { p: "passed", w: "warned", f: "failed" };
const BY_URGENCY: readonly CheckState[] = ["failed", "warned", "passed", "never"];
const SHARE: Record<CheckState, number> = { failed: 1, warned: 0.75, passed: 0.4, never: 0 };

/** The newest results of a check as bars; the oldest first. */
export function marksOfRecent(recent: string): readonly Mark[] {
  return Array.from(recent, (letter) => {
    const state = STATE_OF_LETTER[letter] ?? "never";
    return { tone: CHECK_LOOK[state].tone, share: SHARE[state], rank: BY_URGENCY.indexOf(state) };
  });
}

/** The same in words: `last 24 results: 2 failed, 22 passed`. */
export function describeRecent(recent: string): string {
  if (recent === "") return "no results yet";
  const parts = BY_URGENCY.flatMap((state) => {
    const count = Array.from(recent).filter((letter) => STATE_OF_LETTER[letter] === state).length;
    return count === 0 ? [] : [`${formatCount(count)} ${CHECK_LOOK[state].word}`];
  });
  return `last ${formatCount(recent.length)} results: ${parts.join(", ")}`;
}

/** What a check does when it does not pass. */
export function describeEffect({ severity, blocking }: Pick<CheckSummary, "severity" | "blocking">): string {
  if (blocking) return "blocks publication";
  return severity === "warn" ? "warns" : "does not block";
}
