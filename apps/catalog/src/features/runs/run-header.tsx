import type { RunDetail } from "@heddle/api";
import type { RunStatus } from "@heddle/core";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { formatCount, formatCounted } from "../../format/amounts.ts";
import { formatDuration } from "../../format/durations.ts";
import { RUN_LOOK } from "../../status/status-look.ts";
import { GlyphIcon, StatusMark } from "../../status/status-mark.tsx";
import { useNow } from "../../ui/clock.ts";
import { Ago } from "../../ui/instant.tsx";
import { Pace } from "../backfills/pace.tsx";
import { countFailures, describeFirstFailure } from "./first-failure.ts";
import { RunActions } from "./run-actions.tsx";
import { RunCause } from "./run-cause.tsx";
import { RunNotifications } from "./run-notifications.tsx";
import { StepProgress } from "./step-bar.tsx";
import { doneSteps } from "./step-progress.ts";
import { TimeLimits } from "./time-limits.tsx";

interface RunHeaderProps {
  readonly run: RunDetail;
  /** @default "Run 7" */
  readonly title?: string;
  /** Beside its status. */
  readonly aside?: ReactNode;
}

/** What became of a run and why, before anything else. */
export function RunHeader({ run, title = `Run ${run.id}`, aside }: RunHeaderProps): ReactNode {
  return (
    <div className="border-b border-line px-4 pt-3 pb-3">
      <div className="flex flex-wrap items-center gap-3">
        <h1 className="text-xl font-semibold tracking-[-0.01em]">{title}</h1>
        {/* Wide enough for every status: what stands beside it stays where it is. */}
        <span className="min-w-22">
          <StatusMark look={RUN_LOOK[run.status]} />
        </span>
        {aside}
        {run.purpose === "check" && <span className="text-muted">runs checks and makes nothing</span>}
        <RunActions run={run} />
      </div>
      <FirstFailure run={run} />
      <TimeLimits run={run} />
      <Blockers run={run} />
      <RunNotifications run={run} />
      <div className="mt-2 flex items-center gap-3">
        <StepProgress counts={run.counts} className="h-2.5 max-w-3xl flex-1" />
        <span className="min-w-28 text-muted tabular-nums">
          {`${formatCount(doneSteps(run.counts))} of ${formatCounted(run.total, "step")}`}
        </span>
        <span className="flex flex-wrap gap-x-3 text-muted">
          <Pace run={run} />
        </span>
      </div>
      <Facts run={run} />
    </div>
  );
}

/** Runs that are named; the others are counted. */
const NAMED = 5;

/** The runs that had to be over before this one began. */
function After({ run: { after } }: { readonly run: RunDetail }): ReactNode {
  return (
    <span>
      after{" "}
      {after.slice(0, NAMED).map(({ id, status }, i) => (
        <span key={id}>
          {i > 0 && ", "}
          <Link to="/runs/$runId" params={{ runId: String(id) }} className="link">
            run {id}
          </Link>
          {OPEN.has(status) && ` (${status})`}
        </span>
      ))}
      {after.length > NAMED && ` and ${formatCounted(after.length - NAMED, "more run")}`}
    </span>
  );
}

const OPEN: ReadonlySet<RunStatus> = new Set(["queued", "running", "paused", "canceling"]);

/** The cause of failure and the step that failed first, in one sentence. */
function FirstFailure({ run }: { readonly run: RunDetail }): ReactNode {
  const [worst] = run.failures;
  if (worst === undefined || run.counts.failed === 0) return null;
  const { example } = worst;
  return (
    <p className="sentence mt-1 flex max-w-4xl items-start gap-2">
      <span className="mt-1 text-failed-ink">
        <GlyphIcon glyph="cross" />
      </span>
      <span>
        <Link
          to="/assets/$"
          params={{ _splat: example.asset.key }}
          search={{ partition: example.ordinal }}
          className="link font-medium"
        >
          {example.asset.key}
          {example.partitionKey !== "" && ` ${example.partitionKey}`}
        </Link>{" "}
        {describeFirstFailure(worst)}
        <span className="block text-muted">{countFailures({ ...run.counts, ways: run.failures.length })}</span>
      </span>
    </p>
  );
}

function Blockers({ run }: { readonly run: RunDetail }): ReactNode {
  return run.blockers.map(({ reason, message }) => (
    <p key={reason} className="mt-1 flex items-center gap-2">
      <span className="text-stale-ink">
        <GlyphIcon glyph="triangle" />
      </span>
      {message}
    </p>
  ));
}

function Facts({ run }: { readonly run: RunDetail }): ReactNode {
  const now = useNow();
  const tags = Object.entries(run.tags);
  return (
    <p className="mt-2 flex flex-wrap gap-x-5 gap-y-1 text-muted">
      <span>
        <RunCause origin={run.origin} />
      </span>
      {run.maxConcurrency !== null && <span>at most {formatCounted(run.maxConcurrency, "step")} at once</span>}
      {run.order === "newest" && <span>newest partitions first</span>}
      {run.after.length > 0 && <After run={run} />}
      {run.priority !== 0 && <span>priority {formatCount(run.priority)}</span>}
      {run.codeVersion !== null && (
        <span>
          code <code className="font-mono text-xs">{run.codeVersion.slice(0, 10)}</code>
        </span>
      )}
      {tags.map(([name, value]) => (
        <span key={name} className="min-w-0">
          {name}={value}
        </span>
      ))}
      {/* What changes while it goes on comes last, and has room: nothing that is read moves. */}
      <span className="min-w-32">
        created <Ago at={run.createdAt} />
      </span>
      {run.queue !== null && (
        <span>
          {formatCount(run.queue.position)} of {formatCount(run.queue.length)} in the queue
        </span>
      )}
      {run.startedAt !== null && (
        <>
          <span>waited {formatDuration(run.startedAt - run.createdAt)}</span>
          <span className="min-w-28">
            {run.endedAt === null
              ? `for ${formatDuration(Math.max(now, run.startedAt) - run.startedAt)} now`
              : `ran for ${formatDuration(run.endedAt - run.startedAt)}`}
          </span>
        </>
      )}
      <CheckCounts run={run} />
    </p>
  );
}

function CheckCounts({ run: { checks } }: { readonly run: RunDetail }): ReactNode {
  const { failed, warned } = checks;
  if (failed + warned === 0) return null;
  const parts = [
    ...(failed > 0 ? [`${formatCounted(failed, "check")} failed`] : []),
    ...(warned > 0 ? [`${formatCounted(warned, "check")} warned`] : []),
  ];
  return <span className={failed > 0 ? "text-failed-ink" : "text-stale-ink"}>{parts.join(", ")}</span>;
}
