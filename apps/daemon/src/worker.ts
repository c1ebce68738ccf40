// The process that claims steps and supervises the child processes which run them.
import { consoleLog, runProcess, startWorker, tellParent } from "@heddle/engine";
import { openDatabase } from "@heddle/storage";
import { readConfig } from "./config.ts";

/** How long running steps may go on after a stop was asked for, before they are handed back. */
const STOP_GRACE_MS = 4_000;

await runProcess(async () => {
  const config = readConfig(process.env);
  const db = await openDatabase({ url: config.databaseUrl, applicationName: "heddle-worker" });
  const worker = await startWorker({
    db,
    log: consoleLog("worker"),
    defaults: config.defaults,
    ...(config.processes !== undefined && { processes: config.processes }),
    ...(config.concurrency !== undefined && { concurrency: config.concurrency }),
    ...(config.heapMb !== undefined && { heapMb: config.heapMb }),
  });
  tellParent({ type: "ready" });
  return {
    async stop() {
      await worker.stop({ graceMs: STOP_GRACE_MS });
      await db[Symbol.asyncDispose]();
    },
  };
});
