import { PARTITION_STATUSES } from "@heddle/core/internal";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { type Catalog, useStatusRevision } from "../../data/catalog-state.ts";
import { formatCount } from "../../format/amounts.ts";
import { BY_URGENCY, codeOf, PARTITION_LOOK } from "../../status/status-look.ts";
import { GlyphIcon, TONE_TEXT } from "../../status/status-mark.tsx";
import { StatusBar } from "../../ui/status-bar.tsx";

/** Statuses that come and go while runs go on: they keep their places. */
const ALWAYS: ReadonlySet<string> = new Set(["failed", "stale", "running", "queued", "missing", "fresh"]);

/** How many assets are in each status, each a way to these assets. */
export function FleetBar({ catalog }: { readonly catalog: Catalog }): ReactNode {
  useStatusRevision(catalog.statuses);
  const counts = new Float64Array(PARTITION_STATUSES.length);
  for (const code of catalog.statuses.codes) if (code >= 0) counts[code] = (counts[code] ?? 0) + 1;
  const shown = BY_URGENCY.filter((status) => ALWAYS.has(status) || (counts[codeOf(status)] ?? 0) > 0);
  return (
    <div className="flex flex-col gap-2">
      <StatusBar countOf={(code) => counts[code] ?? 0} className="h-2" />
      <ul aria-label="Assets by status" className="-mx-2 flex flex-wrap gap-x-1 gap-y-0.5">
        {shown.map((status) => {
          const look = PARTITION_LOOK[status];
          return (
            <li key={status} className="min-w-24">
              <Link
                to="/assets"
                search={{ status: [status] }}
                className="inline-flex h-7 items-center gap-1.5 rounded-md px-2 hover:bg-hover"
              >
                <span className={(counts[codeOf(status)] ?? 0) === 0 ? "text-muted" : TONE_TEXT[look.tone]}>
                  <GlyphIcon glyph={look.glyph} />
                </span>
                <span className={(counts[codeOf(status)] ?? 0) === 0 ? "text-muted" : "font-semibold"}>
                  {formatCount(counts[codeOf(status)] ?? 0)}
                </span>
                <span className="text-muted">{look.word}</span>
              </Link>
            </li>
          );
        })}
      </ul>
    </div>
  );
}
