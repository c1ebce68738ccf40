// The process that claims steps and supervises the child processes which run them.
import { consoleLog, runProcess, tellParent } from "@heddle/engine";
import { startWorker } from "@heddle/engine/worker";
import { openDatabase } from "@heddle/storage";
import { readConfig } from "./config.ts";

/** Time for running steps when a stop is asked for, and for everything else that a stop takes. */
const DEFAULT_STOP_GRACE_MS = 4_000;
const STOP_MARGIN_MS = 5_000;

await runProcess(async () => {
  const config = readConfig(process.env);
  const graceMs = config.stopGraceMs ?? DEFAULT_STOP_GRACE_MS;
  const db = await openDatabase({ url: config.databaseUrl, applicationName: "heddle-worker" });
  const worker = await startWorker({
    db,
    log: consoleLog("worker"),
    defaults: config.defaults,
    ...(config.processes !== undefined && { processes: config.processes }),
    ...(config.concurrency !== undefined && { concurrency: config.concurrency }),
    ...(config.heapMb !== undefined && { heapMb: config.heapMb }),
    ...(config.workerLeaseMs !== undefined && { leaseMs: config.workerLeaseMs }),
    ...(config.cancelGraceMs !== undefined && { cancelGraceMs: config.cancelGraceMs }),
  });
  tellParent({ type: "ready" });
  return {
    ended: worker.stopped,
    stopTimeoutMs: graceMs + STOP_MARGIN_MS,
    async stop() {
      await worker.stop({ graceMs });
      await db[Symbol.asyncDispose]();
    },
  };
});
