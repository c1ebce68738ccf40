import type { AssetDetail, AssetLink } from "@heddle/api";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { lastSegment } from "../../../data/catalog-index.ts";
import { formatCount } from "../../../format/amounts.ts";
import { lookOfCode } from "../../../status/status-look.ts";
import { GlyphIcon, TONE_TEXT } from "../../../status/status-mark.tsx";
import { Icon } from "../../../ui/icons.tsx";
import { Ago } from "../../../ui/instant.tsx";
import { Section } from "../../../ui/page.tsx";
import { describeWaits } from "../describe-waits.ts";

/** Neighbours on each side that are shown; the rest is in the tab of lineage. */
const SHOWN = 4;

interface LineageStripProps {
  readonly detail: AssetDetail;
  readonly onMore: () => void;
}

/** What an asset reads and what reads it, one step away, each with its status. */
export function LineageStrip({ detail, onMore }: LineageStripProps): ReactNode {
  const { upstream, downstream } = detail;
  if (upstream.length === 0 && downstream.length === 0) return null;
  return (
    <Section
      title="Neighbours"
      aside={
        <Link to="/lineage" search={{ focus: detail.definition.key }} className="link">
          Lineage
        </Link>
      }
    >
      <div className="grid items-center gap-x-2 gap-y-2 md:grid-cols-[minmax(0,1fr)_auto_minmax(0,1fr)]">
        <Side title="Reads" none="reads no asset" links={upstream} waits={describeWaits(detail)} onMore={onMore} />
        <div aria-hidden className="flex items-center gap-1.5 text-faint max-md:hidden">
          <Icon name="chevronRight" size={14} />
          <span className="max-w-32 truncate rounded-md border border-accent bg-accent-soft px-2.5 py-1.5 text-sm font-medium text-ink">
            {lastSegment(detail.definition.key)}
          </span>
          <Icon name="chevronRight" size={14} />
        </div>
        <Side title="Read by" none="read by no asset" links={downstream} onMore={onMore} />
      </div>
    </Section>
  );
}

interface SideProps {
  readonly title: string;
  readonly none: string;
  readonly links: readonly AssetLink[];
  readonly waits?: ReadonlyMap<string, string>;
  readonly onMore: () => void;
}

function Side({ title, none, links, waits, onMore }: SideProps): ReactNode {
  if (links.length === 0) {
    return <p className="rounded-md border border-dashed border-line px-3 py-2 text-center text-muted">{none}</p>;
  }
  const shown = links.length > SHOWN ? links.slice(0, SHOWN - 1) : links;
  return (
    <ul aria-label={title} className="flex min-w-0 flex-col gap-1">
      {shown.map((link) => (
        <li key={link.id}>
          <Neighbour link={link} wait={waits?.get(link.key)} />
        </li>
      ))}
      {shown.length < links.length && (
        <li>
          <button
            type="button"
            onClick={onMore}
            className="w-full rounded-md border border-dashed border-line px-2.5 py-1 text-left text-xs text-muted hover:bg-hover hover:text-ink"
          >
            and {formatCount(links.length - shown.length)} more
          </button>
        </li>
      )}
    </ul>
  );
}

function Neighbour({ link, wait }: { readonly link: AssetLink; readonly wait: string | undefined }): ReactNode {
  const { key, code, rule, lastMaterializedAt } = link;
  const look = lookOfCode(code);
  const name = lastSegment(key);
  return (
    <Link
      to="/assets/$"
      params={{ _splat: key }}
      title={`${key}\n${rule}${wait === undefined ? "" : `; ${wait}`}`}
      className="flex min-w-0 items-center gap-2 rounded-md border border-line bg-surface px-2.5 py-1.5 hover:border-line-strong hover:bg-hover"
    >
      <span className={TONE_TEXT[look.tone]}>
        <GlyphIcon glyph={look.glyph} />
      </span>
      <span className="min-w-0 flex-1 truncate">
        <span className="text-muted">{key.slice(0, key.length - name.length)}</span>
        <span className="font-medium">{name}</span>
        <span className="sr-only">, </span>
      </span>
      <span className={`shrink-0 text-2xs ${look.tone === "failed" ? "text-failed-ink" : "text-muted"}`}>
        {look.word}
        {lastMaterializedAt !== null && look.tone === "fresh" && (
          <>
            {" "}
            <Ago at={lastMaterializedAt} />
          </>
        )}
      </span>
    </Link>
  );
}
