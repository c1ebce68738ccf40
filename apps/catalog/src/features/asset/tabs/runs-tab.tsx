import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { trpc } from "../../../data/trpc.ts";
import { FailurePanel } from "../../../ui/failure-panel.tsx";
import { Section } from "../../../ui/page.tsx";
import { Skeleton } from "../../../ui/skeleton.tsx";
import { RunTable } from "../../runs/run-table.tsx";
import type { AssetTabProps } from "../asset-tabs.tsx";

/** Newest runs listed here; the rest is on the page of runs. */
const LISTED_RUNS = 50;

/** The newest runs that have made or tried to make an asset. */
export function RunsTab({ detail }: AssetTabProps): ReactNode {
  const { key } = detail.definition;
  const query = useQuery(trpc.runs.list.queryOptions({ asset: key, limit: LISTED_RUNS }));
  return (
    <Section
      title="Runs"
      aside={
        <Link to="/runs" search={{ asset: key }} className="link">
          All runs of this asset
        </Link>
      }
    >
      {query.isError && (
        <FailurePanel title="The runs could not be read" error={query.error} onRetry={() => void query.refetch()} />
      )}
      {query.isPending && <Skeleton label="Reading the runs" lines={3} />}
      {query.data?.items.length === 0 && <p className="text-muted">No run has made it yet.</p>}
      {query.data !== undefined && query.data.items.length > 0 && (
        <div className="rounded-md border border-line">
          <RunTable runs={query.data.items} label="Newest runs of this asset" compact />
        </div>
      )}
    </Section>
  );
}
