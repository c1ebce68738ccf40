import type { JsonValue } from "@heddle/core";
import type { SerializedError } from "@heddle/core/internal";
import { readDeployment, readLoops, type CodeLocationRow, type DeploymentRow, type WorkerRow } from "@heddle/storage";
import type { ApiState } from "../api-state.ts";
import type { CodeLocationHealth, Deployment, LoadProblem, WorkerHealth } from "../contract.ts";

/** Answers `deployment.get`. */
export async function readDeploymentHealth(state: ApiState): Promise<Deployment> {
  return state.db.read("deployment.get", async (tx) => {
    const index = await state.definitions.index(tx);
    const row = await readDeployment(tx, await state.definitions.environmentId(tx));
    const { queued = 0, running = 0, paused = 0, canceling = 0 } = row.openRuns;
    return {
      version: state.version,
      now: row.now.getTime(),
      environment: state.environment,
      codeLocations: row.codeLocations.map(describeCodeLocation),
      daemon: {
        alive: isDaemonAlive(row),
        count: row.daemonCount,
        loops: (await readLoops(tx)).map(({ beatAt, ...loop }) => ({ ...loop, beatAt: beatAt.getTime() })),
      },
      workers: row.workers.map(describeWorker),
      openRuns: { queued, running, paused, canceling },
      definitionsVersion: index.version,
    };
  });
}

/** Whether a daemon is connected to the database. */
export function isDaemonAlive(row: DeploymentRow): boolean {
  return row.daemonCount > 0;
}

function describeCodeLocation(row: CodeLocationRow): CodeLocationHealth {
  return {
    name: row.name,
    directory: row.directory,
    codeVersion: row.codeVersionHash,
    loadedAt: row.loadedAt?.getTime() ?? null,
    assetCount: row.assetCount,
    problems: describeLoadError(row.loadError),
  };
}

/** A load error is one error; where it stands for several problems, its details list them with their places. */
export function describeLoadError(error: SerializedError | null): LoadProblem[] {
  if (error === null) return [];
  const listed = error.details?.["problems"];
  const stack = error.cause?.stack ?? error.stack ?? null;
  const code = error.code ?? "CODE_LOCATION_LOAD_FAILED";
  const whole: LoadProblem = {
    code,
    message: error.message,
    hint: error.hint ?? null,
    assetKey: null,
    file: null,
    line: null,
    stack,
  };
  if (!Array.isArray(listed) || listed.length === 0) return [whole];
  return listed.filter(isRecord).map((problem) => ({
    code: textOf(problem["code"]) ?? code,
    message: textOf(problem["message"]) ?? error.message,
    hint: textOf(problem["hint"]) ?? error.hint ?? null,
    assetKey: textOf(problem["asset"]),
    file: textOf(problem["file"]),
    line: typeof problem["line"] === "number" ? problem["line"] : null,
    stack,
  }));
}

function isRecord(value: unknown): value is { readonly [name: string]: JsonValue } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function textOf(value: JsonValue | undefined): string | null {
  return typeof value === "string" ? value : null;
}

function describeWorker({ startedAt, leaseUntil, ...worker }: WorkerRow): WorkerHealth {
  const { id, host, pid, slots, runningSteps, alive, draining } = worker;
  const times = { startedAt: startedAt.getTime(), leaseUntil: leaseUntil.getTime() };
  return { id, host, pid, slots, runningSteps, ...times, alive, draining };
}
