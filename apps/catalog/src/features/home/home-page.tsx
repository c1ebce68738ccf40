import { useQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import { type Catalog, useCatalog, useStatusRevision } from "../../data/catalog-state.ts";
import { favouritesQuery } from "../../data/favourites.ts";
import { formatCount, formatCounted } from "../../format/amounts.ts";
import { deploymentQuery } from "../../shell/deployment.ts";
import { Page, PageHeader } from "../../ui/page.tsx";
import { Skeleton } from "../../ui/skeleton.tsx";
import { NoAssets } from "../assets/no-assets.tsx";
import { FavouriteList } from "./favourite-list.tsx";
import { FleetBar } from "./fleet-bar.tsx";
import { fleetStanding } from "./fleet-standing.ts";
import { attentionQuery, openRunsQuery, upcomingQuery, useRunsOfSpan } from "./home-queries.ts";
import type { Span } from "./home-search.ts";
import { NeedsAttention } from "./needs-attention.tsx";
import { RunHistory } from "./run-history.tsx";
import { RunningNow } from "./running-now.tsx";
import { Upcoming } from "./upcoming.tsx";

const route = getRouteApi("/");

/** What needs a person now, and what goes on. */
export function HomePage(): ReactNode {
  const catalog = useCatalog();
  if (catalog === null) return null;
  return (
    <Page title="Home">
      <PageHeader title="Home" {...(catalog.index.count === 0 ? {} : { meta: <FreshCount catalog={catalog} /> })} />
      {catalog.index.count === 0 ? <NoAssets /> : <HomeContent catalog={catalog} />}
    </Page>
  );
}

function FreshCount({ catalog }: { readonly catalog: Catalog }): ReactNode {
  useStatusRevision(catalog.statuses);
  const { total, fresh } = fleetStanding(catalog);
  if (total === 0) return formatCounted(catalog.index.count, "external asset");
  return `${formatCount(fresh)} of ${formatCounted(total, "asset")} fresh`;
}

function HomeContent({ catalog }: { readonly catalog: Catalog }): ReactNode {
  const { span = "6h", by = "group" } = route.useSearch();
  const navigate = useNavigate({ from: "/" });
  return (
    <div className="min-h-0 flex-1 overflow-y-auto">
      <div className="px-4 pt-4 pb-6">
        <FleetBar catalog={catalog} />
      </div>
      <OnceKnown span={span}>
        <div className="grid grid-cols-[minmax(0,1fr)_340px] gap-x-10 gap-y-6 px-4 pb-4 max-lg:grid-cols-1">
          <div className="flex min-w-0 flex-col gap-6">
            <NeedsAttention catalog={catalog} />
            <RunHistory
              span={span}
              by={by}
              onSpan={(next) =>
                void navigate({
                  search: (before) => ({ ...before, span: next === "6h" ? undefined : next }),
                  replace: true,
                })
              }
              onBy={(next) =>
                void navigate({
                  search: (before) => ({ ...before, by: next === "group" ? undefined : next }),
                  replace: true,
                })
              }
            />
          </div>
          <div className="flex min-w-0 flex-col gap-6">
            <Upcoming />
            <FavouriteList catalog={catalog} />
            {/* Comes last: nothing stands below it that would move while runs come and go. */}
            <RunningNow />
          </div>
        </div>
      </OnceKnown>
    </div>
  );
}

interface OnceKnownProps {
  readonly span: Span;
  readonly children: ReactNode;
}

/** Shows the lists once all of them are known: those that come one by one would push each other down. */
function OnceKnown({ span, children }: OnceKnownProps): ReactNode {
  const queries = [
    useQuery(deploymentQuery()),
    useQuery(attentionQuery()),
    useRunsOfSpan(span).query,
    useQuery(upcomingQuery()),
    useQuery(favouritesQuery()),
    useQuery(openRunsQuery()),
  ];
  const [shown, setShown] = useState(false);
  const isKnown = queries.every(({ isPending }) => !isPending);
  if (isKnown && !shown) setShown(true);
  return shown ? children : <Skeleton label="Finding what needs attention" lines={8} />;
}
