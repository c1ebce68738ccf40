import { Link, useNavigate } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { formatCount } from "../../format/amounts.ts";
import { formatDuration } from "../../format/durations.ts";
import { StatusMark } from "../../status/status-mark.tsx";
import { Ago, Until } from "../../ui/instant.tsx";
import type { AutomationRow, RowAddress } from "./automation-rows.ts";
import { OutcomeStrip } from "./outcome-strip.tsx";
import { SwitchButton } from "./switch-dialog.tsx";

const TRACKS =
  "grid-cols-[minmax(180px,1.5fr)_minmax(120px,1fr)_minmax(180px,1.4fr)_112px_minmax(120px,200px)_28px] max-lg:grid-cols-[minmax(160px,1.5fr)_112px_minmax(160px,1.4fr)_96px_28px] max-md:grid-cols-[minmax(0,1fr)_auto_28px]";

/** Places of a strip: what the API tells of a history. */
const PLACES = 100;

/** Schedules, sensors and conditions, one a line. */
export function AutomationTable({
  rows,
  active,
}: {
  readonly rows: readonly AutomationRow[];
  /** Line that the keyboard is on; -1 for none. */
  readonly active: number;
}): ReactNode {
  return (
    <div role="table" aria-label="Automation" className="min-w-0">
      <div role="row" className={`grid h-8 items-center gap-4 border-b border-line px-4 max-md:hidden ${TRACKS}`}>
        {["Name", "State", "Last result", "Next", "History", ""].map((head, i) => (
          <div key={i} role="columnheader" className={`label ${i === 4 ? "max-lg:hidden" : ""}`}>
            {head === "" ? <span className="sr-only">Turn on or off</span> : head}
          </div>
        ))}
      </div>
      {rows.map((row, i) => (
        <div
          key={`${row.kind} ${row.name}`}
          role="row"
          data-active={i === active}
          className={`grid min-h-13 items-center gap-x-4 gap-y-1 border-b border-line px-4 py-1.5 hover:bg-hover data-[active=true]:bg-accent-soft ${TRACKS}`}
        >
          <RowCells row={row} />
        </div>
      ))}
    </div>
  );
}

function RowCells({ row }: { readonly row: AutomationRow }): ReactNode {
  const { look, switched, last, nextAt, lagMs, outcomes } = row;
  return (
    <>
      <div role="cell" className="min-w-0">
        <div className="truncate font-medium">
          <RowLink to={row.to}>{row.name}</RowLink>
        </div>
        <div className="truncate text-xs text-muted" title={row.trigger}>
          {row.kind} · {row.trigger}
        </div>
      </div>
      <div role="cell" className="min-w-0">
        <StatusMark look={look} />
        {switched !== null && <SwitchedBy row={row} />}
      </div>
      <div role="cell" className="min-w-0 max-md:order-last max-md:col-span-full">
        {last === null ? (
          <span className="text-muted">nothing yet</span>
        ) : (
          <>
            <div className="flex items-center gap-2">
              <StatusMark look={last.look} />
              <span className="text-xs text-muted">
                <Ago at={last.at} />
              </span>
            </div>
            <div className="truncate text-xs text-muted">
              <ResultText result={last} />
            </div>
          </>
        )}
      </div>
      <div role="cell" className="text-muted max-md:hidden">
        {nextAt === null ? <span className="text-faint">{describeNext(row)}</span> : <Until at={nextAt} />}
        {lagMs !== null && lagMs > LATE_MS && (
          <div className="text-xs text-stale-ink">{formatDuration(lagMs)} late</div>
        )}
      </div>
      <div role="cell" className="max-lg:hidden">
        {outcomes !== null && <OutcomeStrip outcomes={outcomes} places={PLACES} />}
      </div>
      <div role="cell" className="-mr-1.5">
        <SwitchButton row={row} compact />
      </div>
    </>
  );
}

/** Where no instant can be told: a condition that looks at more than a clock acts as soon as it holds. */
function describeNext({ kind, state }: AutomationRow): string {
  return kind !== "schedule" && state !== "off" ? "any time" : "none";
}

/** A tick may be so much later than it was due before that is worth a look. */
const LATE_MS = 60_000;

function SwitchedBy({ row: { switched, state } }: { readonly row: AutomationRow }): ReactNode {
  if (switched === null) return null;
  const { actor, reason } = switched;
  const text = `${actor === null ? "" : `by ${actor}`}${reason === null ? "" : `${actor === null ? "" : ": "}${reason}`}`;
  return (
    <div className="truncate text-xs text-muted max-md:hidden" title={`${state === "off" ? "off" : "on"} ${text}`}>
      {text === "" ? <Ago at={switched.at} /> : text}
    </div>
  );
}

/** Runs that are named; the others are counted. */
const NAMED_RUNS = 3;

function ResultText({
  result: { runIds, reason },
}: {
  readonly result: NonNullable<AutomationRow["last"]>;
}): ReactNode {
  if (runIds.length === 0) return reason === null ? "" : <span title={reason}>{reason}</span>;
  return <RunLinks runIds={runIds} />;
}

/** Runs by number, each a link; many are counted. */
export function RunLinks({ runIds }: { readonly runIds: readonly number[] }): ReactNode {
  return (
    <span className="sentence">
      {runIds.slice(0, NAMED_RUNS).map((id, i) => (
        <span key={id}>
          {i > 0 && ", "}
          <Link to="/runs/$runId" params={{ runId: String(id) }} className="link">
            run {id}
          </Link>
        </span>
      ))}
      {runIds.length > NAMED_RUNS && ` and ${formatCount(runIds.length - NAMED_RUNS)} more`}
    </span>
  );
}

const LINK = "hover:underline hover:underline-offset-3";

function RowLink({ to, children }: { readonly to: RowAddress; readonly children: ReactNode }): ReactNode {
  switch (to.kind) {
    case "schedule":
      return (
        <Link to="/automation/schedules/$name" params={{ name: to.name }} className={LINK}>
          {children}
        </Link>
      );
    case "sensor":
      return (
        <Link to="/automation/sensors/$name" params={{ name: to.name }} className={LINK}>
          {children}
        </Link>
      );
    case "condition":
      return (
        <Link
          to="/automation/conditions/$"
          params={{ _splat: to.assetKey }}
          search={{ check: to.check ?? undefined }}
          className={LINK}
        >
          {children}
        </Link>
      );
  }
}

/** Opens the page of a row. */
export function useOpenRow(): (to: RowAddress) => void {
  const navigate = useNavigate();
  return (to) => {
    if (to.kind === "schedule") void navigate({ to: "/automation/schedules/$name", params: { name: to.name } });
    if (to.kind === "sensor") void navigate({ to: "/automation/sensors/$name", params: { name: to.name } });
    if (to.kind !== "condition") return;
    const { assetKey, check } = to;
    void navigate({
      to: "/automation/conditions/$",
      params: { _splat: assetKey },
      search: { check: check ?? undefined },
    });
  };
}
