import { isHeddleError } from "@heddle/core";
import type { Connection } from "./connection.ts";
import type { Deadline } from "./deadline.ts";
import { createDrizzle, type DrizzleDatabase } from "./drizzle-client.ts";
import { deadlinePassed, statementFailed } from "./failures.ts";
import { trackStatements, type TrackedSql, type TransactionSql } from "./tracked-sql.ts";

/** What a transaction's function works with. Valid until the function ends. */
export interface Transaction {
  readonly sql: TransactionSql;
  readonly drizzle: DrizzleDatabase;
  /** Wakes listeners of `channel` when the transaction commits: a hint, which may be lost. Payload: at most 8,000 bytes. */
  readonly notify: (channel: string, payload?: string) => Promise<void>;
  /**
   * Sends `commit` right behind the statements that were sent by now, before they are answered: a round trip less. When
   * one of them fails, nothing is committed. Afterwards nothing more can be sent, and the function must not fail by
   * itself. Without this call, `commit` follows when the function has ended.
   */
  readonly commit: () => void;
}

/** How far an attempt came, which decides what a lost connection means. */
export type TransactionPhase = "working" | "committing";

export interface AttemptOptions<T> {
  readonly connection: Connection;
  readonly name: string;
  readonly fn: (tx: Transaction) => Promise<T>;
  readonly mode: "write" | "read";
  readonly deadline: Deadline;
  readonly deadlineMs: number;
  readonly statementTimeoutMs: number;
  readonly pinPlans: boolean;
  readonly onPhase: (phase: TransactionPhase) => void;
}

const LOCK_TIMEOUT_MS = 2_000;
const IDLE_TIMEOUT_MS = 15_000;
/** What the server adds to a call's deadline, after which the client has hung up or stands still. */
const TRANSACTION_MARGIN_MS = 1_000;
/** The first server with a limit on the whole time of a transaction. */
const TRANSACTION_TIMEOUT_VERSION = 17;
/** "current transaction is aborted, commands ignored until end of transaction block" */
const IN_FAILED_TRANSACTION = "25P02";

/** An attempt that succeeded. */
export interface Attempt<T> {
  readonly value: T;
  /** Resolves when its connection may be given back: a read has its answer before the server has ended it. */
  readonly ended: Promise<void>;
}

/**
 * Runs `fn` once in a transaction of its own and commits it. `begin` and its settings travel together with the first
 * statement of `fn`, so they cost no round trip. A failure is thrown as it came; the caller says what it means.
 */
export async function runAttempt<T>(options: AttemptOptions<T>): Promise<Attempt<T>> {
  const { connection, deadline, name } = options;
  const tracked = trackStatements(connection);
  const begun = connection.sql.unsafe(beginText(options)).execute();
  const work = perform(options, tracked, begun);
  return await deadline.race(work, () => {
    // Hanging up is the one way to give up a statement whose server may be silent; the server then rolls back.
    connection.destroy();
    return deadlinePassed(name, options.deadlineMs);
  });
}

async function perform<T>(
  options: AttemptOptions<T>,
  tracked: TrackedSql,
  begun: Promise<unknown>,
): Promise<Attempt<T>> {
  const { connection, fn, name, mode, onPhase } = options;
  // A failed `begin` fails the statements behind it, too; the first failure is reported below.
  begun.catch(() => undefined);
  let committed: ReturnType<typeof sendCommit> | undefined;
  const commit = (): void => {
    if (mode === "read" || committed !== undefined) return;
    tracked.close(name);
    onPhase("committing");
    committed = sendCommit(connection);
  };
  let value: T;
  try {
    value = await fn(createTransaction(tracked, commit));
    await begun;
    await tracked.settled(name);
  } catch (error) {
    const first = await findFirstFailure(error, tracked, name);
    // A `commit` behind a failed statement rolls back, too.
    await (committed === undefined ? rollBack(connection) : committed.catch(() => connection.destroy()));
    throw first;
  }
  // Whether a read is committed changes nothing, so nobody waits for it.
  if (mode === "read") return { value, ended: endRead(options) };
  commit();
  const outcome = await (committed ?? sendCommit(connection));
  if (outcome.command === "ROLLBACK") throw statementFailed(name, new Error("it failed, and that was not noticed"));
  return { value, ended: Promise.resolve() };
}

