import type { AutomatedTarget } from "@heddle/api";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { trpc } from "../../data/trpc.ts";
import { EmptyState } from "../../ui/empty-state.tsx";
import { FailurePanel } from "../../ui/failure-panel.tsx";
import { At } from "../../ui/instant.tsx";
import { Page } from "../../ui/page.tsx";
import { Skeleton } from "../../ui/skeleton.tsx";
import { rowOfCondition } from "./automation-rows.ts";
import { EvaluationList } from "./evaluation-list.tsx";
import { FreshnessView } from "./freshness-view.tsx";
import { OwnerHeader } from "./owner-header.tsx";
import { describeRequestedRuns } from "./requested-runs.ts";
import { SwitchButton } from "./switch-dialog.tsx";
import { WhyPanel, whyQuery } from "./why-panel.tsx";

const route = getRouteApi("/automation/conditions/$");

const READ_INTERVAL_MS = 10_000;

/** The condition of one asset or check: what it decides and why. */
export function ConditionPage(): ReactNode {
  const { _splat: key = "" } = route.useParams();
  const { check } = route.useSearch();
  const query = useQuery(trpc.automation.conditions.queryOptions({}, { refetchInterval: READ_INTERVAL_MS }));
  const target = query.data?.conditions.find((one) => one.asset.key === key && one.check === (check ?? null));
  return (
    <Page title={`Condition of ${key}`}>
      {target === undefined && <h1 className="sr-only">Condition of {key}</h1>}
      {query.isError && (
        <div className="p-4">
          <FailurePanel
            title="The conditions could not be read"
            error={query.error}
            onRetry={() => void query.refetch()}
          />
        </div>
      )}
      {query.isPending && <Skeleton label="Reading the condition" lines={6} />}
      {query.isSuccess && target === undefined && (
        <EmptyState title="It has no automation condition.">
          <Link to="/assets/$" params={{ _splat: key }} className="link">
            {key}
          </Link>
        </EmptyState>
      )}
      {target !== undefined && <ConditionContent target={target} />}
    </Page>
  );
}

function ConditionContent({ target }: { readonly target: AutomatedTarget }): ReactNode {
  const search = route.useSearch();
  const navigate = useNavigate({ from: "/automation/conditions/$" });
  const set = (change: Partial<typeof search>): void =>
    void navigate({ search: (before) => ({ ...before, ...change }), replace: true, resetScroll: false });
  const row = rowOfCondition(target);
  return (
    <div className="min-h-0 flex-1 overflow-y-auto">
      <OwnerHeader
        row={row}
        description={
          target.label === null || target.label === target.text ? target.text : `${target.label}: ${target.text}`
        }
        command={`heddle why ${target.asset.key}`}
        actions={
          <>
            <Link
              to="/assets/$"
              params={{ _splat: target.asset.key }}
              className="inline-flex h-7 items-center rounded-md border border-line-strong px-2.5 font-medium hover:bg-hover"
            >
              The asset
            </Link>
            <SwitchButton row={row} />
          </>
        }
      />
      <div className="flex flex-col gap-6 px-4 py-4">
        <ConditionView
          target={target}
          partition={search.partition}
          evaluation={search.evaluation}
          all={search.all === "yes"}
          onChange={set}
        />
      </div>
    </div>
  );
}

interface ConditionViewProps {
  readonly target: AutomatedTarget;
  readonly partition: string | undefined;
  readonly evaluation: number | undefined;
  readonly all: boolean;
  readonly onChange: (change: {
    readonly partition?: string | undefined;
    readonly evaluation?: number | undefined;
    readonly all?: "yes" | undefined;
  }) => void;
}

/** What a condition decides: now, and before. */
export function ConditionView({ target, partition, evaluation, all, onChange }: ConditionViewProps): ReactNode {
  const { asset, check, stopped, runs } = target;
  const isAnswered = !useQuery(whyQuery({ assetKey: asset.key, check, partition })).isPending;
  const told = runs === null ? "" : describeRequestedRuns(runs);
  return (
    <>
      {told !== "" && <p className="text-muted">Its runs {told}.</p>}
      {stopped !== null && (
        <p role="status" className="rounded-md border border-failed/50 bg-failed-soft px-3 py-2">
          Stopped since <At at={stopped.at} />
          {stopped.text !== "" && ` for ${stopped.text}`}: {stopped.reason}
        </p>
      )}
      <WhyPanel
        assetKey={asset.key}
        check={check}
        partition={partition}
        onPartition={(next) => onChange({ partition: next })}
      />
      {/* Read meanwhile, and shown below the answer once that is there: its height is not known before. */}
      <div className={isAnswered ? "flex min-w-0 flex-col gap-6" : "hidden"}>
        <EvaluationList
          assetId={asset.id}
          check={check}
          chosen={evaluation}
          onlyRequesting={!all}
          onChange={onChange}
        />
        <FreshnessView assetId={asset.id} />
      </div>
    </>
  );
}
