import type { AttentionItem } from "@heddle/api";
import { Link } from "@tanstack/react-router";
import { lazy, type ReactNode, Suspense, useEffect, useRef } from "react";
import { selectionOfKeys } from "../../data/selection-of-keys.ts";
import { formatCount } from "../../format/amounts.ts";
import { GlyphIcon } from "../../status/status-mark.tsx";
import { Button } from "../../ui/button.tsx";
import { Ago, At } from "../../ui/instant.tsx";
import { PopoverButton } from "../../ui/popover-button.tsx";
import { useLaunch } from "../launch/launch-search.ts";
import { unacknowledgeItem } from "./attention-actions.ts";
import { describeCounts, failedPartition } from "./attention-text.ts";

const AcknowledgeForm = lazy(async () => ({ default: (await import("./acknowledge-form.tsx")).AcknowledgeForm }));

interface AttentionListProps {
  readonly items: readonly AttentionItem[];
  /** Line that the keyboard is on; -1 for none. */
  readonly active: number;
}

/** Assets that need a person, those first on which the most depends. */
export function AttentionList({ items, active }: AttentionListProps): ReactNode {
  return (
    <ol aria-label="Needs attention" className="overflow-hidden rounded-lg border border-line">
      {items.map((item, i) => (
        <AttentionLine key={item.asset.id} item={item} active={i === active} />
      ))}
    </ol>
  );
}

function AttentionLine({ item, active }: { readonly item: AttentionItem; readonly active: boolean }): ReactNode {
  const line = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (active) line.current?.scrollIntoView({ block: "nearest" });
  }, [active]);
  const { asset, downstream, severity, note, failure } = item;
  const quiet = note !== null;
  return (
    <li
      ref={line}
      data-active={active}
      {...(active ? { "aria-current": true as const } : {})}
      className="flex items-start gap-3 border-b border-line px-3 py-2 last:border-b-0 hover:bg-hover data-[active=true]:bg-accent-soft max-md:flex-wrap"
    >
      <span
        className={`mt-1 ${quiet ? "text-missing-ink" : severity === "error" ? "text-failed-ink" : "text-stale-ink"}`}
      >
        <GlyphIcon glyph={severity === "error" ? "cross" : "triangle"} />
      </span>
      <div className="min-w-0 flex-1 max-md:basis-[calc(100%-2rem)]">
        <div className="flex min-w-0 items-baseline gap-2">
          <Link
            to="/assets/$"
            params={{ _splat: asset.key }}
            title={asset.key}
            className="truncate font-medium hover:underline hover:underline-offset-3"
          >
            <bdi>{asset.key}</bdi>
          </Link>
          <span className="shrink-0 text-xs text-muted" title="Assets that depend on it, directly or by way of others">
            {downstream === 0 ? "nothing downstream" : `${formatCount(downstream)} downstream`}
          </span>
        </div>
        <Cause item={item} />
        <Counts item={item} />
        {note !== null && (
          <p className="text-xs break-words text-muted">
            {note.until === null ? "Acknowledged" : "Snoozed until "}
            {note.until === null ? " " : <At at={note.until} />}
            {note.until === null && <Ago at={note.at} />}
            {note.text !== "" && (
              <>
                : <bdi>{note.text}</bdi>
              </>
            )}
          </p>
        )}
      </div>
      {failure !== null && (
        <Link
          to="/runs/$runId"
          params={{ runId: String(failure.runId) }}
          className="-mt-1 flex h-7 shrink-0 items-center gap-1 text-xs text-muted hover:text-ink hover:underline hover:underline-offset-3 max-md:ml-6"
        >
          run {failure.runId}, <Ago at={failure.at} />
        </Link>
      )}
      <Actions item={item} />
    </li>
  );
}

/** Why it failed: what a person looks for first, so that it has a line of its own and room for more. */
function Cause({ item }: { readonly item: AttentionItem }): ReactNode {
  const { failure } = item;
  if (failure === null) return null;
  const partition = failedPartition(item);
  return (
    <p title={failure.message} className="line-clamp-2 break-words max-md:line-clamp-5">
      <bdi>{failure.message}</bdi>
      {partition !== "" && <span className="text-muted"> ({partition})</span>}
    </p>
  );
}

function Counts({ item }: { readonly item: AttentionItem }): ReactNode {
  const { overdue } = item;
  const counts = describeCounts(item);
  if (overdue === null && counts === "") return null;
  return (
    <p className="line-clamp-2 break-words text-muted">
      {overdue !== null && (
        <>
          {overdue.state === "fail" ? "Overdue since " : "Close to overdue since "}
          <At at={overdue.since} />
          {counts !== "" && ". "}
        </>
      )}
      {counts}
    </p>
  );
}

function Actions({ item }: { readonly item: AttentionItem }): ReactNode {
  const launch = useLaunch();
  const { asset, note, failedPartitions } = item;
  return (
    <div className="-mt-1 flex shrink-0 items-center gap-1 max-md:ml-auto">
      {failedPartitions > 0 && (
        <Button
          kind="ghost"
          icon="retry"
          onClick={() => launch({ launch: selectionOfKeys([asset.key]), only: ["failed"] })}
        >
          Rerun<span className="sr-only"> failed partitions of {asset.key}</span>
        </Button>
      )}
      {note === null ? (
        <PopoverButton
          trigger={<>Acknowledge</>}
          label={`Acknowledge ${asset.key}`}
          className="inline-flex h-7 items-center rounded-md px-2 text-sm font-medium text-muted hover:bg-pressed hover:text-ink"
          title="Acknowledge"
          width="w-72"
        >
          {(close) => (
            <Suspense>
              <AcknowledgeForm item={item} onDone={close} />
            </Suspense>
          )}
        </PopoverButton>
      ) : (
        <Button kind="ghost" onClick={() => void unacknowledgeItem(item)}>
          Take back<span className="sr-only"> the note about {asset.key}</span>
        </Button>
      )}
    </div>
  );
}
