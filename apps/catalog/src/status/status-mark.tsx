import type { ReactNode } from "react";
import { GLYPH_PATHS } from "./glyph-paths.ts";
import type { Glyph, StatusLook, Tone } from "./status-look.ts";

/** Text class of each tone, spelled out so that the style sheet holds them. */
export const TONE_TEXT: Record<Tone, string> = {
  fresh: "text-fresh-ink",
  stale: "text-stale-ink",
  failed: "text-failed-ink",
  running: "text-running-ink",
  queued: "text-queued-ink",
  missing: "text-missing-ink",
  skipped: "text-skipped-ink",
};

/** Fill class of each tone. */
export const TONE_FILL: Record<Tone, string> = {
  fresh: "bg-fresh",
  stale: "bg-stale",
  failed: "bg-failed",
  running: "bg-running",
  queued: "bg-queued",
  missing: "bg-missing",
  skipped: "bg-skipped",
};

/** One glyph in the current text colour. Decorative: a word stands beside it, or its parent has a name. */
export function GlyphIcon({ glyph, size = 12 }: { readonly glyph: Glyph; readonly size?: number }): ReactNode {
  const { stroke, fill } = GLYPH_PATHS[glyph];
  return (
    <svg width={size} height={size} viewBox="0 0 12 12" aria-hidden className="shrink-0">
      {fill !== "" && <path d={fill} fill="currentColor" />}
      {stroke !== "" && (
        <path
          d={stroke}
          fill="none"
          stroke="currentColor"
          strokeWidth={1.6}
          strokeLinecap="round"
          strokeLinejoin="round"
        />
      )}
    </svg>
  );
}

/** A status as glyph, word and colour. Loud statuses colour their word too; quiet ones leave it in the text's colour. */
export function StatusMark({ look, suffix }: { readonly look: StatusLook; readonly suffix?: ReactNode }): ReactNode {
  const loud = look.tone === "failed";
  return (
    <span className={`inline-flex items-center gap-1.5 whitespace-nowrap ${TONE_TEXT[look.tone]}`}>
      <GlyphIcon glyph={look.glyph} />
      <span className={loud ? "font-medium" : "text-ink"}>
        {look.word}
        {suffix}
      </span>
    </span>
  );
}
