import type { LogLine } from "@heddle/api";
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
}

/** The lines of a run, from the end backwards, followed while it goes on. */
export interface RunLogs {
  readonly lines: readonly LogLine[];
  readonly state: "reading" | "following" | "ended" | "lost" | "failed";
  readonly error: unknown;
  /** Reads the lines before the first one; `null` when there are none. */
  readonly readEarlier: (() => void) | null;
}

const PAGE_SIZE = 500;

interface Loaded {
  /** The filter that these lines fit, as text: lines of another one are never shown. */
  readonly filter: string;
  readonly lines: readonly LogLine[];
  readonly before: string | null;
  readonly state: RunLogs["state"];
  readonly error: unknown;
}

const NOTHING: Loaded = { filter: "", lines: [], before: null, state: "reading", error: null };

/** Reads the newest lines, then follows the stream for as long as the run goes on and the component is shown. */
export function useRunLogs({ runId, asset, ordinal, level, text }: LogFilter): RunLogs {
  const [kept, setKept] = useState(NOTHING);
  const filterText = JSON.stringify([runId, asset, ordinal, level, text]);
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
    client.runs.logs.query({ ...filter, direction: "before", limit: PAGE_SIZE }, { signal: abort.signal }).then(
      (page) => {
        update((now) => ({
          ...now,
          lines: page.lines,
          before: page.before,
          state: page.ended ? "ended" : "following",
          error: null,
        }));
        if (page.ended || abort.signal.aborted) return;
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
  }, [runId, asset, ordinal, level, text, filterText]);

  const { before } = loaded;
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
  };
}
