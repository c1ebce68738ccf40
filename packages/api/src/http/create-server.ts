import { createServer as createHttpServer, type Server } from "node:http";
import { getRequestListener } from "@hono/node-server";
import type { Database } from "@heddle/storage";
import { createApiState } from "../api-state.ts";
import { readVersion } from "../read-version.ts";
import type { ServerLog } from "../server-log.ts";
import { createApp } from "./create-app.ts";
import { listen, requireLoopback } from "./listen.ts";
import { openStaticCatalog } from "./static-catalog.ts";

/** What a server is made from. */
export interface ServerOptions {
  readonly db: Database;
  /** Directory of the built catalog; left out, the API is served alone. */
  readonly catalogDirectory?: string;
  /** 0 for any free port. @default 4321 */
  readonly port?: number;
  /** An address of this machine alone. @default "127.0.0.1" */
  readonly host?: string;
  /** Whether one of the next ports will do when the port is in use. @default false */
  readonly acceptsNextPort?: boolean;
  /** The environment whose state is shown and changed. @default "production" */
  readonly environment?: string;
  /** Where people open the catalog, without a slash at the end. @default not known */
  readonly publicUrl?: string | null;
  /** Where the secrets of webhook sensors are. @default process.env */
  readonly secrets?: NodeJS.ProcessEnv;
  readonly log: ServerLog;
}

/** A server that listens. */
export interface HeddleServer {
  readonly port: number;
  /** Where to open it, such as `http://127.0.0.1:4321`. */
  readonly address: string;
  /** Ends open streams, lets running requests finish for a moment, and stops listening. */
  close(): Promise<void>;
}

const DEFAULT_PORT = 4321;
const DEFAULT_HOST = "127.0.0.1";
const DEFAULT_ENVIRONMENT = "production";
/** A client that is slower than this at sending its request is cut off. */
const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 30_000;
/** How often slow clients are looked for. */
const TIMEOUT_CHECK_INTERVAL_MS = 2_000;
const MAX_HEADER_BYTES = 16_384;
const MAX_CONNECTIONS = 1_000;
/** What is still open after this is cut off when the server closes. */
const CLOSE_GRACE_MS = 2_000;

/**
 * Starts to serve the API and the catalog on this machine's loopback interface.
 * @throws CONFIG_INSECURE_BIND, CONFIG_PORT_TAKEN, CONFIG_CATALOG_MISSING, CONFIG_INVALID
 */
export async function createServer(options: ServerOptions): Promise<HeddleServer> {
  const { db, log, host = DEFAULT_HOST, environment = DEFAULT_ENVIRONMENT } = options;
  requireLoopback(host);
  const catalog = options.catalogDirectory === undefined ? null : await openStaticCatalog(options.catalogDirectory);
  const state = createApiState({
    db,
    environment,
    version: await readVersion(),
    log,
    publicUrl: options.publicUrl ?? null,
  });
  let port = 0;
  const app = createApp({
    state,
    log,
    catalog,
    port: () => port,
    ...(options.secrets !== undefined && { environment: options.secrets }),
  });
  const server = createHttpServer(
    {
      headersTimeout: HEADERS_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      connectionsCheckingInterval: TIMEOUT_CHECK_INTERVAL_MS,
      maxHeaderSize: MAX_HEADER_BYTES,
    },
    getRequestListener(app.fetch, { overrideGlobalObjects: false }),
  );
  server.maxConnections = MAX_CONNECTIONS;
  const where = { host, port: options.port ?? DEFAULT_PORT, acceptsNextPort: options.acceptsNextPort ?? false };
  port = await listen(server, where);
  return {
    port,
    address: `http://${host.includes(":") ? `[${host}]` : host}:${port}`,
    close: async () => {
      await state.events.close();
      await closeServer(server);
    },
  };
}

async function closeServer(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  server.closeIdleConnections();
  const cutOff = setTimeout(() => server.closeAllConnections(), CLOSE_GRACE_MS);
  await closed;
  clearTimeout(cutOff);
}
