// The process that decides.
import { consoleLog, findProject, runProcess, startDaemon, tellParent } from "@heddle/engine";
import { openDatabase } from "@heddle/storage";
import { readConfig } from "./config.ts";

await runProcess(async () => {
  const config = readConfig(process.env);
  const project = findProject(config.projectDirectory);
  const db = await openDatabase({ url: config.databaseUrl, applicationName: "heddle-daemon" });
  const daemon = await startDaemon({
    db,
    log: consoleLog("daemon"),
    projects: [project],
    watch: config.watch,
    onLoad: (loaded, error) =>
      tellParent(
        error === undefined
          ? { type: "loaded", project: loaded.name }
          : {
              type: "load-failed",
              project: loaded.name,
              message: error instanceof Error ? error.message : String(error),
            },
      ),
  });
  tellParent({ type: "ready" });
  return {
    async stop() {
      await daemon.stop();
      await db[Symbol.asyncDispose]();
    },
  };
});
