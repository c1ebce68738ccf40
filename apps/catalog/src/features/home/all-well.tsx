import type { ReactNode } from "react";
import { type Catalog, useStatusRevision } from "../../data/catalog-state.ts";
import { formatCount, formatCounted } from "../../format/amounts.ts";
import { GlyphIcon } from "../../status/status-mark.tsx";
import { Button } from "../../ui/button.tsx";
import { useLaunch } from "../launch/launch-search.ts";
import { fleetStanding } from "./fleet-standing.ts";

/** What stands where nothing needs attention: how the assets are, or how to make them for the first time. */
export function AllWell({ catalog }: { readonly catalog: Catalog }): ReactNode {
  useStatusRevision(catalog.statuses);
  const { total, fresh, incomplete, unmade } = fleetStanding(catalog);
  if (total > 0 && unmade === total) return <NothingMade total={total} />;
  return (
    <p className="flex min-h-12 items-center gap-2 rounded-lg border border-line px-3 py-2">
      <span className="text-fresh-ink">
        <GlyphIcon glyph="check" />
      </span>
      <span>
        Nothing failed; {formatCounted(fresh, "asset")} fresh
        {incomplete > 0 && `, ${formatCount(incomplete)} with missing partitions`}
        {unmade > 0 && `, ${formatCount(unmade)} not made yet`}.
      </span>
    </p>
  );
}

function NothingMade({ total }: { readonly total: number }): ReactNode {
  const launch = useLaunch();
  return (
    <div className="flex min-h-12 flex-wrap items-center gap-x-2 gap-y-1 rounded-lg border border-line px-3 py-2">
      <p className="mr-auto flex items-center gap-2">
        <span className="text-missing-ink">
          <GlyphIcon glyph="ring" />
        </span>
        Nothing is made yet: {formatCounted(total, "asset waits for its", "assets wait for their")} first run.
      </p>
      <Button kind="solid" icon="play" onClick={() => launch({ launch: "*" })}>
        Materialize all
      </Button>
    </div>
  );
}
