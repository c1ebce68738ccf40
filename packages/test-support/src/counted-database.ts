import type { Database, Transaction, TransactionSql } from "@heddle/storage";

/** A database that counts what is asked of it. */
export interface CountedDatabase {
  readonly db: Database;
  /** Runs `act` and answers how many statements its transactions and reads sent. */
  statementsOf(act: () => Promise<unknown>): Promise<number>;
  /** How many reads of this name there were. */
  readsOf(name: string): number;
}

/** What postgres.js says about a statement; one that only became part of another is never executed. */
interface Built {
  readonly executed?: boolean;
}

/** Lets a database count what goes through it. */
export function countStatements(db: Database): CountedDatabase {
  const reads = new Map<string, number>();
  let statements = 0;
  const count =
    <T>(fn: (tx: Transaction) => Promise<T>) =>
    async (tx: Transaction): Promise<T> => {
      const built: Built[] = [];
      try {
        return await fn({ ...tx, sql: recording(tx.sql, built) });
      } finally {
        statements += built.filter(({ executed }) => executed === true).length;
      }
    };
  const read: Database["read"] = (name, fn, options) => {
    reads.set(name, (reads.get(name) ?? 0) + 1);
    return db.read(name, count(fn), options);
  };
  const counted: Database = {
    label: db.label,
    drizzle: db.drizzle,
    transaction: (name, fn, options) => db.transaction(name, count(fn), options),
    read,
    listen: db.listen,
    [Symbol.asyncDispose]: () => db[Symbol.asyncDispose](),
  };
  return {
    db: counted,
    readsOf: (name) => reads.get(name) ?? 0,
    async statementsOf(act) {
      const before = statements;
      await act();
      return statements - before;
    },
  };
}

function recording(sql: TransactionSql, built: Built[]): TransactionSql {
  return new Proxy(sql, {
    apply(target, self, parameters) {
      const statement = Reflect.apply(target, self, parameters) as Built;
      built.push(statement);
      return statement;
    },
  });
}
