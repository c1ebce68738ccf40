import type { AssetLink } from "@heddle/api";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { formatCount } from "../../format/amounts.ts";
import { lookOfCode } from "../../status/status-look.ts";
import { GlyphIcon, TONE_TEXT } from "../../status/status-mark.tsx";

/** More neighbours than this are counted and not listed. */
const LISTED = 40;

/** What an asset reads, or what reads it, one step away. */
export function AssetNeighbours({
  title,
  links,
}: {
  readonly title: string;
  readonly links: readonly AssetLink[];
}): ReactNode {
  return (
    <section aria-label={title}>
      <h2 className="label mb-1">
        {title} {formatCount(links.length)}
      </h2>
      {links.length === 0 && <p className="text-muted">none</p>}
      <ul className="-mx-2">
        {links.slice(0, LISTED).map(({ id, key, code, rule }) => {
          const look = lookOfCode(code);
          return (
            <li key={id}>
              <Link
                to="/assets/$"
                params={{ _splat: key }}
                title={`Partitions: ${rule}`}
                className="flex h-7 items-center gap-2 rounded-sm px-2 hover:bg-hover"
              >
                <span className={TONE_TEXT[look.tone]}>
                  <GlyphIcon glyph={look.glyph} />
                </span>
                <span className="truncate">{key}</span>
                <span className="sr-only">, {look.word}</span>
              </Link>
            </li>
          );
        })}
      </ul>
      {links.length > LISTED && (
        <p className="text-xs text-muted">and {formatCount(links.length - LISTED)} more, in the lineage</p>
      )}
    </section>
  );
}
