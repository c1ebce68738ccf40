import type { CheckDetail, CheckResult } from "@heddle/api";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { type ReactNode, useMemo, useState } from "react";
import { client, trpc } from "../../data/trpc.ts";
import { StatusMark } from "../../status/status-mark.tsx";
import { Button, IconButton } from "../../ui/button.tsx";
import { Chart } from "../../ui/charts/chart.tsx";
import { copyText } from "../../ui/copy.ts";
import { EmptyState } from "../../ui/empty-state.tsx";
import { FailurePanel } from "../../ui/failure-panel.tsx";
import { Ago, At } from "../../ui/instant.tsx";
import { Markdown } from "../../ui/markdown.tsx";
import { Page, Section } from "../../ui/page.tsx";
import { Segmented } from "../../ui/segmented.tsx";
import { Skeleton } from "../../ui/skeleton.tsx";
import { MetadataList } from "../asset/metadata-list.tsx";
import { CHECK_LOOK, describeEffect, stateOfResult } from "./check-look.ts";
import { CheckPartitions } from "./check-partitions.tsx";
import { type SeriesAxis, seriesOfResults } from "./check-series.ts";
import { RunChecksButton } from "./run-checks-button.tsx";
import type { ChosenChecksPartitions } from "./run-checks-dialog.tsx";
import { SilenceButton } from "./silence-dialog.tsx";

const route = getRouteApi("/checks/$");

const READ_INTERVAL_MS = 10_000;

/** Everything about one check of one asset. */
export function CheckPage(): ReactNode {
  const { _splat: key = "" } = route.useParams();
  const { check } = route.useSearch();
  const query = useQuery({
    ...trpc.checks.get.queryOptions({ key, check: check ?? "" }),
    enabled: check !== undefined,
    refetchInterval: READ_INTERVAL_MS,
  });
  return (
    <Page title={check ?? key}>
      {query.data === undefined && <h1 className="sr-only">{check ?? key}</h1>}
      {check === undefined && (
        <EmptyState title="The address names no check.">
          <Link to="/checks" search={{ asset: key }} className="link">
            All checks of {key}
          </Link>
        </EmptyState>
      )}
      {query.isError && (
        <div className="p-4">
          <FailurePanel
            title="The check could not be read"
            error={query.error}
            onRetry={() => void query.refetch()}
            elsewhere={
              <Link to="/checks" className="link">
                All checks
              </Link>
            }
          />
        </div>
      )}
      {check !== undefined && query.isPending && <Skeleton label="Reading the check" lines={6} />}
      {query.data !== undefined && <CheckContent detail={query.data} />}
    </Page>
  );
}

function CheckContent({ detail }: { readonly detail: CheckDetail }): ReactNode {
  const search = route.useSearch();
  const navigate = useNavigate({ from: "/checks/$" });
  const { summary, standing, partitions } = detail;
  const set = (change: Partial<typeof search>): void =>
    void navigate({ search: (before) => ({ ...before, ...change }), replace: true, resetScroll: false });
  const { last } = standing;
  return (
    <div className="min-h-0 flex-1 overflow-y-auto">
      <CheckHeader
        detail={detail}
        partition={
          search.partition === undefined
            ? undefined
            : { ranges: [search.partition, search.partition + 1], name: "The chosen partition" }
        }
      />
      <div className="grid gap-x-8 gap-y-6 px-4 py-4 xl:grid-cols-[minmax(0,1fr)_304px]">
        <div className="flex min-w-0 flex-col gap-6">
          {partitions !== null && (
            <CheckPartitions
              assetKey={summary.asset.key}
              standing={standing}
              current={search.partition ?? null}
              onCurrent={(partition) => set({ partition: partition ?? undefined })}
            />
          )}
          <CheckTrends assetKey={summary.asset.key} name={standing.name} partitioned={partitions !== null} />
          <CheckHistory
            assetKey={summary.asset.key}
            name={standing.name}
            ordinal={search.partition}
            outcome={search.outcome}
            onFilter={set}
          />
        </div>
        <div className="flex min-w-0 flex-col gap-6 max-xl:order-first">
          {last !== null && (
            <Section title="Newest result" aside={last.partitionKey}>
              <ResultBody result={last} />
            </Section>
          )}
          <Silences silences={detail.silences} />
        </div>
      </div>
    </div>
  );
}

