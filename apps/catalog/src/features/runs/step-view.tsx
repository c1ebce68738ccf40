import type { StepAttempt, SubStep } from "@heddle/api";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { trpc } from "../../data/trpc.ts";
import { formatCount, formatCounted } from "../../format/amounts.ts";
import { formatDuration } from "../../format/durations.ts";
import { GlyphIcon, TONE_TEXT } from "../../status/status-mark.tsx";
import { type StatusLook, STEP_LOOK } from "../../status/status-look.ts";
import { FailurePanel } from "../../ui/failure-panel.tsx";
import { Ago } from "../../ui/instant.tsx";
import { Skeleton } from "../../ui/skeleton.tsx";
import { RecordedErrorView } from "../asset/recorded-error.tsx";
import { SkipReason } from "./skip-reason.tsx";

interface StepViewProps {
  readonly runId: number;
  readonly assetKey: string;
  readonly ordinal: number;
}

/** One step of a run: why it did not begin, or every attempt at it. */
export function StepView({ runId, assetKey, ordinal }: StepViewProps): ReactNode {
  const query = useQuery(trpc.runs.step.queryOptions({ runId, asset: assetKey, ordinal }));
  const step = query.data;
  return (
    <div className="border-t border-line bg-surface px-4 py-3">
      {query.isError && (
        <FailurePanel title="The step could not be read" error={query.error} onRetry={() => void query.refetch()} />
      )}
      {query.isPending && <Skeleton label="Reading the step" lines={2} />}
      {step !== undefined && (
        <div className="flex flex-col gap-3">
          {step.status === "skipped" && <SkipReason cause={step.skippedBecause} />}
          <StepAttempts attempts={step.attempts} />
          <SubSteps done={step.subSteps} total={step.subStepCount} />
          <p className="flex flex-wrap gap-x-4 text-xs">
            <Link to="/assets/$" params={{ _splat: assetKey }} search={{ partition: ordinal }} className="link">
              {assetKey} {step.partitionKey}
            </Link>
            {step.attempts.length > 0 && (
              <Link
                to="/runs/$runId"
                params={{ runId: String(runId) }}
                search={{ tab: "logs", asset: assetKey, partition: ordinal }}
                className="link"
              >
                Logs of this step
              </Link>
            )}
          </p>
        </div>
      )}
    </div>
  );
}

/** What of a step is done and not done again. */
function SubSteps({ done, total }: { readonly done: readonly SubStep[]; readonly total: number }): ReactNode {
  if (total === 0) return null;
  return (
    <details className="text-xs">
      <summary className="cursor-pointer text-muted">
        {formatCounted(total, "sub-step is", "sub-steps are")} done and will not be done again
      </summary>
      <ol className="mt-1.5 flex flex-col gap-0.5 pl-4" aria-label="Sub-steps">
        {done.map(({ name, durationMs, tries }) => (
          <li key={name} className="flex flex-wrap gap-x-3">
            <span className="truncate">{name}</span>
            <span className="text-muted">{formatDuration(durationMs)}</span>
            {tries > 1 && <span className="text-muted">{tries} tries</span>}
          </li>
        ))}
        {total > done.length && <li className="text-muted">and {formatCount(total - done.length)} more</li>}
      </ol>
    </details>
  );
}

const ATTEMPT_LOOK: Record<StepAttempt["outcome"], StatusLook> = {
  running: STEP_LOOK.running,
  success: STEP_LOOK.success,
  failed: STEP_LOOK.failed,
};

function StepAttempts({ attempts }: { readonly attempts: readonly StepAttempt[] }): ReactNode {
  if (attempts.length === 0) return null;
  return (
    <ol className="flex flex-col gap-2" aria-label="Attempts">
      {attempts.map((attempt) => {
        const look = ATTEMPT_LOOK[attempt.outcome];
        return (
          <li key={attempt.number} className="flex flex-col gap-1">
            <p className="flex flex-wrap items-center gap-x-3 text-xs text-muted">
              <span className={`flex items-center gap-1.5 ${TONE_TEXT[look.tone]}`}>
                <GlyphIcon glyph={look.glyph} />
                attempt {attempt.number}, {attempt.cause?.replaceAll("_", " ") ?? look.word}
              </span>
              {attempt.startedAt !== null && attempt.endedAt !== null && (
                <span>after {formatDuration(attempt.endedAt - attempt.startedAt)}</span>
              )}
              {attempt.endedAt !== null && <Ago at={attempt.endedAt} />}
              {attempt.workerId !== null && <span className="truncate">worker {attempt.workerId}</span>}
            </p>
            {attempt.error !== null && <RecordedErrorView error={attempt.error} />}
          </li>
        );
      })}
    </ol>
  );
}
