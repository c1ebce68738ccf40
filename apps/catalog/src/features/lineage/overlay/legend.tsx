import type { ReactNode } from "react";
import { formatShortCount } from "../../../format/amounts.ts";
import { PARTITION_LOOK } from "../../../status/status-look.ts";
import { GlyphIcon, TONE_TEXT } from "../../../status/status-mark.tsx";
import { type Overlay, styleOf } from "./overlay.ts";

const BOX =
  "pointer-events-none absolute right-3 bottom-3 flex max-w-[60%] flex-wrap gap-x-3 gap-y-0.5 rounded-md border border-line bg-[var(--raised)] px-2.5 py-1 text-2xs text-muted max-lg:hidden";

/** What the colours and shapes mean, at the lower right of the picture. */
export function Legend({ overlay }: { readonly overlay: Overlay | null }): ReactNode {
  if (overlay !== null) return <OverlayLegend overlay={overlay} />;
  return (
    <ul aria-label="Legend" className={BOX}>
      {(["fresh", "stale", "failed", "running", "queued", "missing"] as const).map((status) => {
        const look = PARTITION_LOOK[status];
        return (
          <li key={status} className="flex items-center gap-1">
            <span className={TONE_TEXT[look.tone]}>
              <GlyphIcon glyph={look.glyph} size={10} />
            </span>
            {look.word}
          </li>
        );
      })}
    </ul>
  );
}

function OverlayLegend({ overlay }: { readonly overlay: Overlay }): ReactNode {
  return (
    <ul aria-label={`Legend: ${overlay.title}`} className={BOX}>
      <li className="font-medium text-ink">{overlay.title}</li>
      {overlay.classes
        .filter(({ count }) => count > 0)
        .map(({ label, colour, count }) => (
          <li key={label} className="flex items-center gap-1.5">
            <span aria-hidden className="size-2.5 rounded-[2px]" style={{ background: styleOf(colour) }} />
            <span className="max-w-40 truncate">{label}</span>
            <span className="text-faint">{formatShortCount(count)}</span>
          </li>
        ))}
    </ul>
  );
}
