import type { CheckSummary } from "@heddle/api";
import { Link } from "@tanstack/react-router";
import { Fragment, type ReactNode } from "react";
import { formatCount, formatCounted } from "../../format/amounts.ts";
import { GlyphIcon, StatusMark } from "../../status/status-mark.tsx";
import { Ago } from "../../ui/instant.tsx";
import { MarkStrip } from "../../ui/mark-strip.tsx";
import { CHECK_LOOK, describeEffect, describeRecent, marksOfRecent } from "./check-look.ts";
import { RunChecksButton } from "./run-checks-button.tsx";
import { SilenceButton, SilencedMark } from "./silence-dialog.tsx";

const TRACKS =
  "grid-cols-[112px_minmax(180px,1.4fr)_minmax(140px,1.6fr)_minmax(120px,168px)_104px_minmax(72px,120px)_60px] max-lg:grid-cols-[112px_minmax(160px,1.4fr)_minmax(120px,1.4fr)_96px_60px] max-md:grid-cols-[104px_minmax(0,1fr)_60px]";

/** Results that a strip has places for. */
const PLACES = 24;

interface CheckTableProps {
  readonly checks: readonly CheckSummary[];
  /** What stands together; the checks come in that order. */
  readonly groupBy: "asset" | "message";
  /** Line that the keyboard is on; -1 for none. */
  readonly active: number;
}

/** Checks, one a line, under what they share. */
export function CheckTable({ checks, groupBy, active }: CheckTableProps): ReactNode {
  const groupOf = (check: CheckSummary): string =>
    groupBy === "asset" ? check.asset.key : (check.fingerprint ?? check.state);
  return (
    <div role="table" aria-label="Checks" className="min-w-0">
      <div role="row" className={`grid h-8 items-center gap-4 border-b border-line px-4 max-md:hidden ${TRACKS}`}>
        {["Now", "Check", "Finding", "History", "Changed", "Owner", ""].map((head, i) => (
          <div key={i} role="columnheader" className={`label ${i === 3 || i === 5 ? "max-lg:hidden" : ""}`}>
            {head === "" ? <span className="sr-only">Silence</span> : head}
          </div>
        ))}
      </div>
      {checks.map((check, i) => {
        const before = checks[i - 1];
        const isFirst = before === undefined || groupOf(before) !== groupOf(check);
        return (
          <Fragment key={`${check.asset.id} ${check.name}`}>
            {isFirst && (
              <GroupHead
                check={check}
                groupBy={groupBy}
                size={checks.filter((one) => groupOf(one) === groupOf(check)).length}
              />
            )}
            <div
              role="row"
              data-active={i === active}
              className={`grid min-h-9 items-center gap-x-4 gap-y-0.5 border-b border-line px-4 py-1 hover:bg-hover data-[active=true]:bg-accent-soft ${TRACKS}`}
            >
              <CheckCells check={check} groupBy={groupBy} />
            </div>
          </Fragment>
        );
      })}
    </div>
  );
}

function GroupHead({
  check,
  groupBy,
  size,
}: {
  readonly check: CheckSummary;
  readonly groupBy: "asset" | "message";
  readonly size: number;
}): ReactNode {
  return (
    <div role="row" className="sticky top-0 z-10 flex items-baseline gap-3 border-b border-line bg-surface px-4 py-1.5">
      <div role="rowheader" className="min-w-0 truncate font-medium">
        {groupBy === "asset" ? (
          <Link
            to="/assets/$"
            params={{ _splat: check.asset.key }}
            className="hover:underline hover:underline-offset-3"
          >
            {check.asset.key}
          </Link>
        ) : (
          (check.message ?? (check.state === "never" ? "Without a result" : "Nothing found"))
        )}
      </div>
      <div role="cell" className="text-xs whitespace-nowrap text-muted">
        {formatCounted(size, "check")}
      </div>
    </div>
  );
}

function CheckCells({
  check,
  groupBy,
}: {
  readonly check: CheckSummary;
  readonly groupBy: "asset" | "message";
}): ReactNode {
  const { asset, name, state, silence, isFlapping, message, recent, changedAt, owners } = check;
  return (
    <>
      <div role="cell" className="flex items-center gap-2">
        <StatusMark look={CHECK_LOOK[state]} />
        {silence !== null && <SilencedMark silence={silence} />}
      </div>
      <div role="cell" className="min-w-0">
        <div className="flex min-w-0 items-baseline gap-2">
          <Link
            to="/checks/$"
            params={{ _splat: asset.key }}
            search={{ check: name }}
            title={name}
            className="truncate font-medium hover:underline hover:underline-offset-3"
          >
            {name}
          </Link>
          {isFlapping && (
            <span className="shrink-0 text-xs text-stale-ink" title="Its outcome goes to and fro on one partition">
              flapping
            </span>
          )}
        </div>
        <div className="truncate text-xs text-muted">
          {groupBy === "message" && `${asset.key} · `}
          {describeEffect(check)}
        </div>
      </div>
      <div role="cell" className="min-w-0 max-md:order-last max-md:col-span-full max-md:empty:hidden">
        <Finding check={check} message={message} />
      </div>
      <div role="cell" className="max-lg:hidden">
        <MarkStrip marks={marksOfRecent(recent)} places={PLACES} label={describeRecent(recent)} />
      </div>
      <div role="cell" className="text-muted max-md:hidden">
        {changedAt === null ? <span className="text-faint">never</span> : <Ago at={changedAt} />}
      </div>
      <div role="cell" className="truncate text-muted max-lg:hidden" title={owners.join(", ")}>
        {owners.join(", ")}
      </div>
      <div role="cell" className="-mr-1.5 flex justify-end">
        <RunChecksButton compact label={`Run ${name} of ${asset.key}`} assets={[{ key: asset.key, checks: [name] }]} />
        <SilenceButton check={check} compact />
      </div>
    </>
  );
}

function Finding({ check, message }: { readonly check: CheckSummary; readonly message: string | null }): ReactNode {
  const { failed, warned, passed } = check;
  const counts = [
    { count: failed, glyph: "cross", tone: "text-failed-ink", word: "failed" },
    { count: warned, glyph: "triangle", tone: "text-stale-ink", word: "warned" },
    { count: passed, glyph: "check", tone: "text-muted", word: "passed" },
  ] as const;
  if (failed + warned + passed === 0) return null;
  return (
    <>
      {message !== null && (
        <div className="truncate" title={message}>
          {message}
        </div>
      )}
      <div className="flex gap-3 text-xs">
        {counts
          .filter(({ count }) => count > 0)
          .map(({ count, glyph, tone, word }) => (
            <span key={word} className={`flex items-center gap-1 ${tone}`}>
              <GlyphIcon glyph={glyph} size={10} />
              {formatCount(count)} <span className="sr-only">{word}</span>
            </span>
          ))}
      </div>
    </>
  );
}
