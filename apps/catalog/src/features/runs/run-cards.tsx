import type { RunSummary } from "@heddle/api";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { formatCount } from "../../format/amounts.ts";
import { RUN_LOOK } from "../../status/status-look.ts";
import { StatusMark } from "../../status/status-mark.tsx";
import { Ago } from "../../ui/instant.tsx";
import { RunCause } from "./run-cause.tsx";
import { CheckTrouble, RunAssets, Took } from "./run-cells.tsx";
import { StepProgress } from "./step-bar.tsx";
import { doneSteps } from "./step-progress.ts";

interface RunCardsProps {
  readonly runs: readonly RunSummary[];
  readonly label: string;
}

/** Runs where there is no room for a table. */
export function RunCards({ runs, label }: RunCardsProps): ReactNode {
  return (
    <ul aria-label={label} className="flex flex-col">
      {runs.map((run) => (
        <li key={run.id} className="flex flex-col gap-1.5 border-b border-line px-4 py-3">
          <div className="flex items-center gap-2">
            <Link to="/runs/$runId" params={{ runId: String(run.id) }} className="font-semibold">
              Run {run.id}
            </Link>
            <StatusMark look={RUN_LOOK[run.status]} />
            <CheckTrouble run={run} />
            <span className="ml-auto text-xs text-muted">
              <Ago at={run.createdAt} />
            </span>
          </div>
          <div className="truncate">
            <RunAssets run={run} />
          </div>
          <div className="flex items-center gap-2">
            <StepProgress counts={run.counts} className="h-2 flex-1" />
            <span className="text-xs text-muted">
              {formatCount(doneSteps(run.counts))}/{formatCount(run.total)}
            </span>
          </div>
          <p className="text-xs text-muted">
            <RunCause origin={run.origin} />
            {run.startedAt !== null && (
              <>
                , <Took run={run} />
              </>
            )}
            {run.queue !== null && `, ${run.queue.message}`}
          </p>
        </li>
      ))}
    </ul>
  );
}
