import type { LogLine, LogPage } from "@heddle/api";
import { useCallback, useEffect, useRef, useState } from "react";
import { client } from "../../data/trpc.ts";
import { appendLines, prependLines } from "./log-lines.ts";
import type { LogLevel } from "./run-page-search.ts";

/** Which lines are wanted. */
export interface LogFilter {
  readonly runId: number;
  readonly asset: string | undefined;
  /** Only this partition of the asset. */
  readonly ordinal: number | undefined;
  readonly level: LogLevel | undefined;
  readonly text: string | undefined;
  /** The line to begin at, in both directions; left out: the end. */
  readonly around: string | undefined;
}

/** The lines of a run, from the end backwards, followed while it goes on. */
export interface RunLogs {
  readonly lines: readonly LogLine[];
  readonly state: "reading" | "following" | "ended" | "lost" | "failed";
  readonly error: unknown;
  /** Reads the lines before the first one; `null` when there are none. */
  readonly readEarlier: (() => void) | null;
  /** Reads the lines after the last one, where the log was not begun at its end; `null` when there are none. */
  readonly readLater: (() => void) | null;
}

const PAGE_SIZE = 500;

interface Loaded {
  /** The filter that these lines fit, as text: lines of another one are never shown. */
  readonly filter: string;
  readonly lines: readonly LogLine[];
  readonly before: string | null;
  /** Where later lines are read from; `null` at the end. */
  readonly after: string | null;
  readonly state: RunLogs["state"];
  readonly error: unknown;
}

const NOTHING: Loaded = { filter: "", lines: [], before: null, after: null, state: "reading", error: null };

/** Reads the newest lines, then follows the stream for as long as the run goes on and the component is shown. */
export function useRunLogs({ runId, asset, ordinal, level, text, around: wanted }: LogFilter): RunLogs {
  const [kept, setKept] = useState(NOTHING);
  // Marking another line of those that are there already reads nothing anew.
  const [begun, setBegun] = useState(wanted);
  const isHeld = wanted !== undefined && kept.lines.some(({ cursor }) => cursor === wanted);
  const around = wanted === begun || isHeld || (wanted === undefined && kept.after === null) ? begun : wanted;
  if (around !== begun) setBegun(around);
  const filterText = JSON.stringify([runId, asset, ordinal, level, text, around]);
  const loaded = kept.filter === filterText ? kept : NOTHING;
  const reading = useRef(false);
  useEffect(() => {
    const abort = new AbortController();
    const filter = { runId, asset, ordinal, level, text };
    let stream: { unsubscribe(): void } | undefined;
    const update = (change: (before: Loaded) => Loaded): void => {
      if (abort.signal.aborted) return;
      setKept((now) => ({ ...change(now.filter === filterText ? now : NOTHING), filter: filterText }));
    };
    readFirst(filter, { around, signal: abort.signal }).then(
      ({ page, later }) => {
        update((now) => ({
          ...now,
          lines: page.lines,
          before: page.before,
          after: later,
          state: page.ended ? "ended" : "following",
          error: null,
        }));
        if (page.ended || later !== null || abort.signal.aborted) return;
        stream = client.runs.tail.subscribe(
          { ...filter, lastEventId: page.after },
          {
            onData: ({ data }) =>
              update((now) => ({
                ...now,
                lines: appendLines(now.lines, data.lines),
                state: data.ended ? "ended" : "following",
              })),
            onConnectionStateChange: ({ state, error }) =>
              error !== null && state === "connecting" && update((before) => ({ ...before, state: "lost" })),
            onComplete: () => update((before) => ({ ...before, state: "ended" })),
            onError: () => update((before) => ({ ...before, state: "lost" })),
          },
        );
      },
      (error: unknown) => update((before) => ({ ...before, state: "failed", error })),
    );
    return () => {
      abort.abort();
      stream?.unsubscribe();
    };
  }, [runId, asset, ordinal, level, text, around, filterText]);

  const { before, after } = loaded;
  const readLater = useCallback(() => {
    if (reading.current || after === null) return;
    reading.current = true;
    client.runs.logs
      .query({ runId, asset, ordinal, level, text, direction: "after", cursor: after, limit: PAGE_SIZE })
      .then(
        (page) =>
          setKept((now) =>
            now.filter === filterText && now.after === after
              ? { ...now, lines: appendLines(now.lines, page.lines), after: page.hasMore ? page.after : null }
              : now,
          ),
        (error: unknown) => setKept((now) => (now.filter === filterText ? { ...now, state: "failed", error } : now)),
      )
      .finally(() => (reading.current = false));
  }, [runId, asset, ordinal, level, text, filterText, after]);
  const readEarlier = useCallback(() => {
    if (reading.current || before === null) return;
    reading.current = true;
    client.runs.logs
      .query({ runId, asset, ordinal, level, text, direction: "before", cursor: before, limit: PAGE_SIZE })
      .then(
        (page) =>
          setKept((now) =>
            now.filter === filterText && now.before === before
              ? { ...now, lines: prependLines(now.lines, page.lines), before: page.before }
              : now,
          ),
        (error: unknown) => setKept((now) => (now.filter === filterText ? { ...now, state: "failed", error } : now)),
      )
      .finally(() => (reading.current = false));
  }, [runId, asset, ordinal, level, text, filterText, before]);
  return {
    lines: loaded.lines,
    state: loaded.state,
    error: loaded.error,
    readEarlier: before === null ? null : readEarlier,
    readLater: after === null ? null : readLater,
  };
}

type QueryFilter = Omit<LogFilter, "around">;

/** The newest lines; or those on both sides of a line, with where what follows them is read from. */
async function readFirst(
  filter: QueryFilter,
  { around, signal }: { readonly around: string | undefined; readonly signal: AbortSignal },
): Promise<{ readonly page: LogPage; readonly later: string | null }> {
  if (around === undefined) {
    const page = await client.runs.logs.query({ ...filter, direction: "before", limit: PAGE_SIZE }, { signal });
    return { page, later: null };
  }
  // From the line before it on, so that it is the first of what follows.
  const earlier = await client.runs.logs.query(
    { ...filter, direction: "before", cursor: around, limit: PAGE_SIZE / 2 },
    { signal },
  );
  const from = earlier.lines.at(-1)?.cursor;
  const later = await client.runs.logs.query(
    { ...filter, direction: "after", limit: PAGE_SIZE / 2, ...(from === undefined ? {} : { cursor: from }) },
    { signal },
  );
  const page = { ...later, lines: [...earlier.lines, ...later.lines], before: earlier.before };
  return { page, later: later.hasMore ? later.after : null };
}
