import { Worker } from "node:worker_threads";

/** How often the watch looks whether the supervisor is still there. */
const WATCH_INTERVAL_MS = 2_000;

/**
 * Ends this process group when its parent has died, even while user code blocks the event loop: a thread of its own
 * looks. A closed IPC channel ends an idle process at once; this is for the one that cannot notice it.
 */
export function watchParent(): void {
  // Told by `forkEntry`. One that died before this line has left a message to act on, perhaps, but nobody to report to.
  const parent = Number(process.argv[2]);
  if (process.ppid !== parent) process.exit(0);
  const source = `
    const { parent, intervalMs } = require("node:worker_threads").workerData;
    setInterval(() => {
      if (process.ppid === parent) return;
      try { process.kill(-process.pid, "SIGKILL"); } catch { process.kill(process.pid, "SIGKILL"); }
    }, intervalMs);
  `;
  const thread = new Worker(source, {
    eval: true,
    execArgv: [],
    workerData: { parent, intervalMs: WATCH_INTERVAL_MS },
    resourceLimits: { maxOldGenerationSizeMb: 8, maxYoungGenerationSizeMb: 2 },
  });
  thread.unref();
}

/** Ends this process and everything that it has started. */
export function killOwnGroup(): never {
  try {
    process.kill(-process.pid, "SIGKILL");
  } catch {
    // It is not the leader of a group.
  }
  process.kill(process.pid, "SIGKILL");
  throw new Error("unreachable");
}
