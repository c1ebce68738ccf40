import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import { trpc } from "../../../data/trpc.ts";
import { StatusMark } from "../../../status/status-mark.tsx";
import { Snippet } from "../../../ui/empty-state.tsx";
import { FailurePanel } from "../../../ui/failure-panel.tsx";
import { Skeleton } from "../../../ui/skeleton.tsx";
import { rowOfCondition } from "../../automation/automation-rows.ts";
import { ConditionView } from "../../automation/condition-page.tsx";
import { FreshnessView } from "../../automation/freshness-view.tsx";
import { SwitchButton } from "../../automation/switch-dialog.tsx";
import type { AssetTabProps } from "../asset-tabs.tsx";

/** When the asset is made by itself, and why a partition was or was not; how old it may get. */
export function AutomationTab({ detail }: AssetTabProps): ReactNode {
  const { key } = detail.definition;
  const query = useQuery(trpc.automation.conditions.queryOptions({}));
  const targets = query.data?.conditions.filter(({ asset }) => asset.id === detail.id) ?? [];
  const own = targets.find(({ check }) => check === null);
  const ofChecks = targets.filter(({ check }) => check !== null);
  const [shown, setShown] = useState<Shown>({});
  return (
    <div className="flex min-w-0 flex-col gap-6">
      {query.isError && (
        <FailurePanel
          title="The condition could not be read"
          error={query.error}
          onRetry={() => void query.refetch()}
        />
      )}
      {query.isPending && <Skeleton label="Reading the condition" lines={4} />}
      {query.isSuccess && own === undefined && (
        <>
          <NoCondition />
          <FreshnessView assetId={detail.id} />
        </>
      )}
      {own !== undefined && (
        <>
          <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
            <StatusMark look={rowOfCondition(own).look} />
            <Link to="/automation/conditions/$" params={{ _splat: key }} className="link">
              {own.label ?? "its condition"}
            </Link>
            <span className="min-w-0 flex-1 truncate text-muted" title={own.text}>
              {own.text}
            </span>
            <SwitchButton row={rowOfCondition(own)} />
          </div>
          <ConditionView
            target={own}
            partition={shown.partition}
            evaluation={shown.evaluation}
            all={shown.all === "yes"}
            onChange={(change) => setShown({ ...shown, ...change })}
          />
        </>
      )}
      {ofChecks.length > 0 && (
        <p className="text-muted">
          Checks with conditions of their own:{" "}
          {ofChecks.map(({ check }, i) => (
            <span key={check}>
              {i > 0 && ", "}
              <Link
                to="/automation/conditions/$"
                params={{ _splat: key }}
                search={{ check: check ?? undefined }}
                className="link"
              >
                {check}
              </Link>
            </span>
          ))}
        </p>
      )}
    </div>
  );
}

interface Shown {
  readonly partition?: string | undefined;
  readonly evaluation?: number | undefined;
  readonly all?: "yes" | undefined;
}

function NoCondition(): ReactNode {
  return (
    <div className="flex flex-col items-start gap-3">
      <p>It has no condition: people, schedules and sensors make it. This would keep it in step with what it reads:</p>
      <Snippet>{"automation: eager(),"}</Snippet>
    </div>
  );
}
