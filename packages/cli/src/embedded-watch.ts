import type { Project } from "@heddle/engine";
import { startEmbedded } from "./deployment.ts";
import { printError } from "./print-error.ts";
import { formatDuration, printNote } from "./terminal.ts";

const LOOK_INTERVAL_MS = 500;
/** The pause after a start that failed; it doubles up to the longest one. */
const RETRY_PAUSE_MS = 1_000;
const LONGEST_RETRY_PAUSE_MS = 30_000;

/** What happens to an embedded server. */
interface EmbeddedWatchHandlers {
  died(): void;
  restarted(): void;
  failed(error: unknown, retryInMs: number): void;
}

/**
 * Starts a project's embedded server again when it has died, and says so. It comes back at the same address, so that
 * everything that uses it goes on by itself. Nothing where the database is a server of one's own.
 */
export function watchDatabase(project: Project, embeddedPid: number | undefined): AsyncDisposable | null {
  if (embeddedPid === undefined) return null;
  return watchEmbedded(project, embeddedPid, {
    died: () => printNote("the database died; it is started again"),
    restarted: () => printNote("the database is back; nothing that was acknowledged is lost"),
    failed: (error, retryInMs) => {
      printError(error, { json: false, verbose: false });
      printNote(`the database is started again in ${formatDuration(retryInMs)}`);
    },
  });
}

function watchEmbedded(project: Project, pid: number, handlers: EmbeddedWatchHandlers): AsyncDisposable {
  let current = pid;
  let isStopped = false;
  let timer: NodeJS.Timeout;
  let pauseMs = RETRY_PAUSE_MS;
  let looking: Promise<void> = Promise.resolve();

  const look = async (): Promise<void> => {
    if (isAlive(current)) return schedule(LOOK_INTERVAL_MS);
    if (pauseMs === RETRY_PAUSE_MS) handlers.died();
    try {
      ({ pid: current } = await startEmbedded(project));
      handlers.restarted();
      pauseMs = RETRY_PAUSE_MS;
      schedule(LOOK_INTERVAL_MS);
    } catch (error) {
      handlers.failed(error, pauseMs);
      schedule(pauseMs);
      pauseMs = Math.min(pauseMs * 2, LONGEST_RETRY_PAUSE_MS);
    }
  };
  const schedule = (inMs: number): void => {
    if (isStopped) return;
    timer = setTimeout(() => (looking = look()), inMs);
  };
  schedule(LOOK_INTERVAL_MS);
  return {
    async [Symbol.asyncDispose]() {
      isStopped = true;
      clearTimeout(timer);
      await looking;
    },
  };
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // Somebody else's process may not be signalled, but it is there.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
