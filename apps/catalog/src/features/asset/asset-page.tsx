import type { AssetDetail } from "@heddle/api";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { lazy, type ReactNode, Suspense, useId } from "react";
import { useCatalog } from "../../data/catalog-state.ts";
import { selectionOfKeys } from "../../data/selection-of-keys.ts";
import { trpc } from "../../data/trpc.ts";
import { formatCount } from "../../format/amounts.ts";
import { useHotkeys } from "../../keyboard/hotkeys.ts";
import { FailurePanel } from "../../ui/failure-panel.tsx";
import { At } from "../../ui/instant.tsx";
import { Page } from "../../ui/page.tsx";
import { Skeleton } from "../../ui/skeleton.tsx";
import { TabBar } from "../../ui/tab-bar.tsx";
import { type LaunchState, useLaunch } from "../launch/launch-search.ts";
import { openStates } from "../launch/open-states.ts";
import { AssetHeader } from "./asset-header.tsx";
import type { AssetTabName } from "./asset-page-search.ts";
import { tabsOf } from "./asset-tabs.tsx";

const UnknownAsset = lazy(async () => ({ default: (await import("./unknown-asset.tsx")).UnknownAsset }));

const route = getRouteApi("/assets/$");

/** Everything about one asset. */
export function AssetPage(): ReactNode {
  const { _splat: key = "" } = route.useParams();
  const query = useQuery(trpc.assets.get.queryOptions({ key }));
  const result = query.data;
  return (
    <Page title={key}>
      {query.isError && (
        <div className="p-4">
          <h1 className="sr-only">{key}</h1>
          <FailurePanel title="The asset could not be read" error={query.error} onRetry={() => void query.refetch()} />
        </div>
      )}
      {query.isPending && (
        <>
          <h1 className="sr-only">{key}</h1>
          <Skeleton label="Reading the asset" lines={6} />
        </>
      )}
      {result?.kind === "unknown" && (
        <Suspense fallback={<h1 className="sr-only">Unknown asset</h1>}>
          <UnknownAsset assetKey={result.key} nearest={result.nearest} />
        </Suspense>
      )}
      {result?.kind === "asset" && <AssetContent key={result.id} detail={result} />}
    </Page>
  );
}

function AssetContent({ detail }: { readonly detail: AssetDetail }): ReactNode {
  const search = route.useSearch();
  const navigate = useNavigate({ from: "/assets/$" });
  const openLaunch = useLaunch();
  const { key, kind } = detail.definition;
  const tabs = tabsOf(detail);
  // A link to a partition need not name the tab; a tab that this asset has not is no reason for an empty page.
  const wanted = search.tab ?? (search.partition === undefined ? "overview" : "partitions");
  const tab = tabs.find(({ name }) => name === wanted) ?? tabs[0];
  const panelId = useId();
  const setTab = (name: AssetTabName): void =>
    void navigate({ search: (before) => ({ ...before, tab: name }), replace: true, resetScroll: false });
  const setPartition = (ordinal: number | null): void => {
    void navigate({
      search: (before) => ({ ...before, tab: "partitions", partition: ordinal ?? undefined }),
      replace: true,
      resetScroll: false,
    });
  };
  const catalog = useCatalog();
  const materialize = (parts?: string, only?: readonly LaunchState[]): void =>
    openLaunch({ launch: selectionOfKeys([key]), parts, only });
  const materializeOpen = (): void => {
    const row = catalog?.index.rowOfKey(key);
    materialize(undefined, catalog === null || row === undefined ? undefined : openStates(catalog, [row]));
  };
  const makes = kind === "asset" && detail.removedAt === null;
  const observes = detail.definition.observed === true && detail.removedAt === null;
  useHotkeys("Asset", [
    ...(makes ? [{ keys: "m", does: "Materialize", run: materializeOpen }] : []),
    { keys: "l", does: "Show in the lineage", run: () => void navigate({ to: "/lineage", search: { focus: key } }) },
    {
      keys: "Escape",
      does: "Close the chosen partition",
      run: () => {
        if (search.partition !== undefined) setPartition(null);
      },
    },
  ]);
  if (tab === undefined) return null;
  return (
    <div className="min-h-0 flex-1 overflow-y-auto">
      <AssetHeader detail={detail} onMaterialize={makes ? materializeOpen : null} observes={observes} />
      {detail.removedAt !== null && (
        <p className="border-y border-line bg-stale-soft px-4 py-2">
          No code location declares this asset any more since <At at={detail.removedAt} />. What was recorded of it
          stays.{" "}
          <button type="button" className="link" onClick={() => setTab("changes")}>
            Which deployment removed it
          </button>
        </p>
      )}
      <TabBar
        label="Parts of the asset"
        tabs={tabs.map(({ name, label, count }) => {
          const shown = count?.(detail) ?? null;
          return { name, label, ...(shown === null ? {} : { mark: formatCount(shown) }) };
        })}
        value={tab.name}
        panelId={panelId}
        onChange={setTab}
      />
      <div id={panelId} role="tabpanel" aria-label={tab.label} className="px-4 py-4">
        <Suspense fallback={<Skeleton label={`Reading ${tab.label}`} lines={4} />}>
          <tab.Content
            detail={detail}
            partition={search.partition ?? null}
            onPartition={setPartition}
            onTab={setTab}
            onMaterialize={materialize}
          />
        </Suspense>
      </div>
    </div>
  );
}