function sendCommit(connection: Connection): Promise<{ readonly command: string }> {
  const sent = connection.sql.unsafe("commit").execute();
  // Whoever waits for it hears of its failure, maybe later.
  sent.catch(() => undefined);
  return sent;
}

/** Statements that travel together all fail when one does; which of the failures is noticed first is chance. */
async function findFirstFailure(error: unknown, tracked: TrackedSql, name: string): Promise<unknown> {
  if (!isAfterFailure(error)) return error;
  const first: unknown = await tracked.settled(name).then(
    () => error,
    (failure: unknown) => failure,
  );
  return isHeddleError(first) ? error : first;
}

function isAfterFailure(error: unknown): boolean {
  return typeof error === "object" && error !== null && "code" in error && error.code === IN_FAILED_TRANSACTION;
}

async function endRead({ connection, deadline, name, deadlineMs }: AttemptOptions<unknown>): Promise<void> {
  try {
    await deadline.race(connection.sql.unsafe("commit").execute(), () => deadlinePassed(name, deadlineMs));
  } catch {
    // The answer has been given; the connection cannot be used again.
    connection.destroy();
  }
}

/** Never throws: the failure that led here is the one to report, and a server rolls back what it is hung up on. */
async function rollBack(connection: Connection): Promise<void> {
  if (!connection.isOpen) return;
  try {
    await connection.sql.unsafe("rollback").execute();
  } catch {
    connection.destroy();
  }
}

function createTransaction(tracked: TrackedSql, commit: () => void): Transaction {
  const { sql } = tracked;
  let drizzle: DrizzleDatabase | undefined;
  return {
    sql,
    get drizzle() {
      drizzle ??= createDrizzle((text, parameters) => sql.unsafe(text, parameters));
      return drizzle;
    },
    notify: async (channel, payload = "") => {
      await sql`select pg_notify(${channel}, ${payload})`;
    },
    commit,
  };
}

/**
 * Settings by which the statements of a transaction use one plan each, by index, however few rows there are. They touch
 * single rows by key, of tables that grow from nothing to millions within minutes: planning them anew for each call
 * costs more than running them, and a plan made for an empty table reads all of a full one.
 */
const PINNED_PLANS = {
  plan_cache_mode: "force_generic_plan",
  enable_seqscan: "off",
  enable_hashjoin: "off",
  enable_mergejoin: "off",
};

/** One message: the isolation level and the limits are stated every time, whatever the server's defaults are. */
function beginText({ mode, statementTimeoutMs, connection, deadline, pinPlans }: AttemptOptions<unknown>): string {
  const begin =
    mode === "write"
      ? "begin isolation level read committed read write"
      : "begin isolation level repeatable read read only";
  const settings: Record<string, string | number> = {
    lock_timeout: LOCK_TIMEOUT_MS,
    statement_timeout: Math.max(1, Math.ceil(statementTimeoutMs)),
    idle_in_transaction_session_timeout: IDLE_TIMEOUT_MS,
    // A client that stands still between the parts of one statement is not idle, and would keep its locks for ever.
    ...(connection.serverVersion >= TRANSACTION_TIMEOUT_VERSION && {
      transaction_timeout: Math.ceil(deadline.remainingMs()) + TRANSACTION_MARGIN_MS,
    }),
    ...(pinPlans && PINNED_PLANS),
  };
  const calls = Object.entries(settings).map(([name, value]) => `set_config('${name}', '${value}', true)`);
  return `${begin};select ${calls.join(",")}`;
}
