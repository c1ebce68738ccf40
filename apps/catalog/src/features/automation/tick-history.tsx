import type { Tick } from "@heddle/api";
import { useInfiniteQuery } from "@tanstack/react-query";
import { type KeyboardEvent, type ReactNode, useMemo } from "react";
import { client, trpc } from "../../data/trpc.ts";
import { formatCount, formatCounted } from "../../format/amounts.ts";
import { formatDuration } from "../../format/durations.ts";
import { formatInstant } from "../../format/instants.ts";
import { StatusMark } from "../../status/status-mark.tsx";
import { Button } from "../../ui/button.tsx";
import { FailurePanel } from "../../ui/failure-panel.tsx";
import { At } from "../../ui/instant.tsx";
import { Section } from "../../ui/page.tsx";
import { Skeleton } from "../../ui/skeleton.tsx";
import { RecordedErrorView } from "../asset/recorded-error.tsx";
import { RunLinks } from "./automation-table.tsx";
import { FoldAt } from "./fold-at.tsx";
import { OutcomeStrip } from "./outcome-strip.tsx";
import { describeOutcomes, TICK_LOOK } from "./tick-look.ts";

interface TickHistoryProps {
  readonly kind: "schedule" | "sensor";
  readonly name: string;
  /** The tick that is looked at. */
  readonly chosen: number | undefined;
  readonly onChoose: (tick: number | undefined) => void;
}

const PAGE_SIZE = 100;
const READ_INTERVAL_MS = 15_000;

