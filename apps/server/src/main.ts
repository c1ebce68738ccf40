// The process that serves the API and the catalog.
import { createServer } from "@heddle/api";
import { consoleLog, runProcess, tellParent } from "@heddle/engine";
import { openDatabase } from "@heddle/storage";
import { readConfig } from "./config.ts";

await runProcess(async () => {
  const config = readConfig(process.env);
  const db = await openDatabase({ url: config.databaseUrl, applicationName: "heddle-server" });
  const server = await createServer({
    db,
    log: consoleLog("server"),
    // A port that was asked for is meant; the default one is only a habit.
    acceptsNextPort: config.port === undefined,
    ...(config.port !== undefined && { port: config.port }),
    ...(config.host !== undefined && { host: config.host }),
    ...(config.catalogDirectory !== undefined && { catalogDirectory: config.catalogDirectory }),
    ...(config.environment !== undefined && { environment: config.environment }),
    ...(config.publicUrl !== undefined && { publicUrl: config.publicUrl }),
  });
  tellParent({ type: "ready", address: server.address });
  if (!process.connected) process.stdout.write(`${JSON.stringify({ type: "ready", address: server.address })}\n`);
  return {
    async stop() {
      await server.close();
      await db[Symbol.asyncDispose]();
    },
  };
});
