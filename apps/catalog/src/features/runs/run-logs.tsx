import type { RunDetail } from "@heddle/api";
import { useVirtualizer } from "@tanstack/react-virtual";
import { type ReactNode, useEffect, useEffectEvent, useMemo, useRef, useState } from "react";
import { formatCount } from "../../format/amounts.ts";
import { Button, IconButton } from "../../ui/button.tsx";
import { FailurePanel } from "../../ui/failure-panel.tsx";
import { Icon } from "../../ui/icons.tsx";
import { SearchField } from "../../ui/search-field.tsx";
import { Segmented } from "../../ui/segmented.tsx";
import { LogLineView } from "./log-line-view.tsx";
import { continuesLine, piecesFrom } from "./log-lines.ts";
import { LOG_LEVELS, type LogLevel } from "./run-page-search.ts";
import { type RunLogs, useRunLogs } from "./use-run-logs.ts";

interface RunLogsProps {
  readonly run: RunDetail;
  readonly asset: string | undefined;
  /** Only this partition of that asset, by ordinal. */
  readonly ordinal: number | undefined;
  readonly level: LogLevel | undefined;
  readonly text: string | undefined;
  /** The line that is looked at, by cursor. */
  readonly line: string | undefined;
  readonly onFilter: (filter: LogFilterChange) => void;
}

interface LogFilterChange {
  readonly level?: LogLevel | undefined;
  readonly text?: string | undefined;
  readonly partition?: undefined;
  readonly line?: string | undefined;
}

/** What a run's steps have written, followed while it goes on. */
export function RunLogsView({ run, asset, ordinal, level, text, line, onFilter }: RunLogsProps): ReactNode {
  const logs = useRunLogs({ runId: run.id, asset, ordinal, level, text, around: line });
  const [follow, setFollow] = useState(line === undefined);
  const names = useMemo(() => new Map(run.progress.map((own) => [own.asset.id, own.asset.key])), [run.progress]);
  return (
    <div className="flex min-h-80 flex-1 flex-col gap-2">
      <div className="flex flex-wrap items-center gap-2">
        <Segmented
          label="Lowest level"
          value={level ?? "debug"}
          options={LOG_LEVELS.map((value) => ({ value, label: value }))}
          onChange={(value) => onFilter({ level: value === "debug" ? undefined : value })}
        />
        <SearchField
          label="Find in the logs"
          className="w-64"
          text={text ?? ""}
          onText={(next) => onFilter({ text: next || undefined })}
          settleMs={SETTLE_MS}
        />
        {ordinal !== undefined && (
          <button
            type="button"
            onClick={() => onFilter({ partition: undefined })}
            className="flex h-6 items-center gap-1.5 rounded-full bg-pressed px-2.5 text-xs"
          >
            {logs.lines[0]?.partitionKey || "one partition"}
            <Icon name="close" size={10} />
            <span className="sr-only">show the lines of all partitions</span>
          </button>
        )}
        <span className="text-xs text-muted" role="status">
          {formatCount(logs.lines.length)} lines{logs.readEarlier !== null && " of more"}, {STATE_WORDS[logs.state]}
        </span>
        <IconButton
          icon="follow"
          label="Follow the end"
          className="ml-auto"
          aria-pressed={follow}
          onClick={() => {
            // From a line in the middle, the end is somewhere else.
            if (line !== undefined) onFilter({ line: undefined });
            setFollow(!follow);
          }}
        />
      </div>
      {logs.state === "failed" && <FailurePanel title="The logs could not be read" error={logs.error} />}
      <LogList
        runId={run.id}
        logs={logs}
        names={names}
        // What is found by its text need not follow upon each other.
        joins={text === undefined}
        follow={follow}
        onFollow={setFollow}
        marked={line}
        onMark={(next) => onFilter({ line: next })}
      />
    </div>
  );
}

const STATE_WORDS: Record<RunLogs["state"], string> = {
  reading: "reading",
  following: "following",
  ended: "complete",
  lost: "connection lost, trying again",
  failed: "failed",
};

/** Typing waits this long before the server searches. */
const SETTLE_MS = 300;

const LINE_PX = 20;

/** A reader this near to the end follows it. */
const AT_END_PX = 24;

interface LogListProps {
  readonly logs: RunLogs;
  readonly names: ReadonlyMap<number, string>;
  /** Whether lines stand as they were written, so that pieces of a long one are neighbours. */
  readonly joins: boolean;
  readonly follow: boolean;
  readonly onFollow: (follow: boolean) => void;
  readonly runId: number;
  /** The line that is looked at. */
  readonly marked: string | undefined;
  readonly onMark: (cursor: string | undefined) => void;
}

function LogList({ runId, logs, names, joins, follow, onFollow, marked, onMark }: LogListProps): ReactNode {
  const { lines, readEarlier, readLater } = logs;
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: lines.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => LINE_PX,
    getItemKey: (index) => lines[index]?.cursor ?? index,
    overscan: 20,
  });
  useEffect(() => {
    if (follow && lines.length > 0) virtual.scrollToIndex(lines.length - 1, { align: "end" });
  }, [follow, lines, virtual]);
  const markedAt = marked === undefined ? -1 : lines.findIndex(({ cursor }) => cursor === marked);
  const isThere = markedAt >= 0;
  const reveal = useEffectEvent(() => virtual.scrollToIndex(markedAt, { align: "center" }));
  useEffect(() => {
    if (isThere) reveal();
  }, [isThere, marked]);
  return (
    <div
      ref={scroller}
      role="log"
      aria-label="Log lines"
      aria-live="off"
      tabIndex={0}
      onScroll={({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) => {
        const atEnd = scrollHeight - scrollTop - clientHeight < AT_END_PX;
        if (!atEnd && follow && scrollHeight > clientHeight) onFollow(false);
      }}
      className="min-h-0 flex-1 overflow-auto rounded-md border border-line bg-surface py-1 font-mono text-xs leading-5"
    >
      {readEarlier !== null && (
        <div className="px-3 py-1 font-sans">
          <Button kind="ghost" onClick={readEarlier}>
            Earlier lines
          </Button>
        </div>
      )}
      {lines.length === 0 && logs.state !== "reading" && (
        <p className="px-3 py-2 font-sans text-muted">
          No line{logs.state === "ended" ? " was written" : " yet"} that fits.
        </p>
      )}
      <div className="relative min-w-fit" style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map(({ index, key, start }) => {
          const line = lines[index];
          return (
            line !== undefined && (
              <div
                key={key}
                data-index={index}
                ref={virtual.measureElement}
                className="absolute inset-x-0"
                style={{ transform: `translateY(${start}px)` }}
              >
                <LogLineView
                  runId={runId}
                  line={line}
                  name={names.get(line.assetId) ?? ""}
                  marked={line.cursor === marked}
                  isContinued={joins && continuesLine(lines[index - 1], line)}
                  pieces={joins ? piecesFrom(lines, index) : [line]}
                  onMark={() => onMark(line.cursor === marked ? undefined : line.cursor)}
                />
              </div>
            )
          );
        })}
      </div>
      {readLater !== null && (
        <div className="px-3 py-1 font-sans">
          <Button kind="ghost" onClick={readLater}>
            Later lines
          </Button>
        </div>
      )}
    </div>
  );
}
