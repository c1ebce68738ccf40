import { HeddleError } from "@heddle/core";
import { connect, type Connection } from "./connection.ts";
import type { DatabaseAddress } from "./database-url.ts";
import { deadlineIn, type Deadline } from "./deadline.ts";
import { createSlots } from "./slots.ts";

export interface PoolOptions {
  readonly address: DatabaseAddress;
  readonly applicationName: string;
  readonly maxConnections: number;
}

/** Connections that are shared by calls, one call at a time on each. */
export interface Pool {
  /** @throws DATABASE_UNAVAILABLE, DATABASE_DEADLINE when all stay busy */
  readonly acquire: (deadline: Deadline) => Promise<Connection>;
  /** Gives a connection back; a closed one is forgotten. */
  readonly release: (connection: Connection) => void;
  /** Hangs up every idle connection: after one was lost, its neighbours have probably died with it. */
  readonly dropIdle: () => void;
  /** Refuses new calls, lets those under way finish for `graceMs`, and hangs up. */
  readonly close: (graceMs: number) => Promise<void>;
}

/** Longest time for one connection to come about, in milliseconds. */
const CONNECT_MS = 5_000;
/** A connection that was idle for longer is asked for a sign of life first: its peer may have gone silently. */
const TRUSTED_IDLE_MS = 5_000;
const SIGN_OF_LIFE_MS = 2_000;
/** An idle connection is hung up after this time, so that an idle Heddle keeps few server processes. */
const MAX_IDLE_MS = 60_000;
/** Every connection is replaced now and then, because a server process never gives its memory back. */
const MAX_AGE_MS = 45 * 60_000;

export function createPool(options: PoolOptions): Pool {
  const { address, applicationName, maxConnections } = options;
  const slots = createSlots(maxConnections);
  // The newest is used first, so that those which are not needed grow old and are hung up.
  const idle: Connection[] = [];
  const busy = new Set<Connection>();
  let isClosed = false;
  let reaper: NodeJS.Timeout | undefined;

  const takeIdle = async (): Promise<Connection | undefined> => {
    for (let connection = idle.pop(); connection !== undefined; connection = idle.pop()) {
      if (await isAlive(connection)) return connection;
    }
    return undefined;
  };

  const open = async (deadline: Deadline): Promise<Connection> => {
    const limit = deadlineIn(Math.min(CONNECT_MS, deadline.remainingMs()));
    const connection = await connect({ address, applicationName, deadline: limit });
    connection.onClosed(() => {
      busy.delete(connection);
      const at = idle.indexOf(connection);
      if (at !== -1) idle.splice(at, 1);
    });
    return connection;
  };

  const dropIdle = (): void => {
    // Each leaves the list before it is hung up, because that looks for it there.
    for (let connection = idle.pop(); connection !== undefined; connection = idle.pop()) connection.destroy();
  };

  const reap = (): void => {
    const oldest = performance.now() - MAX_IDLE_MS;
    for (const connection of idle.filter(({ idleSinceMs }) => idleSinceMs < oldest)) connection.destroy();
    if (idle.length > 0) return;
    clearInterval(reaper);
    reaper = undefined;
  };

  return {
    acquire: async (deadline) => {
      await slots.take(deadline, () => allBusy(options));
      try {
        if (isClosed) throw poolClosed(address);
        const connection = (await takeIdle()) ?? (await open(deadline));
        busy.add(connection);
        return connection;
      } catch (error) {
        slots.giveBack();
        throw error;
      }
    },
    release: (connection) => {
      busy.delete(connection);
      const now = performance.now();
      connection.idleSinceMs = now;
      if (isClosed || now - connection.openedAtMs > MAX_AGE_MS) connection.destroy();
      if (connection.isOpen) {
        idle.push(connection);
        reaper ??= setInterval(reap, MAX_IDLE_MS / 2).unref();
      }
      slots.giveBack();
    },
    dropIdle,
    close: async (graceMs) => {
      isClosed = true;
      clearInterval(reaper);
      slots.rejectAll(poolClosed(address));
      dropIdle();
      const gone = [...busy].map((connection) => new Promise<void>((resolve) => connection.onClosed(resolve)));
      await Promise.race([Promise.all(gone), deadlineIn(graceMs).passed()]);
      for (const connection of busy) connection.destroy();
    },
  };
}

async function isAlive(connection: Connection): Promise<boolean> {
  if (!connection.isOpen) return false;
  if (performance.now() - connection.idleSinceMs < TRUSTED_IDLE_MS) return true;
  try {
    await deadlineIn(SIGN_OF_LIFE_MS).race(connection.sql.unsafe("").execute(), () => new Error("no sign of life"));
    return connection.isOpen;
  } catch {
    // No failure of the call yet: it goes on with another connection.
    connection.destroy();
    return false;
  }
}

function poolClosed(address: DatabaseAddress): HeddleError {
  return new HeddleError("DATABASE_UNAVAILABLE", `Heddle has closed its connection to ${address.label} already`, {
    details: { address: address.label },
  });
}

function allBusy({ address, maxConnections }: PoolOptions): HeddleError {
  return new HeddleError(
    "DATABASE_DEADLINE",
    `all ${maxConnections} connections to ${address.label} stayed busy until the deadline`,
    {
      hint: "Look for long transactions, or give the process more connections.",
      details: { address: address.label, maxConnections },
    },
  );
}
