import type { CheckResult } from "@heddle/api";
import { Link } from "@tanstack/react-router";
import { type ReactNode, useId, useState } from "react";
import { formatCount } from "../../format/amounts.ts";
import { formatDuration } from "../../format/durations.ts";
import { GlyphIcon, StatusMark } from "../../status/status-mark.tsx";
import { Button } from "../../ui/button.tsx";
import { Icon } from "../../ui/icons.tsx";
import { Ago } from "../../ui/instant.tsx";
import type { PartitionAttempt } from "./attempt-history.ts";
import { lookOfCheck } from "./check-results.tsx";
import { MaterializationView } from "./materialization-view.tsx";
import { RecordedErrorView } from "./recorded-error.tsx";

/** Attempts listed before somebody asks for the rest. */
const LISTED = 6;

interface PartitionAttemptsProps {
  readonly assetKey: string;
  readonly ordinal: number;
  /** Newest first. */
  readonly attempts: readonly PartitionAttempt[];
  /** Results of checks that stand beside the list already. */
  readonly shownChecks: ReadonlySet<number>;
}

/** Every attempt at one partition: by which run, what came of it, what it read, and the way to its log. */
export function PartitionAttempts(props: PartitionAttemptsProps): ReactNode {
  const { attempts } = props;
  const [whole, setWhole] = useState(false);
  if (attempts.length === 0) return null;
  const shown = whole ? attempts : attempts.slice(0, LISTED);
  return (
    <div>
      <h4 className="label mb-1">Attempts {formatCount(attempts.length)}</h4>
      <ol className="divide-y divide-line rounded-md border border-line bg-canvas">
        {shown.map((attempt, i) => (
          <li key={`${attempt.runId}:${attempt.number}`}>
            <Attempt {...props} attempt={attempt} openFirst={i === 0 && attempt.outcome === "failed"} />
          </li>
        ))}
      </ol>
      {shown.length < attempts.length && (
        <Button kind="ghost" className="mt-1" onClick={() => setWhole(true)}>
          Show {formatCount(attempts.length - shown.length)} earlier
        </Button>
      )}
    </div>
  );
}

interface AttemptProps extends PartitionAttemptsProps {
  readonly attempt: PartitionAttempt;
  /** Whether it stands open before anybody has opened it. */
  readonly openFirst: boolean;
}

function Attempt({ assetKey, ordinal, attempt, openFirst, shownChecks }: AttemptProps): ReactNode {
  const { runId } = attempt;
  const [open, setOpen] = useState(openFirst);
  const id = useId();
  const checks = attempt.checks.filter((check) => !shownChecks.has(check.id));
  return (
    <div className="px-3 py-1.5">
      <div className="sentence flex flex-wrap items-center gap-x-3 text-xs text-muted">
        <button
          type="button"
          aria-expanded={open}
          aria-controls={id}
          onClick={() => setOpen(!open)}
          className="-ml-1 flex items-center gap-1 rounded-sm pr-1 hover:bg-hover"
        >
          <span className={`text-faint ${open ? "rotate-90" : ""}`}>
            <Icon name="chevronRight" size={12} />
          </span>
          <AttemptMark attempt={attempt} />
        </button>
        <span className="whitespace-nowrap">
          {attempt.number === null ? "by" : `attempt ${attempt.number} of`}{" "}
          <Link to="/runs/$runId" params={{ runId: String(runId) }} className="link">
            run {runId}
          </Link>
        </span>
        <AttemptLength attempt={attempt} />
        <span className="ml-auto flex items-center gap-3 whitespace-nowrap">
          <Link
            to="/runs/$runId"
            params={{ runId: String(runId) }}
            search={{ tab: "logs", asset: assetKey, partition: ordinal }}
            className="link"
          >
            logs
            <span className="sr-only">
              {" "}
              {attempt.number === null ? `of run ${runId}` : `of attempt ${attempt.number} of run ${runId}`}
            </span>
          </Link>
          <Ago at={attempt.endedAt} />
        </span>
      </div>
      <div id={id} hidden={!open} className="flex flex-col gap-3 pt-2 pb-1 [&[hidden]]:hidden">
        {open && attempt.outcome === "made" && <MaterializationView materialization={attempt.materialization} />}
        {open && attempt.outcome === "stopped" && (
          <p className="text-xs text-muted">
            {attempt.step.skippedBecause === null
              ? "The run was canceled before this was made; what was there before it stayed."
              : `${attempt.step.skippedBecause.message}.`}
          </p>
        )}
        {open && attempt.outcome === "failed" && attempt.failure.error !== null && (
          <RecordedErrorView error={attempt.failure.error} open={openFirst} />
        )}
        {open && <AttemptChecks checks={checks} />}
      </div>
    </div>
  );
}

function AttemptMark({ attempt }: { readonly attempt: PartitionAttempt }): ReactNode {
  if (attempt.outcome === "made") {
    return (
      <span className="flex w-24 items-center gap-1.5 text-fresh-ink">
        <GlyphIcon glyph="check" />
        <span className="text-ink">made</span>
        {attempt.materialization.current && <span className="text-muted">in use</span>}
      </span>
    );
  }
  if (attempt.outcome === "stopped") {
    const isFresh = attempt.step.skippedBecause?.status === "fresh";
    return (
      <span className="flex w-24 items-center gap-1.5 whitespace-nowrap text-muted">
        <GlyphIcon glyph="slash" />
        {isFresh ? "up to date" : attempt.step.status}
      </span>
    );
  }
  return (
    <span className="flex w-24 items-center gap-1.5 font-medium whitespace-nowrap text-failed-ink">
      <GlyphIcon glyph="cross" />
      {attempt.failure.cause.replaceAll("_", " ")}
    </span>
  );
}

function AttemptLength({ attempt }: { readonly attempt: PartitionAttempt }): ReactNode {
  if (attempt.outcome === "made") {
    const { stored, durationMs } = attempt.materialization;
    return (
      <span className="whitespace-nowrap">
        in {formatDuration(durationMs)}
        {stored?.rows !== undefined && `, ${formatCount(stored.rows)} rows`}
      </span>
    );
  }
  if (attempt.outcome === "stopped") return null;
  const { startedAt, endedAt, workerId } = attempt.failure;
  return startedAt === null ? null : (
    <span title={`worker ${workerId}`} className="whitespace-nowrap">
      after {formatDuration(endedAt - startedAt)}
    </span>
  );
}

function AttemptChecks({ checks }: { readonly checks: readonly CheckResult[] }): ReactNode {
  if (checks.length === 0) return null;
  return (
    <ul aria-label="Checks of this attempt" className="flex flex-wrap gap-x-4 gap-y-1">
      {checks.map((check) => (
        <li key={check.id} className="flex items-center gap-2">
          <StatusMark look={lookOfCheck(check)} />
          {check.name}
        </li>
      ))}
    </ul>
  );
}
