import type { LogLine, PartitionDetail } from "@heddle/api";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { trpc } from "../../data/trpc.ts";
import { FailurePanel } from "../../ui/failure-panel.tsx";
import { Clock } from "../../ui/instant.tsx";
import { attemptHistory } from "./attempt-history.ts";

/** Lines that are shown: enough to see how it ended. */
const LINES = 8;

/** Characters of a line that are shown. */
const MAX_SHOWN = 500;

/** How often the log of a step that runs is read again. */
const READ_INTERVAL_MS = 3_000;

/** The last lines that the newest attempt at a partition has written, and the way to all of them. */
export function PartitionLog({ detail }: { readonly detail: PartitionDetail }): ReactNode {
  const { asset, ordinal, openSteps } = detail;
  const running = openSteps.find(({ status }) => status === "running");
  const runId = running?.runId ?? attemptHistory(detail)[0]?.runId;
  const query = useQuery({
    ...trpc.runs.logs.queryOptions({ runId: runId ?? 1, asset: asset.key, ordinal, direction: "before", limit: LINES }),
    enabled: runId !== undefined,
    refetchInterval: running === undefined ? false : READ_INTERVAL_MS,
  });
  if (query.isError)
    return (
      <FailurePanel
        title="The log of this partition could not be read"
        error={query.error}
        onRetry={() => void query.refetch()}
      />
    );
  const lines = query.data?.lines ?? [];
  if (runId === undefined || lines.length === 0) return null;
  return (
    <div className="min-w-0">
      <h4 className="label mb-1">
        Log{" "}
        <Link
          to="/runs/$runId"
          params={{ runId: String(runId) }}
          search={{ tab: "logs", asset: asset.key, partition: ordinal }}
          className="link ml-2 font-normal"
        >
          {query.data?.hasMore === true ? "all lines" : "in the run"}
        </Link>
      </h4>
      <ol className="rounded-md border border-line bg-canvas px-3 py-2 font-mono text-xs break-words">
        {lines.map((line) => (
          <li key={line.cursor} className={`whitespace-pre-wrap ${TONES[line.level]}`}>
            <span className="mr-3 text-muted">
              <Clock at={line.at} />
            </span>
            {line.message.length <= MAX_SHOWN ? line.message : `${line.message.slice(0, MAX_SHOWN)} …`}
          </li>
        ))}
      </ol>
    </div>
  );
}

const TONES: Record<LogLine["level"], string> = {
  debug: "text-muted",
  info: "text-ink",
  warn: "text-stale-ink",
  error: "text-failed-ink",
};
