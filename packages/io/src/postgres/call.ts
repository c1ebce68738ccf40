import { setTimeout as pause } from "node:timers/promises";
import { beforeAbort } from "../before-abort.ts";
import { failureKind, postgresError, type Operation } from "./failure.ts";
import type { Pool, Purpose } from "./pool.ts";
import type { Session } from "./session.ts";

/** How a call is carried out. */
export interface Call extends Omit<Operation, "address"> {
  readonly signal: AbortSignal;
  /** @default "read" */
  readonly purpose?: Purpose;
  /**
   * Whether it may be tried again after this failure of the connection. What may be carried out twice always may.
   * @default always
   */
  readonly mayRepeat?: () => boolean;
}

const MAX_PAUSE_MS = 2_000;

/**
 * Carries a call out on a connection of its own, and tries again after conflicts and lost connections. An aborted call is
 * hung up on: that is the one way to stop a statement whose server may be silent.
 *
 * @throws IO_STORE_FAILED, IO_STORE_FULL, the signal's reason, and what `work` throws by itself
 */
export async function call<T>(pool: Pool, options: Call, work: (session: Session) => Promise<T>): Promise<T> {
  const { signal, purpose = "read", mayRepeat = () => true } = options;
  const end = performance.now() + pool.retryMs;
  for (let failures = 0; ; failures += 1) {
    signal.throwIfAborted();
    try {
      return await attempt(pool, { purpose, signal }, work);
    } catch (error) {
      signal.throwIfAborted();
      const kind = failureKind(error);
      if (kind === "lost") pool.dropIdle();
      const firstMs = kind === "conflict" ? 10 : 100;
      const pauseMs = Math.min(MAX_PAUSE_MS, firstMs * 2 ** failures) * (0.5 + Math.random() / 2);
      const isPassing = kind === "conflict" || kind === "lost";
      if (!isPassing || performance.now() + pauseMs >= end || !mayRepeat()) {
        throw postgresError(error, { ...options, address: pool.address });
      }
      await beforeAbort(pause(pauseMs), signal);
    }
  }
}

async function attempt<T>(
  pool: Pool,
  { purpose, signal }: { readonly purpose: Purpose; readonly signal: AbortSignal },
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const session = await pool.acquire(purpose, signal);
  const abort = (): void => session.destroy(signal.reason instanceof Error ? signal.reason : new Error("aborted"));
  signal.addEventListener("abort", abort, { once: true });
  try {
    return await work(session);
  } finally {
    signal.removeEventListener("abort", abort);
    pool.release(purpose, session);
  }
}

/** Longest wait for a lock. What holds one for longer is told apart from what hangs. */
const LOCK_MS = 5_000;
/** Longest time in which a transaction of ours may do nothing; a process that stands still keeps its locks no longer. */
const IDLE_MS = 60_000;

/** What a transaction may take. */
export interface TransactionLimits {
  /** Longest time of one statement, by the server's clock; 0 for none, where a statement waits for rows of ours. */
  readonly statementMs: number;
}

/**
 * SQL that begins a transaction. Isolation and limits are stated every time, whatever the server's defaults are, and for
 * this transaction alone: a pooler may give the next one another connection.
 */
export function beginText({ statementMs }: TransactionLimits): string {
  return (
    `begin isolation level read committed read write; set local lock_timeout = ${LOCK_MS}; ` +
    `set local statement_timeout = ${statementMs}; set local idle_in_transaction_session_timeout = ${IDLE_MS};`
  );
}

/** Runs `work` in a transaction. */
export async function transaction<T>(session: Session, limits: TransactionLimits, work: () => Promise<T>): Promise<T> {
  await session.run(beginText(limits));
  const value = await orRollBack(session, work);
  await session.run("commit");
  return value;
}

/** Ends a transaction when `work` fails. */
export async function orRollBack<T>(session: Session, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    // A server rolls back what it is hung up on, too.
    if (session.isOpen) await session.run("rollback").catch((failure: Error) => session.destroy(failure));
    throw error;
  }
}
