import type { PlanNotice } from "@heddle/api";
import type { ReactNode } from "react";
import { formatCounted } from "../../format/amounts.ts";
import { GlyphIcon } from "../../status/status-mark.tsx";
import { Button } from "../../ui/button.tsx";
import { joinNotices, type ShownNotice } from "./join-notices.ts";
import type { PlanViewProps } from "./plan-view.tsx";

/** Notices of one kind that are listed at once. */
const LISTED = 3;

/** What keeps the plan from being launched, and what to know before it is; each with what can be done about it. */
export function PlanNotices({ preview, cascade, onCascade, onLeaveOut }: PlanViewProps): ReactNode {
  const { warnings, refused } = preview;
  const errors = warnings.filter(({ severity }) => severity === "error");
  const others = warnings.filter(({ severity }) => severity === "warning");
  const unreadable = errors.some(({ code }) => code === "UPSTREAM_NONEXISTENT");
  const missing = others.some(({ code }) => code === "UPSTREAM_MISSING");
  return (
    <>
      {(refused !== null || errors.length > 0) && (
        <div role="alert" aria-label="Errors" className="rounded-md border border-failed/50 bg-failed-soft px-3 py-2">
          {refused !== null && !errors.some(({ message }) => message === refused) && (
            <p className="font-medium">{refused}</p>
          )}
          <NoticeList notices={errors} noun="error" />
          {unreadable && onLeaveOut !== null && (
            <Button className="mt-2" onClick={onLeaveOut}>
              Leave these partitions out
            </Button>
          )}
        </div>
      )}
      {others.length > 0 && (
        <div role="group" aria-label="Warnings" className="rounded-md border border-stale/50 bg-stale-soft px-3 py-2">
          <NoticeList notices={others} noun="warning" />
          {missing && cascade !== "upstream_missing" && (
            <Button className="mt-2" onClick={() => onCascade("upstream_missing")}>
              Include what is missing upstream
            </Button>
          )}
        </div>
      )}
    </>
  );
}

function NoticeList({
  notices: all,
  noun,
}: {
  readonly notices: readonly PlanNotice[];
  readonly noun: string;
}): ReactNode {
  const notices = joinNotices(all);
  const rest = notices.slice(LISTED);
  return (
    <>
      <ul className="flex flex-col gap-1.5">
        {notices.slice(0, LISTED).map((notice, i) => (
          <Notice key={i} notice={notice} />
        ))}
      </ul>
      {rest.length > 0 && (
        <details className="mt-1.5">
          <summary className="text-muted">{formatCounted(rest.length, `more ${noun}`)}</summary>
          <ul className="mt-1.5 flex flex-col gap-1.5">
            {rest.map((notice, i) => (
              <Notice key={i} notice={notice} />
            ))}
          </ul>
        </details>
      )}
    </>
  );
}

function Notice({ notice: { severity, message } }: { readonly notice: ShownNotice }): ReactNode {
  const isError = severity === "error";
  return (
    <li className="flex items-start gap-2">
      <span className={`mt-1 ${isError ? "text-failed-ink" : "text-stale-ink"}`}>
        <GlyphIcon glyph={isError ? "cross" : "triangle"} />
      </span>
      <span className="min-w-0 break-words">{message}</span>
    </li>
  );
}
