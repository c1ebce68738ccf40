import type { CheckRunPlan, Ranges } from "@heddle/api";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import { client, trpc } from "../../data/trpc.ts";
import { formatCount, formatCounted } from "../../format/amounts.ts";
import { Button } from "../../ui/button.tsx";
import { FailurePanel } from "../../ui/failure-panel.tsx";
import { Modal } from "../../ui/modal.tsx";
import { Segmented } from "../../ui/segmented.tsx";
import { announce, announceFailure } from "../../ui/toasts.tsx";

/** Checks of one asset; all of it without names. */
export interface ChosenChecks {
  readonly key: string;
  readonly checks?: readonly string[];
}

/** Partitions that are being looked at, as flat ordinal ranges, and what they are called. */
export interface ChosenChecksPartitions {
  readonly ranges: Ranges;
  readonly name: string;
}

interface RunChecksDialogProps {
  readonly title: string;
  readonly assets: readonly ChosenChecks[];
  /** Those that are being looked at, which are offered first. */
  readonly partition?: ChosenChecksPartitions;
  readonly onClose: () => void;
}

const WHERE = [
  { value: "not_passed", label: "Where they have not passed" },
  { value: "newest", label: "Newest partition" },
  { value: "all", label: "All that is there" },
] as const;
type Where = (typeof WHERE)[number]["value"] | "one";

/** Assets that are shown one by one. */
const SHOWN = 8;

/** Runs checks on what is stored: says first what that comes to. */
export function RunChecksDialog({ title, assets, partition, onClose }: RunChecksDialogProps): ReactNode {
  const navigate = useNavigate();
  const queries = useQueryClient();
  const [where, setWhere] = useState<Where>(partition === undefined ? "all" : "one");
  const [idempotencyKey] = useState(() => `checks-${crypto.randomUUID()}`);
  const input = {
    assets: assets.map(({ key, checks }) => ({ key, ...(checks !== undefined && { checks: [...checks] }) })),
    partitions:
      where === "one" && partition !== undefined
        ? { kind: "ranges" as const, ranges: [...partition.ranges] }
        : { kind: where === "one" ? ("all" as const) : where },
  };
  const plan = useQuery({ ...trpc.checks.plan.queryOptions(input), placeholderData: (before) => before, gcTime: 0 });
  const launch = useMutation({
    mutationFn: () => client.checks.run.mutate({ ...input, idempotencyKey }),
    onSuccess: ({ runs }) => {
      onClose();
      const [first] = runs;
      if (first === undefined) return;
      if (runs.length === 1) void navigate({ to: "/runs/$runId", params: { runId: String(first.runId) } });
      else announce(`${formatCount(runs.length)} runs of checks are launched`);
    },
    onError: (error) => announceFailure("The checks were not run", error),
    onSettled: () => void queries.invalidateQueries({ queryKey: [["runs"]] }),
  });
  const options = [...(partition === undefined ? [] : [{ value: "one" as const, label: partition.name }]), ...WHERE];
  const total = plan.data?.total ?? 0;
  return (
    <Modal title={title} open onClose={onClose} width="w-[560px]">
      <form
        className="flex min-h-0 flex-col gap-4 overflow-y-auto p-4"
        onSubmit={(event) => {
          event.preventDefault();
          launch.mutate();
        }}
      >
        <p className="text-muted">
          What is stored is judged. Nothing is made again; what is published stays so, also where a check fails.
        </p>
        <div className="overflow-x-auto">
          <Segmented label="Which partitions" value={where} options={options} onChange={setWhere} />
        </div>
        {plan.isError && (
          <FailurePanel
            title="It cannot be said what would run"
            error={plan.error}
            onRetry={() => void plan.refetch()}
          />
        )}
        {plan.data !== undefined && <PlannedChecks plan={plan.data} />}
        <div className="flex justify-end gap-2">
          <Button kind="ghost" onClick={onClose}>
            Not now
          </Button>
          <Button kind="solid" type="submit" disabled={launch.isPending || total === 0 || plan.isPlaceholderData}>
            {total === 0 ? "Run" : `Run on ${formatCounted(total, "partition")}`}
          </Button>
        </div>
      </form>
    </Modal>
  );
}

function PlannedChecks({ plan: { assets, reason } }: { readonly plan: CheckRunPlan }): ReactNode {
  if (reason !== null) return <p role="status">There is nothing to check: {reason}.</p>;
  const planned = assets.filter(({ partitions }) => partitions > 0);
  const more = planned.length - SHOWN;
  const empty = assets.length - planned.length;
  return (
    <ul role="status" className="flex flex-col divide-y divide-line rounded-md border border-line">
      {planned.slice(0, SHOWN).map(({ asset, checks, partitions, text, missing, doubled }) => (
        <li key={asset.id} className="flex flex-col gap-0.5 px-3 py-2">
          <div className="flex items-baseline gap-3">
            <span className="min-w-0 truncate font-medium">{asset.key}</span>
            <span className="ml-auto shrink-0 text-xs text-muted">{formatCounted(partitions, "partition")}</span>
          </div>
          <p className="text-xs text-muted">
            {checks.join(", ")}
            {text !== "" && ` · ${text}`}
          </p>
          {missing > 0 && <p className="text-xs text-muted">{formatCount(missing)} left out: not materialized</p>}
          {doubled > 0 && (
            <p className="text-xs text-muted">{formatCount(doubled)} left out: another run runs these checks there</p>
          )}
        </li>
      ))}
      {more > 0 && <li className="px-3 py-2 text-xs text-muted">and {formatCounted(more, "asset")} more</li>}
      {empty > 0 && (
        <li className="px-3 py-2 text-xs text-muted">
          {formatCounted(empty, "asset")} left out: nothing to check there
        </li>
      )}
    </ul>
  );
}
