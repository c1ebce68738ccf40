import type { RunSummary } from "@heddle/api";
import { Link } from "@tanstack/react-router";
import { lazy, type ReactNode, Suspense } from "react";
import { formatCount } from "../../format/amounts.ts";
import { formatDuration } from "../../format/durations.ts";
import { RUN_LOOK } from "../../status/status-look.ts";
import { GlyphIcon, StatusMark } from "../../status/status-mark.tsx";
import { useNow } from "../../ui/clock.ts";
import { Icon } from "../../ui/icons.tsx";
import { Ago } from "../../ui/instant.tsx";
import { PopoverButton } from "../../ui/popover-button.tsx";
import { describeOrigin } from "./run-origin.ts";
import { doneSteps } from "./step-progress.ts";
import { StepProgress } from "./step-bar.tsx";

const RunMenu = lazy(async () => ({ default: (await import("./run-menu.tsx")).RunMenu }));

interface RunTableProps {
  readonly runs: readonly RunSummary[];
  readonly label: string;
  /** Without the assets and the cause: where both are known already. */
  readonly compact?: boolean;
  /** Run that the keyboard is on. */
  readonly active?: number;
}

/** Runs, one a line. */
export function RunTable({ runs, label, compact = false, active = -1 }: RunTableProps): ReactNode {
  const tracks = compact
    ? "grid-cols-[72px_104px_minmax(120px,1fr)_96px_80px_88px] max-md:grid-cols-[40px_96px_minmax(0,1fr)_72px]"
    : "grid-cols-[72px_104px_minmax(160px,1.4fr)_minmax(140px,1fr)_minmax(96px,0.8fr)_80px_96px_28px] max-lg:grid-cols-[72px_104px_minmax(120px,1fr)_minmax(120px,1fr)_88px_28px] max-md:grid-cols-[40px_96px_minmax(0,1fr)_64px_28px] max-md:gap-3";
  const heads = compact
    ? ["Run", "Status", "Steps", "", "Took", "Started"]
    : ["Run", "Status", "Assets", "Steps", "Cause", "Took", "Created", ""];
  return (
    <div role="table" aria-label={label} className="min-w-0">
      <div role="row" className={`grid h-8 items-center gap-4 border-b border-line px-4 ${tracks}`}>
        {heads.map((head, i) => (
          <div key={i} role="columnheader" className={`label ${hiddenFor(compact, i)}`}>
            {head === "" ? <span className="sr-only">{compact ? "Done" : "Actions"}</span> : head}
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
          <RunCells run={run} compact={compact} />
        </div>
      ))}
    </div>
  );
}

/** Class of the columns that narrow windows leave out. */
function hiddenFor(compact: boolean, column: number): string {
  if (compact) return column === 3 || column === 4 ? "max-md:hidden" : "";
  if (column === 2) return "max-md:hidden";
  return column === 4 || column === 5 ? "max-lg:hidden" : "";
}

function RunCells({ run, compact }: { readonly run: RunSummary; readonly compact: boolean }): ReactNode {
  const link = (
    <div role="cell">
      <Link
        to="/runs/$runId"
        params={{ runId: String(run.id) }}
        className="font-medium hover:underline hover:underline-offset-3"
      >
        {run.id}
      </Link>
    </div>
  );
  const status = (
    <div role="cell" className="flex items-center gap-2">
      <StatusMark look={RUN_LOOK[run.status]} />
      <CheckTrouble run={run} />
    </div>
  );
  const took = (
    <div role="cell" className={`text-muted ${compact ? "max-md:hidden" : "max-lg:hidden"}`}>
      <Took run={run} />
    </div>
  );
  const at = (
    <div role="cell" className="text-muted">
      <Ago at={compact ? (run.startedAt ?? run.createdAt) : run.createdAt} />
    </div>
  );
  const done = (
    <span className="text-right text-xs whitespace-nowrap text-muted max-md:hidden">
      {formatCount(doneSteps(run.counts))}/{formatCount(run.total)}
    </span>
  );
  if (compact) {
    return (
      <>
        {link}
        {status}
        <div role="cell" className="flex min-w-0">
          <StepProgress counts={run.counts} className="h-2 flex-1" />
        </div>
        <div role="cell" className="max-md:hidden">
          {done}
        </div>
        {took}
        {at}
      </>
    );
  }
  return (
    <>
      {link}
      {status}
      <div role="cell" className="truncate max-md:hidden">
        <RunAssets run={run} />
      </div>
      <div role="cell" className="flex items-center gap-2">
        <StepProgress counts={run.counts} className="h-2 min-w-12 flex-1" />
        {done}
      </div>
      <div role="cell" className="truncate text-muted max-lg:hidden">
        {describeOrigin(run.origin)}
      </div>
      {took}
      {at}
      <div role="cell" className="-mr-1.5">
        <PopoverButton
          trigger={<Icon name="more" size={15} />}
          label={`Actions of run ${run.id}`}
          className="inline-flex size-7 items-center justify-center rounded-md text-muted hover:bg-hover hover:text-ink active:bg-pressed"
          title={`Run ${run.id}`}
          width="w-64"
        >
          {(close) => (
            <Suspense>
              <RunMenu run={run} onDone={close} />
            </Suspense>
          )}
        </PopoverButton>
      </div>
    </>
  );
}

/** A run whose checks did not pass never looks all green. */
function CheckTrouble({ run }: { readonly run: RunSummary }): ReactNode {
  const { warned, failed } = run.checks;
  if (warned + failed === 0) return null;
  const text = `${formatCount(failed)} checks failed, ${formatCount(warned)} warned`;
  return (
    <span role="img" aria-label={text} title={text} className={failed > 0 ? "text-failed-ink" : "text-stale-ink"}>
      <GlyphIcon glyph="triangle" />
    </span>
  );
}

function RunAssets({ run }: { readonly run: RunSummary }): ReactNode {
  const [first, ...more] = run.assets;
  if (first === undefined) return <span className="text-muted">none</span>;
  return (
    <>
      <Link
        to="/assets/$"
        params={{ _splat: first.key }}
        title={first.key}
        className="hover:underline hover:underline-offset-3"
      >
        {first.key}
      </Link>
      {run.assetCount > 1 && (
        <span className="text-muted" title={more.map(({ key }) => key).join("\n")}>
          {" "}
          and {formatCount(run.assetCount - 1)} more
        </span>
      )}
    </>
  );
}

function Took({ run }: { readonly run: RunSummary }): ReactNode {
  const now = useNow();
  if (run.startedAt === null) return null;
  return formatDuration((run.endedAt ?? Math.max(now, run.startedAt)) - run.startedAt);
}
