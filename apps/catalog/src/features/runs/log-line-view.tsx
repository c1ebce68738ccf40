import type { LogLine } from "@heddle/api";
import { type ReactNode, useState } from "react";
import { client } from "../../data/trpc.ts";
import { formatBytes } from "../../format/amounts.ts";
import { formatInstant, formatPreciseClock } from "../../format/instants.ts";
import { copyText } from "../../ui/copy.ts";
import { announceFailure } from "../../ui/toasts.tsx";
import { foldProgress, splitSources } from "./log-lines.ts";

const LEVEL_STYLE: Record<LogLine["level"], string> = {
  debug: "text-faint",
  info: "text-muted",
  warn: "text-stale-ink",
  error: "text-failed-ink",
};

interface LogLineViewProps {
  readonly runId: number;
  readonly line: LogLine;
  /** Key of the asset that wrote it. */
  readonly name: string;
  readonly marked: boolean;
  /** Marks it in the address, so that it can be linked to. */
  readonly onMark: () => void;
}

/** One line of a log. Its time is the link to it; places in source files can be copied. */
export function LogLineView({ runId, line, name, marked, onMark }: LogLineViewProps): ReactNode {
  const tone = line.level === "error" ? "text-failed-ink" : line.level === "debug" ? "text-muted" : "text-ink";
  return (
    <div
      data-marked={marked}
      className="grid grid-cols-[96px_44px_minmax(120px,260px)_1fr] gap-3 px-3 hover:bg-hover data-[marked=true]:bg-accent-soft max-md:grid-cols-[96px_1fr]"
    >
      <button
        type="button"
        aria-pressed={marked}
        aria-label={`Link to the line of ${formatPreciseClock(line.at)}`}
        title={formatInstant(line.at)}
        onClick={onMark}
        className="h-5 text-left text-faint hover:text-ink hover:underline"
      >
        <time dateTime={new Date(line.at).toISOString()}>{formatPreciseClock(line.at)}</time>
      </button>
      <span className={`max-md:hidden ${LEVEL_STYLE[line.level]}`}>{line.level}</span>
      <span className="truncate text-muted max-md:hidden" title={`${name} ${line.partitionKey}`}>
        {name} {line.partitionKey}
      </span>
      <span className={`min-w-0 break-words whitespace-pre-wrap ${tone}`}>
        <Message text={foldProgress(line.message)} />
        {line.fields !== null && Object.keys(line.fields).length > 0 && (
          <span className="text-muted"> {JSON.stringify(line.fields)}</span>
        )}
        {line.fullBytes !== null && <WholeLine runId={runId} line={line} fullBytes={line.fullBytes} />}
      </span>
    </div>
  );
}

function Message({ text }: { readonly text: string }): ReactNode {
  return splitSources(text).map((part, i) =>
    part.kind === "text" ? (
      part.text
    ) : (
      <button
        key={i}
        type="button"
        title={`Copy ${part.path}`}
        onClick={() => void copyText(part.path, "Place in the source")}
        className="text-left break-all underline decoration-dotted underline-offset-3 hover:text-ink"
      >
        {part.text}
      </button>
    ),
  );
}

interface WholeLineProps {
  readonly runId: number;
  readonly line: LogLine;
  readonly fullBytes: number;
}

/** What is too long to be shown is to be had as a file. */
function WholeLine({ runId, line, fullBytes }: WholeLineProps): ReactNode {
  const [busy, setBusy] = useState(false);
  const save = async (): Promise<void> => {
    setBusy(true);
    try {
      const { message } = await client.runs.logLine.query({ runId, cursor: line.cursor });
      const url = URL.createObjectURL(new Blob([message], { type: "text/plain" }));
      const link = document.createElement("a");
      link.href = url;
      link.download = `run-${runId}-line-${line.cursor}.txt`;
      link.click();
      URL.revokeObjectURL(url);
    } catch (error) {
      announceFailure("The line could not be read", error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <button
      type="button"
      disabled={busy}
      onClick={() => void save()}
      className="ml-1 font-sans text-accent-ink hover:underline"
    >
      … download all {formatBytes(fullBytes)}
    </button>
  );
}