/** What became of every tick, the newest first, above it the same as a strip that keys walk along. */
export function TickHistory({ kind, name, chosen, onChoose }: TickHistoryProps): ReactNode {
  const input = { name, limit: PAGE_SIZE };
  const procedures = kind === "schedule" ? trpc.schedules : trpc.sensors;
  const query = useInfiniteQuery({
    ...procedures.ticks.infiniteQueryOptions(input, { getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined }),
    queryFn: ({ pageParam, signal }) =>
      (kind === "schedule" ? client.schedules : client.sensors).ticks.query(
        { ...input, cursor: pageParam },
        { signal },
      ),
    refetchInterval: READ_INTERVAL_MS,
  });
  const ticks = useMemo(() => query.data?.pages.flatMap(({ items }) => items) ?? [], [query.data]);
  return (
    <Section title="History" aside={ticks.length > 0 && describeOutcomes(ticks.map(({ outcome }) => outcome))}>
      {query.isPending && <Skeleton label="Reading the history" lines={4} />}
      {query.isError && (
        <FailurePanel title="The history could not be read" error={query.error} onRetry={() => void query.refetch()} />
      )}
      {query.isSuccess && ticks.length === 0 && <p className="text-muted">It has not ticked yet.</p>}
      {ticks.length > 0 && (
        <>
          <TickSlider ticks={ticks} chosen={chosen} onChoose={onChoose} />
          <ul aria-label="Ticks" className="rounded-md border border-line">
            {ticks.map((tick) => (
              <TickItem
                key={tick.id}
                tick={tick}
                open={tick.id === chosen}
                onToggle={() => onChoose(tick.id === chosen ? undefined : tick.id)}
              />
            ))}
          </ul>
        </>
      )}
      {query.hasNextPage && (
        <div className="flex justify-center p-2">
          <Button disabled={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            Earlier ticks
          </Button>
        </div>
      )}
    </Section>
  );
}

interface TickSliderProps {
  readonly ticks: readonly Tick[];
  readonly chosen: number | undefined;
  readonly onChoose: (tick: number | undefined) => void;
}

/** The strip, from the oldest at the left; arrows walk, `f` finds the next failure. */
function TickSlider({ ticks, chosen, onChoose }: TickSliderProps): ReactNode {
  const oldestFirst = ticks.toReversed();
  const at = oldestFirst.findIndex(({ id }) => id === chosen);
  const go = (index: number): void => {
    const tick = oldestFirst[Math.min(Math.max(0, index), oldestFirst.length - 1)];
    if (tick !== undefined) onChoose(tick.id);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const from = at < 0 ? oldestFirst.length : at;
    const failed = oldestFirst.findLastIndex(({ outcome }, i) => outcome === "failed" && i < from);
    const moves: Readonly<Record<string, number>> = {
      ArrowLeft: from - 1,
      ArrowRight: from + 1,
      Home: 0,
      End: oldestFirst.length - 1,
      ...(failed >= 0 && { f: failed }),
    };
    const next = moves[event.key];
    if (next === undefined) return;
    event.preventDefault();
    go(next);
  };
  const current = oldestFirst[at];
  const value =
    current === undefined ? "none chosen" : `${formatInstant(current.at)}, ${TICK_LOOK[current.outcome].word}`;
  return (
    <div
      role="slider"
      tabIndex={0}
      aria-label="Ticks from the oldest to the newest"
      aria-valuemin={0}
      aria-valuemax={oldestFirst.length - 1}
      aria-valuenow={Math.max(0, at)}
      aria-valuetext={value}
      onKeyDown={onKeyDown}
      className="rounded-sm"
    >
      <OutcomeStrip
        outcomes={oldestFirst.map(({ outcome }) => outcome)}
        places={oldestFirst.length}
        current={at}
        height={36}
      />
    </div>
  );
}

interface TickItemProps {
  readonly tick: Tick;
  readonly open: boolean;
  readonly onToggle: () => void;
}

function TickItem({ tick, open, onToggle }: TickItemProps): ReactNode {
  const { at, until, count, outcome, isManual, runIds, reason, error, durationMs } = tick;
  return (
    <li className="border-b border-line last:border-b-0">
      <div className="grid grid-cols-[minmax(0,1fr)] gap-x-4 px-3 py-1.5 hover:bg-hover">
        <div className="flex min-w-0 flex-wrap items-center gap-x-4 gap-y-0.5">
          <FoldAt at={at} open={open} onToggle={onToggle} />
          <StatusMark look={TICK_LOOK[outcome]} {...(count > 1 && { suffix: ` × ${formatCount(count)}` })} />
          <span className="min-w-0 flex-1 truncate text-muted max-md:basis-full">
            {runIds.length > 0 ? <RunLinks runIds={runIds} /> : (error?.message ?? reason)}
          </span>
          <span className="flex gap-3 text-xs text-muted">
            {isManual && <span>by hand</span>}
            {until !== null && <span className="max-md:hidden">until {formatInstant(until)}</span>}
            {durationMs !== null && <span>{formatDuration(durationMs)}</span>}
          </span>
        </div>
      </div>
      {open && <TickDetail tick={tick} />}
    </li>
  );
}

function TickDetail({ tick }: { readonly tick: Tick }): ReactNode {
  const { runIds, reason, error, log, cursor, recordedAt, at, isManual, outcome } = tick;
  const facts: readonly (readonly [string, ReactNode])[] = [
    ...(runIds.length > 0
      ? [["runs", runIds.length > 3 ? <AllRuns runIds={runIds} /> : <RunLinks runIds={runIds} />] as const]
      : []),
    ...(reason !== null ? [["reason", reason] as const] : []),
    ["recorded", <At key="at" at={recordedAt} />],
    ...(isManual || outcome === "missed"
      ? []
      : [["after it was due", formatDuration(Math.max(0, recordedAt - at))] as const]),
    ...(cursor !== null
      ? [
          [
            "cursor moved to",
            <code key="cursor" className="font-mono text-xs break-all">
              {cursor}
            </code>,
          ] as const,
        ]
      : []),
  ];
  return (
    <div className="flex flex-col gap-3 border-t border-line bg-surface px-4 py-3">
      <dl className="grid grid-cols-[minmax(96px,auto)_minmax(0,1fr)] gap-x-4 gap-y-1">
        {facts.map(([name, value]) => (
          <div key={name} className="contents">
            <dt className="text-muted">{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {error !== null && <RecordedErrorView error={error} open />}
      <TickLog log={log} />
    </div>
  );
}

function AllRuns({ runIds }: { readonly runIds: readonly number[] }): ReactNode {
  return (
    <>
      {formatCounted(runIds.length, "run")}: <RunLinks runIds={runIds} />
    </>
  );
}

const LEVEL_TONE: Record<Tick["log"][number]["level"], string> = {
  debug: "text-muted",
  info: "text-ink",
  warn: "text-stale-ink",
  error: "text-failed-ink",
};

/** What the function of a tick has logged and printed. */
export function TickLog({ log }: { readonly log: Tick["log"] }): ReactNode {
  if (log.length === 0) return <p className="text-xs text-muted">Nothing was logged.</p>;
  return (
    <div
      role="log"
      aria-label="What it logged"
      tabIndex={0}
      className="max-h-64 overflow-auto rounded-md border border-line bg-canvas px-3 py-2 font-mono text-xs leading-5"
    >
      {log.map(({ level, message, fields }, i) => (
        <div key={i} className="flex gap-3">
          <span className={`w-10 shrink-0 ${LEVEL_TONE[level]}`}>{level}</span>
          <span className="min-w-0 break-words whitespace-pre-wrap">
            {message}
            {fields !== null && <span className="text-muted"> {JSON.stringify(fields)}</span>}
          </span>
        </div>
      ))}
    </div>
  );
}
