import type { AssetDetail } from "@heddle/api";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { lazy, type ReactNode, Suspense } from "react";
import { useCatalog } from "../../data/catalog-state.ts";
import { selectionOfKeys } from "../../data/selection-of-keys.ts";
import { trpc } from "../../data/trpc.ts";
import { dynamicNames } from "../../partitions/dynamic-names.ts";
import { useHotkeys } from "../../keyboard/hotkeys.ts";
import { EmptyState } from "../../ui/empty-state.tsx";
import { FailurePanel } from "../../ui/failure-panel.tsx";
import { At } from "../../ui/instant.tsx";
import { Page, Section } from "../../ui/page.tsx";
import { Skeleton } from "../../ui/skeleton.tsx";
import { type LaunchState, useLaunch } from "../launch/launch-search.ts";
import { openStates } from "../launch/launch-target.ts";
import { RunTable } from "../runs/run-table.tsx";
import { AssetChecks } from "./asset-checks.tsx";
import { AssetFacts } from "./asset-facts.tsx";
import { AssetHeader } from "./asset-header.tsx";
import { AssetNeighbours, describeWait } from "./asset-neighbours.tsx";
import { AssetPartitions } from "./asset-partitions.tsx";
import { MaterializationView } from "./materialization-view.tsx";

/** Few assets have keys that come and go. */
const DynamicPartitions = lazy(async () => ({
  default: (await import("./dynamic-partitions.tsx")).DynamicPartitions,
}));

const FormerPartitions = lazy(async () => ({
  default: (await import("./former-partitions.tsx")).FormerPartitions,
}));

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
      {result?.kind === "unknown" && <UnknownAsset assetKey={result.key} nearest={result.nearest} />}
      {result?.kind === "asset" && <AssetContent key={result.id} detail={result} />}
    </Page>
  );
}

function AssetContent({ detail }: { readonly detail: AssetDetail }): ReactNode {
  const { partition } = route.useSearch();
  const navigate = useNavigate({ from: "/assets/$" });
  const openLaunch = useLaunch();
  const { key, kind } = detail.definition;
  const partitioned = detail.definition.partitions !== null;
  const dynamic = dynamicNames(detail.definition.partitions);
  const setPartition = (ordinal: number | null): void => {
    void navigate({
      search: (before) => ({ ...before, partition: ordinal ?? undefined }),
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
  useHotkeys("Asset", [
    ...(makes ? [{ keys: "m", does: "Materialize", run: materializeOpen }] : []),
    { keys: "l", does: "Show in the lineage", run: () => void navigate({ to: "/lineage", search: { focus: key } }) },
    { keys: "Escape", does: "Close the chosen partition", run: () => setPartition(null) },
  ]);
  return (
    <div className="min-h-0 flex-1 overflow-y-auto">
      <AssetHeader detail={detail} onMaterialize={makes ? materializeOpen : null} />
      {detail.removedAt !== null && (
        <p className="border-b border-line bg-stale-soft px-4 py-2">
          No code location declares this asset any more since <At at={detail.removedAt} />. What was recorded of it
          stays.
        </p>
      )}
      <div className="grid gap-x-8 gap-y-6 px-4 py-4 xl:grid-cols-[minmax(0,1fr)_304px]">
        <div className="flex min-w-0 flex-col gap-6">
          {kind === "asset" && (
            <AssetPartitions
              detail={detail}
              current={partition ?? null}
              onCurrent={setPartition}
              onMaterialize={materialize}
            />
          )}
          {dynamic.length > 0 && (
            <Suspense fallback={<Skeleton label="Reading the keys" lines={3} />}>
              {dynamic.map((name) => (
                <DynamicPartitions
                  key={name}
                  definition={name}
                  onShow={detail.definition.partitions?.kind === "dynamic" ? setPartition : null}
                />
              ))}
            </Suspense>
          )}
          {(detail.former.count > 0 || detail.formerDefinitions.length > 0) && (
            <Suspense>
              <FormerPartitions detail={detail} onShow={setPartition} />
            </Suspense>
          )}
          {partitioned && detail.latest !== null && (
            <Section title="Latest materialization" aside={detail.latest.partitionKey}>
              <div className="rounded-md border border-line px-4 py-3">
                <MaterializationView materialization={detail.latest} />
              </div>
            </Section>
          )}
          <AssetChecks checks={detail.checks} partitioned={partitioned} onPartition={setPartition} />
          <AssetRuns assetKey={key} />
        </div>
        <div className="flex min-w-0 flex-col gap-6">
          <AssetFacts detail={detail} />
          <AssetNeighbours title="Upstream" links={detail.upstream} waits={waitsOf(detail)} />
          <AssetNeighbours title="Downstream" links={detail.downstream} />
        </div>
      </div>
    </div>
  );
}

/** What each dependency waits for where that is not everything, by key. */
function waitsOf({ definition: { deps } }: AssetDetail): ReadonlyMap<string, string> {
  return new Map(deps.flatMap(({ upstream, wait }) => (wait === undefined ? [] : [[upstream, describeWait(wait)]])));
}

/** Newest runs listed here; the rest is on the page of runs. */
const LISTED_RUNS = 8;

function AssetRuns({ assetKey }: { readonly assetKey: string }): ReactNode {
  const query = useQuery(trpc.runs.list.queryOptions({ asset: assetKey, limit: LISTED_RUNS }));
  return (
    <Section
      title="Runs"
      aside={
        <Link to="/runs" search={{ asset: assetKey }} className="link">
          All runs of this asset
        </Link>
      }
    >
      {query.isError && (
        <FailurePanel title="The runs could not be read" error={query.error} onRetry={() => void query.refetch()} />
      )}
      {query.data?.items.length === 0 && <p className="text-muted">No run has made it yet.</p>}
      {query.data !== undefined && query.data.items.length > 0 && (
        <div className="rounded-md border border-line">
          <RunTable runs={query.data.items} label="Newest runs of this asset" compact />
        </div>
      )}
    </Section>
  );
}

function UnknownAsset({
  assetKey,
  nearest,
}: {
  readonly assetKey: string;
  readonly nearest: readonly string[];
}): ReactNode {
  return (
    <>
      <h1 className="sr-only">Unknown asset</h1>
      <EmptyState title="No asset has this key.">
        <code className="rounded-sm bg-hover px-1.5 py-0.5 font-mono text-xs break-all text-ink">{assetKey}</code>
        {nearest.length > 0 && (
          <div>
            <p className="mb-1">Perhaps one of these is meant:</p>
            <ul className="flex flex-col gap-1">
              {nearest.map((key) => (
                <li key={key}>
                  <Link to="/assets/$" params={{ _splat: key }} className="link">
                    {key}
                  </Link>
                </li>
              ))}
            </ul>
          </div>
        )}
        <Link to="/assets" className="link">
          All assets
        </Link>
      </EmptyState>
    </>
  );
}
