import type { RunStatus } from "@heddle/core";
import type { SerializedError } from "@heddle/core/internal";
import type { Transaction } from "../database.ts";

/** A code location as it is served. */
export interface CodeLocationRow {
  readonly name: string;
  readonly directory: string;
  readonly codeVersionHash: string | null;
  readonly loadedAt: Date | null;
  readonly assetCount: number;
  readonly loadError: SerializedError | null;
}

/** A worker that lives, or ended not long ago. */
export interface WorkerRow {
  readonly id: string;
  readonly host: string;
  readonly pid: number;
  readonly slots: number;
  readonly startedAt: Date;
  readonly leaseUntil: Date;
  readonly alive: boolean;
  /** Whether it was asked to end when it has finished what it holds. */
  readonly draining: boolean;
  readonly runningSteps: number;
}

/** The state of a deployment's parts. */
export interface DeploymentRow {
  /** Database time. */
  readonly now: Date;
  readonly codeLocations: readonly CodeLocationRow[];
  readonly workers: readonly WorkerRow[];
  /** Daemons that are connected to this database. */
  readonly daemonCount: number;
  /** Runs that are not over, by status. */
  readonly openRuns: Readonly<Partial<Record<RunStatus, number>>>;
}

const MAX_ROWS = 500;

/** How a daemon names its connections. */
const DAEMON_APPLICATION = "heddle-daemon";

/** Reads what is known of code locations, workers and daemons. */
export async function readDeployment({ sql }: Transaction, environmentId: number | null): Promise<DeploymentRow> {
  const codeLocations = await sql<CodeLocationRow[]>`
    select l.name, l.directory, v.hash as "codeVersionHash", l.loaded_at as "loadedAt", l.load_error as "loadError",
      (select count(*)::integer from asset a where a.code_location_id = l.id and a.removed_at is null) as "assetCount"
    from code_location l left join code_version v on v.id = l.current_code_version_id
    order by l.name limit ${MAX_ROWS}`;
  const workers = await sql<WorkerRow[]>`
    select w.id, w.host, w.pid, w.slots, w.started_at as "startedAt", w.lease_until as "leaseUntil",
      w.ended_at is null and w.lease_until > clock_timestamp() as alive,
      w.ended_at is null and w.drain_requested_at is not null as draining, c.size as "runningSteps"
    from worker w
    cross join lateral (select coalesce(sum(size), 0)::integer as size from claim where worker_id = w.id) as c
    where w.ended_at is null or w.ended_at > clock_timestamp() - interval '1 hour'
    order by alive desc, w.started_at desc limit ${MAX_ROWS}`;
  // Every daemon decides by guarded transactions and none leads, so there is no row that would say which are there.
  const [daemons] = await sql<{ count: number }[]>`
    select count(*) filter (where application_name like '%(listen)')::integer as count
    from pg_stat_activity where datname = current_database() and application_name like ${`${DAEMON_APPLICATION}%`}`;
  const open = await sql<{ status: RunStatus; count: number }[]>`
    select status, count(*)::integer as count from run
    where status in ('queued', 'running', 'canceling', 'paused') and environment_id = ${environmentId}
    group by status`;
  const [clock] = await sql<{ now: Date }[]>`select clock_timestamp() as now`;
  return {
    now: clock?.now ?? new Date(0),
    codeLocations,
    workers,
    daemonCount: daemons?.count ?? 0,
    openRuns: Object.fromEntries(open.map(({ status, count }) => [status, count])),
  };
}
