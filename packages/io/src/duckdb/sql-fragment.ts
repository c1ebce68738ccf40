import { HeddleError } from "@heddle/core";
import { describeValue } from "../describe-value.ts";
import { quoteName } from "./sql-text.ts";

/** A value that goes into a query as a bound parameter. */
export type SqlScalar = string | number | bigint | boolean | Date | null;

/** What can stand between `${` and `}` of {@link sql}: another piece of SQL, a value, or values for `in`. */
export type SqlPart = SqlFragment | SqlScalar | readonly SqlScalar[];

const FRAGMENT = Symbol.for("heddle.sql-fragment");

/** A piece of SQL with its values; made by {@link sql}. */
export interface SqlFragment {
  /** The pieces of text; between two of them stands one of `parts`. */
  readonly texts: readonly string[];
  readonly parts: readonly SqlPart[];
  /** Data never has it: what an upstream stores cannot become SQL, however it looks. */
  readonly [FRAGMENT]: true;
}

/** Makes a fragment, with further properties where it stands for something. */
export function fragment<TMore extends object>(
  texts: readonly string[],
  parts: readonly SqlPart[],
  more: TMore,
): SqlFragment & TMore {
  return { ...more, texts, parts, [FRAGMENT]: true };
}

function isFragment(part: unknown): part is SqlFragment {
  return typeof part === "object" && part !== null && FRAGMENT in part;
}

/** The tag {@link sql}, with what it cannot say by itself. */
export interface SqlTag {
  (texts: TemplateStringsArray, ...parts: readonly SqlPart[]): SqlFragment;
  /** A name of a table or a column that is only known at run time, quoted. */
  identifier(name: string): SqlFragment;
  /** Pieces of SQL with another one between them, by default a comma: `sql.join(columns.map(sql.identifier))`. */
  join(fragments: readonly SqlFragment[], separator?: SqlFragment): SqlFragment;
}

/**
 * Writes SQL with values in it. A value never becomes text: it travels as a parameter, whatever it holds. A list stands
 * for its values in parentheses, to be used after `in`; a fragment stands for its SQL.
 *
 * @example
 * sql`select station, avg(temp_max) as warmth from ${deps.days} where station in ${stations} group by 1 order by 1`
 */
export const sql: SqlTag = Object.assign(
  (texts: TemplateStringsArray, ...parts: readonly SqlPart[]) => fragment(texts, parts, {}),
  {
    identifier: (name: string) => fragment([quoteName(name)], [], {}),
    join: (fragments: readonly SqlFragment[], separator: SqlFragment = fragment([", "], [], {})) => {
      const parts = fragments.flatMap((part, index) => (index === 0 ? [part] : [separator, part]));
      return fragment(["", ...parts.map(() => "")], parts, {});
    },
  },
);

/** A query as the database takes it. */
export interface RenderedSql {
  readonly text: string;
  /** The values of `$1`, `$2` and so on. */
  readonly values: readonly SqlScalar[];
}

/** Deeper fragments are refused: one that holds itself has no end. */
const MAX_DEPTH = 100;

/** Turns a fragment into the text of a query and its parameters. @throws SQL_INVALID */
export function renderSql(root: unknown): RenderedSql {
  if (!isFragment(root)) {
    throw invalid(`expected a query made with the tag sql, got ${describeValue(root)}`, "Return sql`select …`.");
  }
  const pieces: string[] = [];
  const values: SqlScalar[] = [];
  const render = (part: unknown, depth: number): void => {
    if (depth > MAX_DEPTH) throw invalid("fragments are nested more than 100 deep", "Look for one that holds itself.");
    if (isFragment(part)) {
      part.texts.forEach((text, index) => {
        pieces.push(text);
        if (index < part.parts.length) render(part.parts[index], depth + 1);
      });
    } else if (Array.isArray(part)) {
      // Nothing is in an empty list, and everything is not in it.
      if (part.length === 0) return void pieces.push("(select null where false)");
      part.forEach((item, index) => {
        pieces.push(index === 0 ? "(" : ", ", bind(item));
      });
      pieces.push(")");
    } else pieces.push(bind(part));
  };
  const bind = (value: unknown): string => {
    assertScalar(value);
    values.push(value);
    return `$${values.length}`;
  };
  render(root, 0);
  return { text: pieces.join(""), values };
}

function assertScalar(value: unknown): asserts value is SqlScalar {
  const isFine =
    value === null ||
    typeof value === "boolean" ||
    typeof value === "number" ||
    (typeof value === "bigint" && BigInt.asIntN(64, value) === value) ||
    (typeof value === "string" && value.isWellFormed() && !value.includes("\0")) ||
    (value instanceof Date && !Number.isNaN(value.getTime()));
  if (isFine) return;
  throw invalid(
    `${describeValue(value)} cannot be a value in a query`,
    "Give text without NUL, a number, a bigint of 64 bits, a boolean, a valid Date, null, or a list of them.",
  );
}

function invalid(message: string, hint: string): HeddleError {
  return new HeddleError("SQL_INVALID", message, { hint });
}
