import type { RunSummary } from "@heddle/api";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { formatCount } from "../../format/amounts.ts";
import { RUN_LOOK } from "../../status/status-look.ts";
import { StatusMark } from "../../status/status-mark.tsx";
import { Ago } from "../../ui/instant.tsx";
import { RunCause } from "./run-cause.tsx";
import { AssetsMade, CheckTrouble, RunAssets, RunMenuButton, Took } from "./run-cells.tsx";
import { doneSteps } from "./step-progress.ts";
import { StepProgress } from "./step-bar.tsx";

interface RunTableProps {
  readonly runs: readonly RunSummary[];
  readonly label: string;
  /** Without the assets and the cause: where both are known already. */
  readonly compact?: boolean;
  /** Run that the keyboard is on. */
  readonly active?: number;
}

/** One column: what narrow windows leave out says so by class. */
interface Column {
  readonly head: string;
  /** The head is for assistive technology alone. */
  readonly silent?: boolean;
  readonly className?: string;
  readonly cell: (run: RunSummary) => ReactNode;
}

const ID: Column = {
  head: "Run",
  cell: (run) => (
    <Link
      to="/runs/$runId"
      params={{ runId: String(run.id) }}
      className="font-medium hover:underline hover:underline-offset-3"
    >
      {run.id}
    </Link>
  ),
};

const STATUS: Column = {
  head: "Status",
  className: "flex items-center gap-2",
  cell: (run) => (
    <>
      <StatusMark look={RUN_LOOK[run.status]} />
      <CheckTrouble run={run} />
    </>
  ),
};

const COMPACT: readonly Column[] = [
  ID,
  STATUS,
  {
    head: "Steps",
    className: "flex min-w-0",
    cell: (run) => <StepProgress counts={run.counts} className="h-2 flex-1" />,
  },
  {
    head: "Done",
    silent: true,
    className: "text-right text-xs whitespace-nowrap text-muted max-md:hidden",
    cell: (run) => `${formatCount(doneSteps(run.counts))}/${formatCount(run.total)}`,
  },
  { head: "Took", className: "text-muted max-md:hidden", cell: (run) => <Took run={run} /> },
  { head: "Started", className: "text-muted", cell: (run) => <Ago at={run.startedAt ?? run.createdAt} /> },
];

const FULL: readonly Column[] = [
  ID,
  STATUS,
  { head: "Assets", className: "truncate", cell: (run) => <RunAssets run={run} /> },
  { head: "Steps", className: "flex min-w-0 items-center gap-2", cell: (run) => <Steps run={run} /> },
  { head: "Made", className: "truncate text-muted max-lg:hidden", cell: (run) => <AssetsMade run={run} /> },
  { head: "Checks", className: "truncate max-lg:hidden", cell: (run) => <Checks run={run} /> },
  { head: "Cause", className: "truncate text-muted max-lg:hidden", cell: (run) => <RunCause origin={run.origin} /> },
  { head: "Took", className: "truncate text-muted max-lg:hidden", cell: (run) => <Took run={run} /> },
  { head: "Created", className: "text-muted", cell: (run) => <Ago at={run.createdAt} /> },
  { head: "Actions", silent: true, className: "-mr-1.5", cell: (run) => <RunMenuButton run={run} /> },
];

const COMPACT_TRACKS =
  "grid-cols-[72px_104px_minmax(120px,1fr)_96px_80px_88px] max-md:grid-cols-[40px_96px_minmax(0,1fr)_72px]";
const FULL_TRACKS =
  "grid-cols-[56px_112px_minmax(140px,1fr)_minmax(140px,0.7fr)_minmax(92px,0.4fr)_minmax(120px,0.6fr)_minmax(160px,1.4fr)_80px_80px_28px] max-lg:grid-cols-[56px_112px_minmax(120px,1fr)_minmax(140px,1fr)_80px_28px]";

/** Runs, one a line. */
export function RunTable({ runs, label, compact = false, active = -1 }: RunTableProps): ReactNode {
  const columns = compact ? COMPACT : FULL;
  const tracks = compact ? COMPACT_TRACKS : FULL_TRACKS;
  return (
    <div role="table" aria-label={label} className="min-w-0">
      <div role="row" className={`grid h-8 items-center gap-4 border-b border-line px-4 ${tracks}`}>
        {columns.map(({ head, silent, className = "" }) => (
          <div key={head} role="columnheader" className={`label ${/max-(?:md|lg):hidden/u.exec(className)?.[0] ?? ""}`}>
            {silent === true ? <span className="sr-only">{head}</span> : head}
          </div>
        ))}
      </div>
      {runs.map((run, i) => (
        <div
          key={run.id}
          role="row"
          data-active={i === active}
          className={`grid h-9 items-center gap-4 border-b border-line px-4 last:border-b-0 hover:bg-hover data-[active=true]:bg-accent-soft ${tracks}`}
        >
          {columns.map(({ head, className = "", cell }) => (
            <div key={head} role="cell" className={className}>
              {cell(run)}
            </div>
          ))}
        </div>
      ))}
    </div>
  );
}

/** How far it is; what a queued run waits for is more than a bar of waiting steps. */
function Steps({ run }: { readonly run: RunSummary }): ReactNode {
  if (run.queue !== null) {
    const place = `${formatCount(run.queue.position)} of ${formatCount(run.queue.length)} queued`;
    return (
      <span className="truncate text-xs" title={`${place}: ${run.queue.message}`}>
        <span className="text-muted">{place}:</span> {run.queue.message}
      </span>
    );
  }
  return (
    <>
      <StepProgress counts={run.counts} className="h-2 min-w-12 flex-1" />
      <span className="text-right text-xs whitespace-nowrap text-muted max-md:hidden">
        {formatCount(doneSteps(run.counts))}/{formatCount(run.total)}
      </span>
    </>
  );
}

function Checks({ run: { checks } }: { readonly run: RunSummary }): ReactNode {
  const { failed, warned } = checks;
  if (failed + warned === 0) return null;
  return (
    <span className={failed > 0 ? "text-failed-ink" : "text-stale-ink"}>
      {failed > 0 && `${formatCount(failed)} failed`}
      {failed > 0 && warned > 0 && ", "}
      {warned > 0 && `${formatCount(warned)} warned`}
    </span>
  );
}
