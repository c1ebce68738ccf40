import { type ReactNode, useDeferredValue, useId, useMemo, useState } from "react";
import { PARTITION_STATUSES } from "@heddle/core/internal";
import type { Catalog } from "../../data/catalog-state.ts";
import { formatCount } from "../../format/amounts.ts";
import { EXTERNAL_LOOK, PARTITION_LOOK } from "../../status/status-look.ts";
import { GlyphIcon, TONE_TEXT } from "../../status/status-mark.tsx";
import { countFacets, type FacetCount } from "./asset-facets.ts";
import { type Facet, FACETS, type FacetValues } from "./facet-choice.ts";

const TITLES: Record<Facet, string> = { status: "Status", group: "Group", kind: "Kind", owner: "Owner", tag: "Tag" };

const NONE: readonly FacetCount[] = [];

/** Values listed before "more" is pressed. */
const LISTED = 8;

interface FacetPanelProps {
  /** The rows that are filtered; another object whenever these, their statuses or what is chosen change. */
  readonly faceted: {
    readonly catalog: Catalog;
    readonly candidates: readonly number[];
    readonly chosen: FacetValues;
  };
  readonly onChange: (facet: Facet, values: readonly string[]) => void;
}

/** Narrows the table by the values that its assets have. The table comes first: its lines do not wait for the counts. */
export function FacetPanel({ faceted, onChange }: FacetPanelProps): ReactNode {
  const { chosen } = faceted;
  const settled = useDeferredValue(faceted, null);
  const counts = useMemo(
    () => (settled === null ? null : countFacets(settled.catalog, settled.candidates, settled.chosen)),
    [settled],
  );
  return (
    <aside aria-label="Facets" className="w-52 shrink-0 overflow-y-auto border-r border-line px-2 py-3 max-lg:hidden">
      {FACETS.map((facet) => (
        <FacetList
          key={facet}
          facet={facet}
          counts={counts?.[facet] ?? NONE}
          chosen={chosen[facet] ?? []}
          onChange={(values) => onChange(facet, values)}
        />
      ))}
    </aside>
  );
}

interface FacetListProps {
  readonly facet: Facet;
  readonly counts: readonly FacetCount[];
  readonly chosen: readonly string[];
  readonly onChange: (values: readonly string[]) => void;
}

function FacetList({ facet, counts, chosen, onChange }: FacetListProps): ReactNode {
  const [all, setAll] = useState(false);
  const titleId = useId();
  if (counts.length === 0) return null;
  const listed = all ? counts : counts.filter(({ value }, i) => i < LISTED || chosen.includes(value));
  const toggle = (value: string): void =>
    onChange(chosen.includes(value) ? chosen.filter((own) => own !== value) : [...chosen, value]);
  return (
    <div role="group" aria-labelledby={titleId} className="mb-4">
      <div className="flex h-6 items-center px-2">
        <h2 id={titleId} className="label">
          {TITLES[facet]}
        </h2>
        {chosen.length > 0 && (
          <button
            type="button"
            onClick={() => onChange([])}
            className="ml-auto text-2xs text-accent-ink hover:underline"
          >
            Clear <span className="sr-only">{TITLES[facet].toLowerCase()}</span>
          </button>
        )}
      </div>
      {listed.map(({ value, count }) => (
        <label
          key={value}
          className="flex h-7 items-center gap-2 rounded-sm px-2 hover:bg-hover has-checked:font-medium"
        >
          <input
            type="checkbox"
            checked={chosen.includes(value)}
            onChange={() => toggle(value)}
            className="size-3.5 shrink-0 accent-[var(--accent)]"
          />
          {facet === "status" && <StatusGlyph value={value} />}
          <span className="truncate" title={value}>
            {value}
          </span>
          <span className="ml-auto text-xs text-muted">{formatCount(count)}</span>
        </label>
      ))}
      {counts.length > listed.length && (
        <button type="button" onClick={() => setAll(true)} className="h-7 px-2 text-xs text-accent-ink hover:underline">
          {formatCount(counts.length - listed.length)} more
        </button>
      )}
    </div>
  );
}

function StatusGlyph({ value }: { readonly value: string }): ReactNode {
  const status = PARTITION_STATUSES.find((own) => own === value);
  const look = status === undefined ? EXTERNAL_LOOK : PARTITION_LOOK[status];
  return (
    <span className={TONE_TEXT[look.tone]}>
      <GlyphIcon glyph={look.glyph} />
    </span>
  );
}
