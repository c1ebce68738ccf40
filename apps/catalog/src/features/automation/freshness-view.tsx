import type { AssetFreshness, FreshnessChange } from "@heddle/api";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { trpc } from "../../data/trpc.ts";
import type { StatusLook } from "../../status/status-look.ts";
import { StatusMark } from "../../status/status-mark.tsx";
import { Ago, At, Until } from "../../ui/instant.tsx";
import { Section } from "../../ui/page.tsx";

const LOOKS: Record<FreshnessChange["to"], StatusLook> = {
  pass: { glyph: "check", word: "in time", tone: "fresh" },
  warn: { glyph: "triangle", word: "late", tone: "stale" },
  fail: { glyph: "cross", word: "overdue", tone: "failed" },
  unknown: { glyph: "ring", word: "not known yet", tone: "missing" },
};

/** How old an asset may get, and whether it is; nothing where it has no policy. */
export function FreshnessView({ assetId }: { readonly assetId: number }): ReactNode {
  const query = useQuery(trpc.freshness.get.queryOptions({ assetId, limit: 10 }, { refetchInterval: 30_000 }));
  if (query.data === undefined || query.data === null) return null;
  return <Freshness freshness={query.data} />;
}

function Freshness({ freshness }: { readonly freshness: AssetFreshness }): ReactNode {
  const { policyText, state, since, dueAt, history } = freshness;
  return (
    <Section title="Freshness" aside={policyText}>
      <div className="flex flex-wrap items-center gap-x-4 gap-y-1 rounded-md border border-line px-4 py-3">
        <StatusMark look={LOOKS[state]} />
        <span className="text-muted">
          since <Ago at={since} />
        </span>
        {dueAt !== null && (
          <span className="text-muted">
            due <Until at={dueAt} />
          </span>
        )}
      </div>
      {history.items.length > 0 && (
        <ul aria-label="Changes of freshness" className="flex flex-col">
          {history.items.map(({ id, from, to, at }) => (
            <li key={id} className="flex items-center gap-3 border-b border-line py-1 last:border-b-0">
              <StatusMark look={LOOKS[to]} />
              {from !== null && <span className="text-xs text-muted">was {LOOKS[from].word}</span>}
              <span className="ml-auto text-xs text-muted">
                <At at={at} />
              </span>
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}
