import type { JsonValue } from "@heddle/core";
import postgres from "postgres";
import type { DatabaseAddress } from "./database-url.ts";
import type { Deadline } from "./deadline.ts";
import { createDialer, type Dialer } from "./dial.ts";
import { connectFailed, connectTimedOut } from "./failures.ts";
import { wireTypes } from "./wire-types.ts";

/** What may be a parameter of a statement besides numbers, strings and arrays of these. */
export type WireTypes = { json: JsonValue; bytes: Uint8Array; instant: Date };

/**
 * One physical connection, which is never opened again by itself: once closed, everything on it fails. A transaction
 * can therefore send its statements without waiting for `begin`, and can never run half outside.
 */
export interface Connection {
  readonly sql: postgres.Sql<WireTypes>;
  readonly isOpen: boolean;
  /** When it was opened, and since when it is idle, by the monotonic clock in milliseconds. */
  readonly openedAtMs: number;
  idleSinceMs: number;
  /** Major version of the server. */
  readonly serverVersion: number;
  /** Hangs up at once; what is under way on it fails. */
  readonly destroy: () => void;
  /** Calls back once, when the connection is gone for whatever reason. */
  readonly onClosed: (listener: () => void) => void;
}

export interface ConnectOptions {
  readonly address: DatabaseAddress;
  readonly applicationName: string;
  readonly deadline: Deadline;
  readonly onNotify?: (channel: string, payload: string) => void;
}

/**
 * Opens one connection and waits until the server is ready for statements.
 * @throws DATABASE_UNAVAILABLE
 */
export async function connect(options: ConnectOptions): Promise<Connection> {
  const { address, deadline } = options;
  const dialer = createDialer(address.servers);
  const listeners: (() => void)[] = [];
  let isOpen = true;
  const close = (): void => {
    if (!isOpen) return;
    isOpen = false;
    dialer.retire();
    // Rejects what postgres.js still holds back for this connection, too.
    void sql.end({ timeout: 0 });
    for (const listener of listeners) listener();
  };
  const sql = openClient(options, dialer, close);
  try {
    await deadline.race(sql.unsafe("").execute(), () => connectTimedOut(address));
  } catch (error) {
    close();
    throw connectFailed(address, error);
  }
  const now = performance.now();
  return {
    sql,
    get isOpen() {
      return isOpen;
    },
    openedAtMs: now,
    idleSinceMs: now,
    serverVersion: Number.parseInt(String(sql.parameters["server_version"]), 10),
    destroy: close,
    onClosed: (listener) => {
      if (isOpen) listeners.push(listener);
      else listener();
    },
  };
}

function openClient(options: ConnectOptions, dialer: Dialer, onclose: () => void): postgres.Sql<WireTypes> {
  const { address, applicationName, onNotify } = options;
  const clientOptions = {
    // Only named in messages: the dialer opens the sockets.
    host: address.label,
    socket: dialer.dial,
    onclose,
    max: 1,
    fetch_types: false,
    idle_timeout: 0,
    max_lifetime: null,
    connect_timeout: 0,
    prepare: address.prepare,
    ssl: address.ssl,
    types: wireTypes(),
    connection: { application_name: applicationName },
    onnotice: () => {},
    ...(address.user !== undefined && { user: address.user }),
    ...(address.password !== undefined && { password: address.password }),
    ...(address.database !== undefined && { database: address.database }),
    ...(onNotify !== undefined && { onnotify: onNotify }),
    // Of several servers only the primary is an authority.
    ...(address.servers.length > 1 && { target_session_attrs: "read-write" as const }),
  };
  // The codecs are registered under PostgreSQL's type ids; what statements accept as a parameter is said by `WireTypes`.
  return postgres(clientOptions) as postgres.Sql<{}> as postgres.Sql<WireTypes>;
}
