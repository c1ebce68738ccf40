import { isHeddleError } from "@heddle/core";
import type { DatabaseAddress } from "./database-url.ts";
import { deadlineIn, pause, type Deadline } from "./deadline.ts";
import {
  classifyFailure,
  deadlinePassed,
  isPassingFailure,
  outcomeUnknown,
  statementFailed,
  transactionLost,
} from "./failures.ts";
import type { Pool } from "./pool.ts";
import { runAttempt, type Transaction, type TransactionPhase } from "./transaction.ts";

/** How a transaction is carried out. */
export interface TransactionOptions {
  /** How often it is repeated after a conflict or a lost connection. @default 6 */
  readonly retries?: number;
  /** Time for all of it, repetitions and waiting for a connection included, in milliseconds. @default 20_000 */
  readonly deadlineMs?: number;
  /**
   * Being carried out twice is the same as once, so the transaction is also repeated when it is not known whether it was
   * committed. @default false
   */
  readonly isIdempotent?: boolean;
  /** Lets the statements use one plan each, by index; for those that touch single rows by key. @default false */
  readonly pinPlans?: boolean;
}

/** One call, as the runner carries it out. */
export interface Call<T> {
  readonly name: string;
  readonly mode: "write" | "read";
  readonly fn: (tx: Transaction) => Promise<T>;
  readonly options: TransactionOptions;
}

const DEFAULT_RETRIES = 6;
const DEFAULT_DEADLINE_MS = 20_000;
/** A statement gets no more than this, unless the call asks for a longer deadline. */
const STATEMENT_TIMEOUT_MS = 15_000;

/** What comes of one attempt: an end, or another try after a failure that would end the call with `error`. */
type Outcome<T> = { readonly value: T } | { readonly error: unknown; readonly retry: "conflict" | "lost" | undefined };

/** Carries transactions out: takes a connection, tries, says what a failure means, and tries again where that is safe. */
export function createRunner(pool: Pool, address: DatabaseAddress): <T>(call: Call<T>) => Promise<T> {
  return async (call) => {
    const deadlineMs = call.options.deadlineMs ?? DEFAULT_DEADLINE_MS;
    const deadline = deadlineIn(deadlineMs);
    const retries = call.options.retries ?? DEFAULT_RETRIES;
    for (let failures = 0; ; failures += 1) {
      const outcome = await attempt({ pool, address, deadline, deadlineMs }, call);
      if ("value" in outcome) return outcome.value;
      const delayMs = outcome.retry === undefined ? 0 : retryDelayMs(outcome.retry, failures);
      if (outcome.retry === undefined || failures >= retries || delayMs >= deadline.remainingMs()) throw outcome.error;
      await pause(delayMs);
    }
  };
}

interface Surroundings {
  readonly pool: Pool;
  readonly address: DatabaseAddress;
  readonly deadline: Deadline;
  readonly deadlineMs: number;
}

async function attempt<T>(surroundings: Surroundings, call: Call<T>): Promise<Outcome<T>> {
  const { pool, deadline, deadlineMs } = surroundings;
  const { mode, name, fn, options } = call;
  let connection;
  try {
    connection = await pool.acquire(deadline);
  } catch (error) {
    return { error, retry: isPassingFailure(error) ? "lost" : undefined };
  }
  let phase: TransactionPhase = "working";
  const remainingMs = deadline.remainingMs();
  const statementTimeoutMs =
    options.deadlineMs === undefined ? Math.min(STATEMENT_TIMEOUT_MS, remainingMs) : remainingMs;
  try {
    const onPhase = (reached: TransactionPhase): void => {
      phase = reached;
    };
    const pinPlans = options.pinPlans ?? false;
    const attempted = { connection, name, fn, mode, deadline, deadlineMs, statementTimeoutMs, pinPlans, onPhase };
    const { value, ended } = await runAttempt(attempted);
    void ended.then(() => pool.release(connection));
    return { value };
  } catch (error) {
    pool.release(connection);
    return judge(surroundings, call, { error, phase });
  }
}

/**
 * Says what a failure means. Before `commit` was sent a lost connection means that nothing was carried out, so the
 * transaction may be tried again; afterwards only one that may be carried out twice.
 */
function judge<T>(
  { pool, address, deadlineMs }: Surroundings,
  { name, mode, options }: Call<T>,
  { error, phase }: { error: unknown; phase: TransactionPhase },
): Outcome<T> {
  const kind = classifyFailure(error);
  const isUnknown = mode === "write" && phase === "committing";
  const mayRepeat = !isUnknown || options.isIdempotent === true;
  switch (kind) {
    case "conflict":
      return { error: statementFailed(name, error), retry: "conflict" };
    case "lost":
      pool.dropIdle();
      return {
        error: isUnknown ? outcomeUnknown(name, address, error) : transactionLost(name, address, error),
        retry: mayRepeat ? "lost" : undefined,
      };
    case "timeout":
      return { error: deadlinePassed(name, deadlineMs, error), retry: undefined };
    case "refused":
      return { error: statementFailed(name, error), retry: undefined };
    case "foreign":
      if (isHeddleError(error, "DATABASE_DEADLINE")) {
        pool.dropIdle();
        if (isUnknown) return { error: outcomeUnknown(name, address, new Error("no answer came")), retry: undefined };
      }
      return { error, retry: undefined };
  }
}

/** Doubles from one failure to the next, with jitter, so that those who collided do not meet again. */
function retryDelayMs(reason: "conflict" | "lost", failures: number): number {
  const [firstMs, longestMs] = reason === "conflict" ? [10, 1_000] : [100, 2_000];
  return (0.5 + Math.random() / 2) * Math.min(longestMs, firstMs * 2 ** failures);
}
