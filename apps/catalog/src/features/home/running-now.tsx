import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { RunSummary } from "@heddle/api";
import { formatCount, formatCounted, formatProgress } from "../../format/amounts.ts";
import { formatDuration } from "../../format/durations.ts";
import { RUN_LOOK } from "../../status/status-look.ts";
import { GlyphIcon, TONE_TEXT } from "../../status/status-mark.tsx";
import { useNow } from "../../ui/clock.ts";
import { FailurePanel } from "../../ui/failure-panel.tsx";
import { Section } from "../../ui/page.tsx";
import { StepProgress } from "../runs/step-bar.tsx";
import { doneSteps } from "../runs/step-progress.ts";
import { LISTED_RUNS, openRunsQuery } from "./home-queries.ts";

/** Runs that are not over; without any it is one line. */
export function RunningNow(): ReactNode {
  const query = useQuery(openRunsQuery());
  const runs = query.data?.items ?? [];
  return (
    <Section
      title="Running now"
      aside={
        runs.length > LISTED_RUNS && (
          <Link to="/runs" search={{ status: ["running", "queued", "paused", "canceling"] }} className="link">
            All open runs
          </Link>
        )
      }
    >
      {query.isError && (
        <FailurePanel title="The runs could not be read" error={query.error} onRetry={() => void query.refetch()} />
      )}
      {query.isSuccess && runs.length === 0 && <p className="text-muted">Nothing runs, and nothing waits.</p>}
      {runs.length > 0 && (
        <ul className="flex flex-col gap-2.5" aria-label="Open runs">
          {runs.slice(0, LISTED_RUNS).map((run) => (
            <OpenRun key={run.id} run={run} />
          ))}
        </ul>
      )}
    </Section>
  );
}

function OpenRun({ run }: { readonly run: RunSummary }): ReactNode {
  const now = useNow();
  const look = RUN_LOOK[run.status];
  const done = doneSteps(run.counts);
  const since = run.startedAt ?? run.createdAt;
  return (
    <li className="flex flex-col gap-1">
      <div className="flex min-w-0 items-center gap-1.5">
        <span className={TONE_TEXT[look.tone]} title={look.word}>
          <GlyphIcon glyph={look.glyph} />
        </span>
        <Link
          to="/runs/$runId"
          params={{ runId: String(run.id) }}
          className="truncate hover:underline hover:underline-offset-3"
        >
          <span className="font-medium">Run {run.id}</span>{" "}
          <span className="text-muted">
            {look.word}, <bdi>{run.assets[0]?.key}</bdi>
            {run.assetCount > 1 && ` and ${formatCount(run.assetCount - 1)} more`}
          </span>
        </Link>
        <span className="ml-auto min-w-14 shrink-0 text-xs text-muted tabular-nums">
          {formatDuration(Math.max(0, now - since))}
        </span>
      </div>
      <div className="flex items-center gap-2">
        <StepProgress counts={run.counts} className="h-1.5 flex-1" />
        <span className="min-w-14 shrink-0 text-2xs text-muted tabular-nums" title={formatCounted(run.total, "step")}>
          {formatProgress(formatCount(done), formatCount(run.total))}
        </span>
      </div>
    </li>
  );
}