interface CheckHeaderProps {
  readonly detail: CheckDetail;
  /** The one that is being looked at. */
  readonly partition: ChosenChecksPartitions | undefined;
}

function CheckHeader({ detail: { summary, standing }, partition }: CheckHeaderProps): ReactNode {
  const { asset, name, state, silence, isFlapping, changedAt, owners } = summary;
  return (
    <div className="border-b border-line px-4 pt-3 pb-3">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
        <h1 className="min-w-0 truncate text-xl font-semibold tracking-[-0.01em]" title={name}>
          {name}
        </h1>
        <StatusMark look={CHECK_LOOK[state]} />
        {isFlapping && <span className="text-stale-ink">flapping</span>}
        <div className="ml-auto flex items-center gap-2 max-md:ml-0">
          <IconButton icon="copy" label="Copy its name" onClick={() => void copyText(name, "Name")} />
          {standing.declared && (
            <RunChecksButton
              label={`Run ${name}`}
              text="Run"
              assets={[{ key: asset.key, checks: [name] }]}
              partition={partition}
            />
          )}
          {standing.declared && <SilenceButton check={summary} />}
        </div>
      </div>
      {silence !== null && (
        <p className="mt-1 text-muted">
          Silenced until <At at={silence.until} />
          {silence.actor !== null && ` by ${silence.actor}`}: {silence.reason}
        </p>
      )}
      {summary.message !== null && <p className="mt-1 max-w-4xl">{summary.message}</p>}
      <p className="mt-2 flex flex-wrap gap-x-5 gap-y-1 text-muted">
        <span>
          of{" "}
          <Link to="/assets/$" params={{ _splat: asset.key }} className="link">
            {asset.key}
          </Link>
        </span>
        <span>{describeEffect(standing)}</span>
        {!standing.declared && <span>no longer declared</span>}
        {changedAt !== null && (
          <span>
            changed <Ago at={changedAt} />
          </span>
        )}
        {owners.length > 0 && <span>{owners.join(", ")}</span>}
      </p>
      {standing.description !== null && (
        <div className="mt-2 max-w-4xl">
          <Markdown text={standing.description} />
        </div>
      )}
    </div>
  );
}

/** Newest results that trends are drawn from. */
const TREND_SIZE = 500;

interface CheckTrendsProps {
  readonly assetKey: string;
  readonly name: string;
  readonly partitioned: boolean;
}

function CheckTrends({ assetKey, name, partitioned }: CheckTrendsProps): ReactNode {
  const [axis, setAxis] = useState<SeriesAxis>(partitioned ? "partition" : "time");
  const query = useQuery(trpc.checks.history.queryOptions({ key: assetKey, check: name, limit: TREND_SIZE }));
  const items = query.data?.items;
  const series = useMemo(() => seriesOfResults(items ?? [], axis), [items, axis]);
  if (series.length === 0) return null;
  return (
    <Section
      title="What it measured"
      aside={
        partitioned && (
          <Segmented
            label="Along"
            value={axis}
            options={[
              { value: "partition", label: "By partition" },
              { value: "time", label: "By time" },
            ]}
            onChange={setAxis}
          />
        )
      }
    >
      <div className="grid gap-x-8 gap-y-4 lg:grid-cols-2">
        {series.map(({ name: title, data }) => (
          <Chart key={title} title={title} data={data} />
        ))}
      </div>
    </Section>
  );
}

type Outcome = "passed" | "warned" | "failed";

interface CheckHistoryProps {
  readonly assetKey: string;
  readonly name: string;
  readonly ordinal: number | undefined;
  readonly outcome: Outcome | undefined;
  readonly onFilter: (change: {
    readonly outcome?: Outcome | undefined;
    readonly partition?: number | undefined;
  }) => void;
}

