import { HeddleError } from "@heddle/core";
import { deserializeError, isErrorCode } from "@heddle/core/internal";
import type { Deployment } from "@heddle/api";
import type { ProjectApi } from "./api-client.ts";
import { awaitDevInstance } from "./dev-instance.ts";
import { ProcessGroup } from "./engine-processes.ts";
import { interruption } from "./interruption.ts";
import { formatDuration, printNote } from "./terminal.ts";

/** The processes that a command started for itself, and may still start. */
export interface Engine {
  /** Starts what is missing for runs to go on: other commands may have taken theirs with them when they ended. */
  ensure(): Promise<void>;
}

/**
 * Runs `action` with a daemon and a worker: those of a running deployment, or ones that are started for it and stopped
 * afterwards. Without a daemon that keeps the project loaded the definitions are loaded first, and errors in them are
 * thrown.
 */
export async function withEngine<TResult>(
  project: ProjectApi,
  { needsWorker }: { readonly needsWorker: boolean },
  action: (engine: Engine) => Promise<TResult>,
): Promise<TResult> {
  const loaded = Promise.withResolvers<void>();
  // Rejected before anybody waits for it, it must not end the process.
  loaded.promise.catch(() => undefined);
  await using group = new ProcessGroup({
    project: project.project,
    databaseUrl: project.deployment.databaseUrl,
    watch: false,
    // A command does what it was asked for; what is due beside that is for a daemon that stays.
    env: { HEDDLE_TICKS: "never" },
    onMessage: (_, message) => {
      if (message.type === "loaded") loaded.resolve();
      if (message.type === "load-failed") loaded.reject(deserializeError(message.error));
    },
    onDied: (name, how, restartInMs) =>
      printNote(`the ${name} died (${how}); it is started again in ${formatDuration(restartInMs)}`),
  });
  const started = new Set<string>();
  const startOnce = async (name: "daemon" | "worker"): Promise<void> => {
    if (started.has(name)) return;
    started.add(name);
    await group.start(name);
  };
  const ensure = async (): Promise<void> => {
    const health = await project.api.deployment.get({});
    const hasDaemon = isLoadedElsewhere(health, project);
    const hasWorker = health.workers.some((worker) => worker.alive);
    await Promise.all([
      hasDaemon ? undefined : Promise.all([startOnce("daemon"), loaded.promise]),
      !needsWorker || (hasWorker && hasDaemon) ? undefined : startOnce("worker"),
    ]);
    if (hasDaemon && !started.has("daemon")) warnOfProblems(health, project);
  };
  await interruption.race(awaitDevInstance(project.project));
  await interruption.race(ensure());
  return await action({ ensure });
}

/** Whether a daemon is there, and this project has been loaded by one. */
function isLoadedElsewhere(health: Deployment, { project }: ProjectApi): boolean {
  return health.daemon.alive && health.codeLocations.some(({ directory }) => directory === project.directory);
}

/** A daemon goes on with the last good version of code that is broken; without one there is nothing to go on with. */
function warnOfProblems({ codeLocations }: Deployment, { project }: ProjectApi): void {
  const location = codeLocations.find(({ directory }) => directory === project.directory);
  const [first] = location?.problems ?? [];
  if (location === undefined || first === undefined) return;
  if (location.codeVersion !== null) {
    printNote(`the newest code of ${location.name} does not load (see heddle check): its last good version is used`);
    return;
  }
  const lines = location.problems.map(({ file, line, message }) =>
    file === null ? message : `${file}:${line}: ${message}`,
  );
  const isOfCode = isErrorCode(first.code) && first.code.startsWith("CODE_LOCATION_");
  throw new HeddleError(
    isOfCode ? first.code : "DEFINITIONS_INVALID",
    `${location.name} does not load:\n${lines.map((line) => `  ${line}`).join("\n")}`,
    first.hint === null ? {} : { hint: first.hint },
  );
}
