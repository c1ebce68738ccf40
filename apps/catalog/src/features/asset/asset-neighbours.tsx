import type { AssetLink } from "@heddle/api";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { formatCount } from "../../format/amounts.ts";
import { lookOfCode } from "../../status/status-look.ts";
import { GlyphIcon, TONE_TEXT } from "../../status/status-mark.tsx";

/** More neighbours than this are counted and not listed. */
const LISTED = 40;

interface AssetNeighboursProps {
  readonly title: string;
  readonly links: readonly AssetLink[];
  /** What the asset waits for of some of them, in words, by key. */
  readonly waits?: ReadonlyMap<string, string>;
}

/** What an asset reads, or what reads it, one step away, and which partitions of it. */
export function AssetNeighbours({ title, links, waits }: AssetNeighboursProps): ReactNode {
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
                className="flex items-start gap-2 rounded-sm px-2 py-1 hover:bg-hover"
              >
                <span className={`mt-1 ${TONE_TEXT[look.tone]}`}>
                  <GlyphIcon glyph={look.glyph} />
                </span>
                <span className="min-w-0">
                  <span className="block truncate" title={key}>
                    {key}
                    <span className="sr-only">, {look.word}</span>
                  </span>
                  <span className="block text-2xs break-words text-muted">
                    {rule}
                    {waits?.get(key) !== undefined && `; ${waits.get(key) ?? ""}`}
                  </span>
                </span>
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
