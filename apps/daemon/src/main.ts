// The process that decides.
import { serializeError } from "@heddle/core/internal";
import { consoleLog, findProject, runProcess, tellParent } from "@heddle/engine";
import { startDaemon } from "@heddle/engine/daemon";
import { openDatabase } from "@heddle/storage";
import { readConfig } from "./config.ts";

await runProcess(async () => {
  const config = readConfig(process.env);
  const project = findProject(config.projectDirectory);
  const db = await openDatabase({ url: config.databaseUrl, applicationName: "heddle-daemon" });
  const log = consoleLog("daemon");
  const daemon = await startDaemon({
    db,
    log,
    projects: [project],
    watch: config.watch,
    collection: config.collection,
    notifications: config.notifications,
    ticks: config.ticks,
    ...(config.daemonLeaseMs !== undefined && { leaseMs: config.daemonLeaseMs }),
    onLoad: (loaded, error) => {
      const { name } = loaded;
      if (error === undefined) tellParent({ type: "loaded", project: name });
      else if (process.connected) tellParent({ type: "load-failed", project: name, error: serializeError(error) });
      else log.error(`${name} does not load; the last good version stays in force`, error);
    },
  });
  tellParent({ type: "ready" });
  return {
    async stop() {
      await daemon.stop();
      await db[Symbol.asyncDispose]();
    },
  };
});
