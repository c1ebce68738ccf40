import { randomUUID } from "node:crypto";
import { createServer, type AppRouter, type HeddleServer, type ServerOptions } from "@heddle/api";
import type { DefinitionsSnapshot } from "@heddle/core/internal";
import { registerCodeVersion, type Database } from "@heddle/storage";
import { createTestDatabase } from "@heddle/test-support";
import { createTRPCClient, httpBatchLink, type TRPCClient } from "@trpc/client";

/** A server on a database of its own, and the client of a page that it serves. */
export interface TestServer extends AsyncDisposable {
  readonly server: HeddleServer;
  readonly db: Database;
  readonly databaseUrl: string;
  readonly client: TRPCClient<AppRouter>;
  /** What the server logged as errors. */
  readonly errors: { readonly message: string; readonly error: unknown }[];
}

export async function startTestServer(options: Partial<ServerOptions> = {}): Promise<TestServer> {
  const database = await createTestDatabase();
  const errors: TestServer["errors"] = [];
  const server = await createServer({
    db: database.db,
    port: 0,
    log: { info: () => {}, error: (message, error) => void errors.push({ message, error }) },
    ...options,
  });
  return {
    server,
    db: database.db,
    databaseUrl: database.url,
    client: createClient(server.address),
    errors,
    [Symbol.asyncDispose]: async () => {
      await server.close();
      await database[Symbol.asyncDispose]();
    },
  };
}

/** Headers by which a page of the server proves where it comes from. */
export function pageHeaders(address: string): Record<string, string> {
  return { "x-heddle": "1", origin: address, "sec-fetch-site": "same-origin" };
}

/** The client of a page that the server at an address serves. */
export function createClient(address: string): TRPCClient<AppRouter> {
  return createTRPCClient<AppRouter>({
    links: [
      httpBatchLink({
        url: `${address}/api/trpc`,
        headers: pageHeaders(address),
        maxItems: 20,
        methodOverride: "POST",
      }),
    ],
  });
}

/** Puts definitions in force. */
export async function register(db: Database, snapshot: DefinitionsSnapshot, location = "weather"): Promise<void> {
  await registerCodeVersion(db, {
    location,
    directory: `/projects/${location}`,
    hash: randomUUID().replaceAll("-", ""),
    snapshot,
    bundle: new Uint8Array([1]),
  });
}
