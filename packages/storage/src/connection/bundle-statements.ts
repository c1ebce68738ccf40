import type { TransactionSql } from "./tracked-sql.ts";
import { parseBytes } from "./wire-types.ts";

/** How statements travel together. */
export interface BundleOptions {
  /** Columns that are `bytea`, wherever they occur: rows come as JSON, which has no bytes. */
  readonly bytes?: readonly string[];
  /** Called when the statements were sent, and before they are answered. */
  readonly onSent?: () => void;
}

/** One of the statements that become one. */
interface Member {
  readonly statement: object;
  readonly kind: Kind;
  readonly resolve: (rows: readonly unknown[]) => void;
  readonly reject: (error: unknown) => void;
}

/** Whether a statement changes something, and whether it answers with rows. */
type Kind = "write" | "write returning" | "read";

type Row = Record<string, unknown>;

/**
 * Gives a tag whose statements, when several are awaited at the same moment, are sent as a single one: each becomes a
 * part of a `with`. The cost of a statement, in both processes, is mostly the same however little it does, and a step
 * that ends touches ten tables.
 *
 * All of them see the state from before the first, so none may need what another writes, and a row that waits for a lock
 * must be locked by an earlier statement. Rows come as JSON: numbers, text, booleans, and bytes of the named columns.
 */
export function bundleStatements(sql: TransactionSql, { bytes = [], onSent }: BundleOptions = {}): TransactionSql {
  let members: Member[] = [];

  const send = (): void => {
    const sent = members;
    members = [];
    const fail = (error: unknown): void => {
      for (const { reject } of sent) reject(error);
    };
    const answer = sendTogether(sql, sent);
    answer.then((rows) => {
      for (const [index, { resolve }] of sent.entries()) resolve(readRows(rows[index] ?? [], bytes));
    }, fail);
    try {
      onSent?.();
    } catch (error) {
      fail(error);
    }
  };

  const join = (statement: object, kind: Kind): Promise<readonly unknown[]> =>
    new Promise((resolve, reject) => {
      // Whoever awaits something in this turn is heard before the next tick.
      if (members.length === 0) process.nextTick(send);
      Object.assign(statement, { fragment: true });
      members.push({ statement, kind, resolve, reject });
    });

  const tag = (strings: TemplateStringsArray, ...parameters: never[]): unknown => {
    const statement = sql(strings, ...parameters);
    const kind = kindOf(strings);
    // Not awaited it can still become a part of another statement, as postgres.js has it.
    return Object.assign(statement, {
      // oxlint-disable-next-line unicorn/no-thenable -- awaiting a statement sends it, here together with others
      then: (resolved: never, rejected: never) => join(statement, kind).then(resolved, rejected),
    });
  };
  // The tag has the signature of what it stands for; the compiler cannot see that through the rest parameters.
  return Object.assign(tag, sql, { unsafe: sql.unsafe }) as unknown as TransactionSql;
}

function kindOf(strings: readonly string[]): Kind {
  if (/^\s*(?:select|with)\s/u.test(strings[0] ?? "")) return "read";
  return /\sreturning\s/u.test(strings.at(-1) ?? "") ? "write returning" : "write";
}

/** Sends, before it returns; gives rows by statement. */
async function sendTogether(sql: TransactionSql, members: readonly Member[]): Promise<readonly Row[][]> {
  const strings = templateOf(members.map(({ kind }) => kind));
  const parts = members.map(({ statement }) => statement as never);
  const [row] = await sql<[Record<string, Row[] | null>]>(strings, ...parts).execute();
  return members.map((_member, index) => row[`s${index}`] ?? []);
}

/** postgres.js remembers every template for ever; by the kinds of their statements there are few. */
const templates = new Map<string, TemplateStringsArray>();

function templateOf(kinds: readonly Kind[]): TemplateStringsArray {
  const key = kinds.join();
  let template = templates.get(key);
  if (template === undefined) {
    const answers = kinds.flatMap((kind, index) =>
      kind === "write" ? [] : [`(select json_agg(s) from s${index} s) as s${index}`],
    );
    const raw = [
      "with s0 as (",
      ...kinds.slice(1).map((_kind, index) => `), s${index + 1} as (`),
      `) select ${answers.length === 0 ? "null" : answers.join(", ")}`,
    ];
    templates.set(key, (template = Object.assign(raw, { raw })));
  }
  return template;
}

function readRows(rows: readonly Row[], bytes: readonly string[]): readonly Row[] {
  for (const row of rows) {
    for (const name of bytes) {
      const text = row[name];
      if (typeof text === "string") row[name] = parseBytes(text);
    }
  }
  return rows;
}