const PAGE_SIZE = 50;

function CheckHistory({ assetKey, name, ordinal, outcome, onFilter }: CheckHistoryProps): ReactNode {
  const input = { key: assetKey, check: name, ordinal, outcome, limit: PAGE_SIZE };
  const query = useInfiniteQuery({
    ...trpc.checks.history.infiniteQueryOptions(input, {
      getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
    }),
    queryFn: ({ pageParam, signal }) => client.checks.history.query({ ...input, cursor: pageParam }, { signal }),
    placeholderData: (before) => before,
  });
  const results = query.data?.pages.flatMap(({ items }) => items) ?? [];
  return (
    <Section
      title="Results"
      aside={
        <>
          {ordinal !== undefined && (
            <button type="button" className="link" onClick={() => onFilter({ partition: undefined })}>
              All partitions
            </button>
          )}
          <Segmented
            label="Outcome"
            value={outcome ?? "all"}
            options={[
              { value: "all", label: "All" },
              { value: "failed", label: "Failed" },
              { value: "warned", label: "Warned" },
              { value: "passed", label: "Passed" },
            ]}
            onChange={(next) => onFilter({ outcome: next === "all" ? undefined : next })}
          />
        </>
      }
    >
      {query.isPending && <Skeleton label="Reading the results" lines={4} />}
      {query.isError && (
        <FailurePanel title="The results could not be read" error={query.error} onRetry={() => void query.refetch()} />
      )}
      {query.isSuccess && results.length === 0 && <p className="text-muted">No such result yet.</p>}
      {results.length > 0 && (
        <ul aria-label="Results" className="rounded-md border border-line">
          {results.map((result) => (
            <li key={result.id} className="border-b border-line last:border-b-0">
              <details className="group">
                <summary className="flex flex-wrap items-center gap-x-4 gap-y-0.5 px-3 py-1.5 hover:bg-hover">
                  <StatusMark look={CHECK_LOOK[stateOfResult(result)]} />
                  {result.partitionKey !== "" && <span className="font-medium">{result.partitionKey}</span>}
                  <span className="min-w-0 flex-1 truncate text-muted">{result.description}</span>
                  <span className="text-xs text-muted">
                    <Ago at={result.at} />
                  </span>
                </summary>
                <div className="border-t border-line bg-surface px-4 py-3">
                  <ResultBody result={result} />
                </div>
              </details>
            </li>
          ))}
        </ul>
      )}
      {query.hasNextPage && (
        <div className="flex justify-center p-2">
          <Button disabled={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            Earlier results
          </Button>
        </div>
      )}
    </Section>
  );
}

function ResultBody({ result }: { readonly result: CheckResult }): ReactNode {
  return (
    <div className="flex min-w-0 flex-col gap-2">
      <p className="sentence flex flex-wrap items-center gap-x-3">
        <StatusMark look={CHECK_LOOK[stateOfResult(result)]} />
        <span className="text-muted">
          <At at={result.at} /> in{" "}
          <Link to="/runs/$runId" params={{ runId: String(result.runId) }} className="link">
            run {result.runId}
          </Link>
        </span>
      </p>
      {result.description !== null && <p>{result.description}</p>}
      <MetadataList metadata={result.metadata} />
    </div>
  );
}

function Silences({ silences }: { readonly silences: CheckDetail["silences"] }): ReactNode {
  if (silences.length === 0) return null;
  return (
    <Section title="Silences">
      <ul className="flex flex-col">
        {silences.map(({ at, until, reason, actor, liftedAt, liftedBy }) => (
          <li key={at} className="border-b border-line py-1.5 last:border-b-0">
            <div>{reason}</div>
            <div className="text-xs text-muted">
              <At at={at} /> until <At at={liftedAt ?? until} />
              {actor !== null && ` by ${actor}`}
              {liftedAt !== null && `, lifted${liftedBy === null ? "" : ` by ${liftedBy}`}`}
            </div>
          </li>
        ))}
      </ul>
    </Section>
  );
}
