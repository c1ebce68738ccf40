import type { Deployment, WorkerHealth } from "@heddle/api";
import type { ReactNode } from "react";
import type { Connection } from "../data/catalog-state.ts";
import { formatCount, formatCounted } from "../format/amounts.ts";
import { GlyphIcon } from "../status/status-mark.tsx";
import { Ago } from "../ui/instant.tsx";

/** What runs of a deployment, and what it has to do. */
export function HealthTable({
  deployment,
  connection,
}: {
  readonly deployment: Deployment;
  readonly connection: Connection;
}): ReactNode {
  const { daemon, workers, openRuns } = deployment;
  const alive = workers.filter((worker) => worker.alive);
  const slots = alive.reduce((sum, worker) => sum + worker.slots, 0);
  const busy = alive.reduce((sum, worker) => sum + worker.runningSteps, 0);
  return (
    <>
      <dl className="mt-3 grid grid-cols-[112px_1fr] gap-x-3 gap-y-1.5">
        <dt className="text-muted">Live updates</dt>
        <dd>
          {connection.kind === "live"
            ? "connected"
            : connection.kind === "lost"
              ? "lost, reading every 10 s"
              : "connecting"}
        </dd>
        <dt className="text-muted">Daemon</dt>
        <dd>{daemon.alive ? "running" : "not running"}</dd>
        <dt className="text-muted">Workers</dt>
        <dd>
          {formatCount(alive.length)} running, {formatCount(busy)} of {formatCounted(slots, "slot")} busy
        </dd>
        <dt className="text-muted">Open runs</dt>
        <dd>
          {formatCount(openRuns.running)} running, {formatCount(openRuns.queued)} queued, {formatCount(openRuns.paused)}{" "}
          paused
        </dd>
        <dt className="text-muted">Environment</dt>
        <dd>{deployment.environment}</dd>
        <dt className="text-muted">Version</dt>
        <dd>{deployment.version}</dd>
      </dl>
      {workers.length > 0 && (
        <ul aria-label="Workers" className="mt-3 border-t border-line pt-2">
          {workers.map((worker) => (
            <Worker key={worker.id} worker={worker} />
          ))}
        </ul>
      )}
    </>
  );
}

function Worker({ worker }: { readonly worker: WorkerHealth }): ReactNode {
  return (
    <li className="flex items-center gap-2 py-1">
      <span className={worker.alive ? "text-fresh-ink" : "text-missing-ink"}>
        <GlyphIcon glyph={worker.alive ? "check" : "slash"} />
      </span>
      <span className="truncate">
        {worker.host} <span className="text-muted">· {worker.pid}</span>
      </span>
      <span className="ml-auto text-muted">
        {worker.alive ? (
          `${worker.runningSteps} of ${worker.slots}`
        ) : (
          <>
            ended <Ago at={worker.leaseUntil} />
          </>
        )}
      </span>
    </li>
  );
}
