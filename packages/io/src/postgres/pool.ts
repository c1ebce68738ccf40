import { beforeAbort } from "../before-abort.ts";
import { parsePostgresUrl, type PostgresAddress } from "./address.ts";
import { openSession, type Session } from "./session.ts";

/** Connections to one database that are shared by everything in this process that uses it. */
export interface Pool {
  readonly address: PostgresAddress;
  /** Time in which a call that meets lost connections and conflicts is tried again. */
  readonly retryMs: number;
  /** Waits for a connection, until the signal fires. `purpose` has connections of its own. */
  readonly acquire: (purpose: Purpose, signal: AbortSignal) => Promise<Session>;
  /** Gives a connection back; a closed one is forgotten. */
  readonly release: (purpose: Purpose, session: Session) => void;
  /** Hangs up on every idle connection: after one was lost, its neighbours have probably died with it. */
  readonly dropIdle: () => void;
  /** What is known of the database, by whom it was found out; forgotten with the process. */
  readonly memory: Map<string, Promise<unknown>>;
}

/**
 * A `write` waits for rows that an asset makes, maybe from what it reads meanwhile; everything else ends by itself. With
 * one set of connections for both, writes that have all of them would wait for ever for reads that get none.
 */
export type Purpose = "write" | "read";

export interface PoolOptions {
  /** Most connections for each purpose. */
  readonly maxConnections: number;
  readonly silenceMs: number;
  readonly retryMs: number;
}

/** A connection that was idle for longer is asked for a sign of life first: its peer may have gone silently. */
const TRUSTED_IDLE_MS = 5_000;
const SIGN_OF_LIFE_MS = 2_000;
/** An idle connection is hung up after this time. */
const MAX_IDLE_MS = 60_000;

const pools = new Map<string, Pool>();

/** The pool for a URL in this process. Its idle connections do not keep the process alive. @throws CONFIG_INVALID */
export function poolFor(url: string, options: PoolOptions): Pool {
  const key = JSON.stringify([url, options.maxConnections, options.silenceMs, options.retryMs]);
  let pool = pools.get(key);
  if (pool === undefined) pools.set(key, (pool = createPool(parsePostgresUrl(url), options)));
  return pool;
}

function createPool(address: PostgresAddress, { maxConnections, silenceMs, retryMs }: PoolOptions): Pool {
  const idle: Session[] = [];
  const slots = { write: createSlots(maxConnections), read: createSlots(maxConnections) };
  let reaper: NodeJS.Timeout | undefined;

  const takeIdle = async (): Promise<Session | undefined> => {
    for (let session = idle.pop(); session !== undefined; session = idle.pop()) {
      session.keepAlive(true);
      if (await isAlive(session)) return session;
    }
    return undefined;
  };

  const hangUp = (sessions: Iterable<Session>): void => {
    for (const session of sessions) session.destroy(new Error("it was idle"));
  };

  const reap = (): void => {
    const oldest = performance.now() - MAX_IDLE_MS;
    const young = idle.filter((session) => session.isOpen && session.idleSinceMs >= oldest);
    hangUp(idle.filter((session) => !young.includes(session)));
    idle.splice(0, idle.length, ...young);
    if (idle.length > 0) return;
    clearInterval(reaper);
    reaper = undefined;
  };

  return {
    address,
    retryMs,
    memory: new Map(),
    async acquire(purpose, signal) {
      await slots[purpose].take(signal);
      try {
        return (await takeIdle()) ?? (await openSession({ address, silenceMs }));
      } catch (error) {
        slots[purpose].giveBack();
        throw error;
      }
    },
    release(purpose, session) {
      slots[purpose].giveBack();
      if (!session.isOpen) return;
      session.idleSinceMs = performance.now();
      session.keepAlive(false);
      idle.push(session);
      reaper ??= setInterval(reap, MAX_IDLE_MS / 2).unref();
    },
    dropIdle: () => hangUp(idle.splice(0)),
  };
}

async function isAlive(session: Session): Promise<boolean> {
  if (!session.isOpen) return false;
  if (performance.now() - session.idleSinceMs < TRUSTED_IDLE_MS) return true;
  try {
    await beforeAbort(session.run(""), AbortSignal.timeout(SIGN_OF_LIFE_MS));
    return true;
  } catch (error) {
    // No failure of the call yet: it goes on with another connection.
    session.destroy(error instanceof Error ? error : new Error(String(error)));
    return false;
  }
}

/** Counts who may have a connection at once; who comes first is served first. */
function createSlots(size: number) {
  const waiting: (() => void)[] = [];
  let free = size;
  return {
    async take(signal: AbortSignal): Promise<void> {
      signal.throwIfAborted();
      if (free > 0) {
        free -= 1;
        return;
      }
      const turn = Promise.withResolvers<void>();
      waiting.push(turn.resolve);
      try {
        await beforeAbort(turn.promise, signal);
      } catch (error) {
        const at = waiting.indexOf(turn.resolve);
        // A turn that came just then goes to the next one.
        if (at === -1) this.giveBack();
        else waiting.splice(at, 1);
        throw error;
      }
    },
    giveBack(): void {
      const next = waiting.shift();
      if (next === undefined) free += 1;
      else next();
    },
  };
}
