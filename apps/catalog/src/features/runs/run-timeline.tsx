import type { RunDetail } from "@heddle/api";
import { useNavigate } from "@tanstack/react-router";
import { type ReactNode, useEffect, useEffectEvent, useMemo } from "react";
import { formatCount } from "../../format/amounts.ts";
import { useNow } from "../../ui/clock.ts";
import { Button } from "../../ui/button.tsx";
import { FailurePanel } from "../../ui/failure-panel.tsx";
import { Skeleton } from "../../ui/skeleton.tsx";
import { Gantt } from "./gantt.tsx";
import { layoutGantt } from "./gantt-layout.ts";
import { useRunSteps } from "./use-run-steps.ts";

interface RunTimelineProps {
  readonly run: RunDetail;
  /** Only the steps of this asset. */
  readonly asset: string | undefined;
}

/** Statuses of steps that have a place in time. */
const BEGUN = ["running", "backoff", "success", "failed", "canceled"] as const;

/** Pages that are read unasked: enough for runs that a person can look over. */
const EAGER_PAGES = 4;

/** When the steps of a run ran. */
export function RunTimeline({ run, asset }: RunTimelineProps): ReactNode {
  const navigate = useNavigate();
  const now = useNow();
  const { steps, pages, isPending, isFetching, error, retry, readMore } = useRunSteps({
    runId: run.id,
    asset,
    statuses: BEGUN,
  });
  const readEagerly = useEffectEvent(() => readMore?.());
  const wantsMore = readMore !== null && !isFetching && pages < EAGER_PAGES;
  useEffect(() => {
    if (wantsMore) readEagerly();
  }, [wantsMore, pages]);
  const layout = useMemo(() => layoutGantt(steps, run.endedAt ?? now), [steps, run.endedAt, now]);
  const names = useMemo(() => new Map(run.progress.map((own) => [own.asset.id, own.asset.key])), [run.progress]);
  const nameOf = useMemo(() => (assetId: number) => names.get(assetId) ?? "", [names]);
  if (error !== null) return <FailurePanel title="The steps could not be read" error={error} onRetry={retry} />;
  if (isPending) return <Skeleton label="Reading the steps" lines={5} />;
  if (layout.bars.length === 0) return <p className="text-muted">No step has begun yet.</p>;
  return (
    <>
      <Gantt
        layout={layout}
        nameOf={nameOf}
        onStep={({ step }) =>
          void navigate({
            to: "/assets/$",
            params: { _splat: nameOf(step.assetId) },
            search: { partition: step.ordinal },
          })
        }
      />
      {readMore !== null && (
        <p className="mt-3 flex items-center gap-3 text-muted">
          The first {formatCount(steps.length)} of {formatCount(run.total)} steps are shown. Choose an asset above to
          see its own.
          <Button disabled={isFetching} onClick={readMore}>
            Show more
          </Button>
        </p>
      )}
    </>
  );
}
