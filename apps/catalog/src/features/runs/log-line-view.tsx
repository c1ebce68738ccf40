import type { LogLine } from "@heddle/api";
import { type ReactNode, useState } from "react";
import { client } from "../../data/trpc.ts";
import { formatBytes, formatCount } from "../../format/amounts.ts";
import { formatInstant, formatPreciseClock } from "../../format/instants.ts";
import { announceFailure } from "../../ui/toasts.tsx";
import { foldProgress } from "./log-lines.ts";
import { SourceText } from "./source-text.tsx";

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
  /** Whether it goes on with the line before it, which was too long for one. */
  readonly isContinued: boolean;
  /** It and those that go on with it. */
  readonly pieces: readonly LogLine[];
  /** Marks it in the address, so that it can be linked to. */
  readonly onMark: () => void;
}

/** Of a longer message, and of a piece that goes on with another, only so much is shown until more is asked for. */
const SHOWN = { line: 2_000, continued: 80 } as const;

/** One line of a log. Its time is the link to it; places in source files can be copied. */
export function LogLineView(props: LogLineViewProps): ReactNode {
  const { runId, line, name, marked, isContinued, pieces, onMark } = props;
  const [isOpen, setOpen] = useState(false);
  const message = foldProgress(line.message);
  const shown = isContinued ? SHOWN.continued : SHOWN.line;
  const rest = isOpen ? 0 : Math.max(0, message.length - shown);
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
        {isContinued && <span className="text-faint">goes on: </span>}
        <SourceText text={rest === 0 ? message : message.slice(0, shown)} />
        {rest > 0 && (
          <button type="button" onClick={() => setOpen(true)} className={MORE}>
            … show {formatCount(rest)} more
          </button>
        )}
        {line.fields !== null && Object.keys(line.fields).length > 0 && (
          <span className="text-muted"> {JSON.stringify(line.fields)}</span>
        )}
        {line.fullBytes !== null && !isContinued && <WholeLine runId={runId} pieces={pieces} />}
      </span>
    </div>
  );
}

const MORE = "ml-2 font-sans text-accent-ink hover:underline";

/** Pieces that are read at once. */
const AT_ONCE = 10;

interface WholeLineProps {
  readonly runId: number;
  readonly pieces: readonly LogLine[];
}

/** What is too long to be shown is to be had as a file. */
function WholeLine({ runId, pieces }: WholeLineProps): ReactNode {
  const [busy, setBusy] = useState(false);
  const bytes = pieces.reduce((sum, { message, fullBytes }) => sum + (fullBytes ?? message.length), 0);
  const save = async (): Promise<void> => {
    setBusy(true);
    try {
      const parts: string[] = [];
      for (let i = 0; i < pieces.length; i += AT_ONCE) {
        const some = pieces.slice(i, i + AT_ONCE).map(({ cursor }) => client.runs.logLine.query({ runId, cursor }));
        parts.push(...(await Promise.all(some)).map(({ message }) => message));
      }
      // Put together before they become bytes: a pair of surrogates may have been cut in two.
      const url = URL.createObjectURL(new Blob([parts.join("")], { type: "text/plain" }));
      const link = document.createElement("a");
      link.href = url;
      link.download = `run-${runId}-line-${pieces[0]?.cursor ?? ""}.txt`;
      link.click();
      URL.revokeObjectURL(url);
    } catch (error) {
      announceFailure("The line could not be read", error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <button type="button" disabled={busy} onClick={() => void save()} className={MORE}>
      {busy ? "reading all" : "download all"} {formatBytes(bytes)}
    </button>
  );
}
