import { HeddleError } from "@heddle/core";
import type postgres from "postgres";
import type { Connection, WireTypes } from "./connection.ts";

/**
 * Statements as tagged templates, prepared on first use, with typed parameters: a `Uint8Array` for `bytea`, a `Date` for
 * `timestamptz`, a JSON value for `jsonb`, and arrays of these for `unnest`. Statements that do not depend on each other
 * may be sent together with `Promise.all`; the server runs them in order and they share one round trip.
 */
export type TransactionSql = postgres.ISql<WireTypes>;

export interface TrackedSql {
  readonly sql: TransactionSql;
  /**
   * Waits for every statement that was sent.
   * @throws the first failure, in the order of sending; DATABASE_STATEMENT_NOT_AWAITED when one was built and never sent
   */
  readonly settled: (transaction: string) => Promise<void>;
  /**
   * Lets no statement be sent any more.
   * @throws DATABASE_STATEMENT_NOT_AWAITED when one was built and not sent: it would come after the end
   */
  readonly close: (transaction: string) => void;
}

/** What postgres.js says about a statement: it is sent when it is first awaited, or becomes part of another one. */
interface Statement extends Promise<unknown> {
  readonly executed: boolean;
  readonly fragment?: boolean;
  readonly strings: readonly string[];
}

/**
 * Wraps a connection for one transaction. postgres.js never sends a statement that nobody awaits; here such a statement
 * fails its transaction, and one that was sent and not awaited is awaited before `commit`.
 */
export function trackStatements(connection: Connection): TrackedSql {
  const { sql } = connection;
  const statements: Statement[] = [];
  let closedBy: string | undefined;

  const track = <T>(built: T): T => {
    if (!isStatement(built)) return built;
    if (closedBy !== undefined) throw notAwaited(closedBy, built);
    statements.push(built);
    // Its failure is reported by `settled` at the latest, so it is never an unhandled one. Calling the prototype's
    // method keeps the statement from being sent, as its own `then` would do.
    void Promise.prototype.then.call(built, undefined, () => undefined);
    return built;
  };

  const tag = (first: unknown, ...rest: readonly unknown[]): unknown => {
    if (!isTemplate(first)) return callThrough(sql, first, rest);
    return track(
      callThrough(
        sql,
        first,
        rest.map((parameter) => readParameter(sql, parameter)),
      ),
    );
  };

  const tracked = Object.assign(tag, {
    types: sql.types,
    typed: sql.typed,
    json: (value: postgres.JSONValue) => sql.json(value),
    array: (values: readonly unknown[]) => sql.typed(values, SERVER_DECIDES),
    file: (path: string) => track(sql.file(path)),
    unsafe: (text: string, parameters?: [], options?: postgres.UnsafeQueryOptions) =>
      track(sql.unsafe(text, parameters, options)),
    notify: (channel: string, payload: string) => track(sql`select pg_notify(${channel}, ${payload})`),
  });

  const requireSent = (transaction: string): void => {
    for (const statement of statements) {
      if (!statement.executed && statement.fragment !== true) throw notAwaited(transaction, statement);
    }
  };

  return {
    // The wrapper has the call signatures of what it wraps; the compiler cannot see that through `tag`.
    sql: tracked as unknown as TransactionSql,
    close: (transaction) => {
      requireSent(transaction);
      closedBy = transaction;
    },
    settled: async (transaction) => {
      const sent = statements.filter((statement) => statement.executed);
      requireSent(transaction);
      for (const outcome of await Promise.allSettled(sent)) {
        if (outcome.status === "rejected") throw outcome.reason;
      }
    },
  };
}

/** The type id that makes the server say which type a parameter has. */
const SERVER_DECIDES = 0;

/**
 * Leaves the type of an array to the server: postgres.js would send the type of the first element for an array of bytes,
 * instants or booleans. An array of fragments stays as it is.
 */
function readParameter(sql: Connection["sql"], parameter: unknown): unknown {
  if (!Array.isArray(parameter)) return parameter;
  const elements: readonly unknown[] = parameter;
  return elements.some(isStatement) ? elements : sql.typed(elements, SERVER_DECIDES);
}

function isTemplate(value: unknown): boolean {
  return Array.isArray(value) && "raw" in value;
}

function isStatement(value: unknown): value is Statement {
  return value instanceof Promise && "executed" in value && "strings" in value;
}

/** Calls postgres.js with arguments of any kind: which of its two forms is meant is decided at run time. */
function callThrough(sql: Connection["sql"], first: unknown, rest: readonly unknown[]): unknown {
  return Reflect.apply(sql, undefined, [first, ...rest]);
}

function notAwaited(transaction: string, statement: Statement): HeddleError {
  const text = statement.strings.join("…").replaceAll(/\s+/gu, " ").trim().slice(0, 120);
  return new HeddleError(
    "DATABASE_STATEMENT_NOT_AWAITED",
    `"${transaction}" built a statement that it never sent and was rolled back: ${text}`,
    { hint: "Await every statement of a transaction.", details: { transaction, statement: text } },
  );
}
