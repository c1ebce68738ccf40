import type { DaemonLoop, Deployment, WorkerHealth } from "@heddle/api";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { trpc } from "../../data/trpc.ts";
import { formatCounted } from "../../format/amounts.ts";
import { formatDuration } from "../../format/durations.ts";
import { GlyphIcon } from "../../status/status-mark.tsx";
import { Ago } from "../../ui/instant.tsx";
import { Section } from "../../ui/page.tsx";
import { Cell, Line, LineTable } from "./line-table.tsx";
import { QueryState } from "./query-state.tsx";

/** Leases and beats run out without an event. */
const READ_INTERVAL_MS = 5_000;
/** A beat comes every five seconds: what is this much older has stopped. */
const SILENT_MS = 20_000;
/** What begins this much too late is told. */
const LATE_MS = 2_000;

const LOOP_TRACKS = "md:grid-cols-[minmax(180px,1.4fr)_120px_120px_120px_minmax(120px,1fr)_120px]";
const WORKER_TRACKS = "md:grid-cols-[minmax(160px,1.4fr)_120px_120px_120px_minmax(160px,1fr)]";

/** The daemon's loops, and workers. */
export function ProcessesTab(): ReactNode {
  const query = useQuery({ ...trpc.deployment.get.queryOptions({}), refetchInterval: READ_INTERVAL_MS });
  if (query.data === undefined) return <QueryState what="The processes" query={query} />;
  const { daemon, workers, now } = query.data;
  return (
    <div className="flex flex-col gap-6">
      <Section title="Daemon" aside={daemon.alive ? `${formatCounted(daemon.count, "daemon")} connected` : undefined}>
        {!daemon.alive && (
          <p className="rounded-md border border-failed/50 bg-failed-soft px-3 py-2">
            No daemon is running: nothing is admitted, retried, ticked or sent until one starts.
          </p>
        )}
        <Loops loops={daemon.loops} now={now} />
      </Section>
      <Section title="Workers" aside={describeSlots(query.data)}>
        <Workers workers={workers} />
      </Section>
    </div>
  );
}

function describeSlots({ workers }: Deployment): string {
  const alive = workers.filter((worker) => worker.alive);
  const slots = alive.reduce((sum, worker) => sum + worker.slots, 0);
  const running = alive.reduce((sum, worker) => sum + worker.runningSteps, 0);
  return `${running} of ${slots} slots in use`;
}

function Loops({ loops, now }: { readonly loops: readonly DaemonLoop[]; readonly now: number }): ReactNode {
  if (loops.length === 0) return <p className="text-muted">No daemon has led this deployment yet.</p>;
  return (
    <LineTable
      label="Loops of the daemon"
      tracks={LOOP_TRACKS}
      heads={["Loop", "State", "Last beat", "Late by", "Process", "Last round"]}
    >
      {loops.map((loop) => {
        const { name, host, pid, beatAt, lagMs, durationMs } = loop;
        return (
          <Line key={name} tracks={LOOP_TRACKS}>
            <Cell className="font-medium">{name}</Cell>
            <Cell>
              <LoopState loop={loop} now={now} />
            </Cell>
            <Cell className="text-muted">
              <Ago at={beatAt} />
            </Cell>
            <Cell className={lagMs > LATE_MS ? "text-stale-ink" : "text-muted"}>{formatDuration(lagMs)}</Cell>
            <Cell className="truncate font-mono text-xs text-muted">
              {host} · {pid}
            </Cell>
            <Cell className="text-muted">{formatDuration(durationMs)}</Cell>
          </Line>
        );
      })}
    </LineTable>
  );
}

function LoopState({ loop, now }: { readonly loop: DaemonLoop; readonly now: number }): ReactNode {
  if (now - loop.beatAt > SILENT_MS) return <Mark glyph="cross" tone="text-failed-ink" word="silent" />;
  if (loop.failures > 0) {
    return <Mark glyph="triangle" tone="text-stale-ink" word={`failed ${formatCounted(loop.failures, "time")}`} />;
  }
  if (loop.lagMs > LATE_MS) return <Mark glyph="half" tone="text-stale-ink" word="late" />;
  return <Mark glyph="check" tone="text-fresh-ink" word="goes on" />;
}

interface MarkProps {
  readonly glyph: "cross" | "triangle" | "half" | "check" | "slash";
  readonly tone: string;
  readonly word: string;
}

function Mark({ glyph, tone, word }: MarkProps): ReactNode {
  return (
    <span className={`inline-flex items-center gap-1.5 whitespace-nowrap ${tone}`}>
      <GlyphIcon glyph={glyph} />
      <span className={glyph === "cross" ? "font-medium" : "text-ink"}>{word}</span>
    </span>
  );
}

function Workers({ workers }: { readonly workers: readonly WorkerHealth[] }): ReactNode {
  if (workers.length === 0) {
    return (
      <p className="text-muted">
        No worker is running, so no step can start. `heddle dev` and `heddle start worker` start one.
      </p>
    );
  }
  return (
    <LineTable label="Workers" tracks={WORKER_TRACKS} heads={["Worker", "State", "Slots", "Started", "Id"]}>
      {workers.map(({ id, host, pid, slots, runningSteps, startedAt, alive, draining }) => (
        <Line key={id} tracks={WORKER_TRACKS}>
          <Cell className="truncate">
            <span className="font-medium">{host}</span> <span className="font-mono text-xs text-muted">{pid}</span>
          </Cell>
          <Cell>
            {!alive ? (
              <Mark glyph="slash" tone="text-muted" word="ended" />
            ) : draining ? (
              <Mark glyph="half" tone="text-stale-ink" word="draining" />
            ) : (
              <Mark glyph="check" tone="text-fresh-ink" word="alive" />
            )}
          </Cell>
          <Cell>{alive ? `${runningSteps} of ${slots}` : <span className="text-muted">–</span>}</Cell>
          <Cell className="text-muted">
            <Ago at={startedAt} />
          </Cell>
          <Cell className="truncate font-mono text-2xs text-muted">{id}</Cell>
        </Line>
      ))}
    </LineTable>
  );
}
