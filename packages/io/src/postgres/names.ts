import { HeddleError } from "@heddle/core";
import { hash } from "node:crypto";

/** What PostgreSQL cuts names to, in bytes. */
const MAX_BYTES = 63;
/** Ends the name of the table that holds every version of a table's rows. */
const VERSIONS = "__versions";
/** Longest name of a table: with the ending it still is a name, and one for an index of it as well. */
const MAX_TABLE_BYTES = MAX_BYTES - VERSIONS.length;
/** What a name keeps of a text that cannot be one. */
const READABLE_CHARACTERS = 30;
const HASH_CHARACTERS = 16;
/** Of assets whose key has one segment. */
const DEFAULT_SCHEMA = "public";

/** The names of what belongs to one asset. */
export interface RelationNames {
  readonly schema: string;
  /** Of the view that outside readers use. */
  readonly table: string;
  /** Of the table that holds the rows of all versions. */
  readonly versions: string;
  /** Schema and view, quoted: how the relation is named in Heddle's own tables and in SQL. */
  readonly qualified: string;
  readonly qualifiedVersions: string;
}

/** What the user states about names. */
export interface StatedNames {
  readonly schema?: string;
  readonly table?: string;
}

/**
 * Names the relation of an asset: `weather/raw` is `weather.raw`, `orders` is `public.orders`, and `a/b/c` is `a.b__c`.
 * With a stated schema, all segments name the table. Keys that give no plain name (capitals, blanks, `__`, too long,
 * names that PostgreSQL keeps for itself) get a hash of the whole key, so that two assets never share a table.
 *
 * @throws CONFIG_INVALID when a stated name cannot be one
 */
export function relationNames(assetKey: string, stated: StatedNames): RelationNames {
  const segments = assetKey.split("/");
  const [first = ""] = segments;
  const hasOwnSchema = stated.schema === undefined && segments.length > 1;
  const schema = stated.schema ?? (hasOwnSchema ? schemaOf(first) : DEFAULT_SCHEMA);
  const own = hasOwnSchema ? segments.slice(1) : segments;
  const isPlain = segments.every(isPlainSegment) && !(hasOwnSchema && first === DEFAULT_SCHEMA);
  const plain = own.join("__");
  const table = stated.table ?? (isPlain && plain.length <= MAX_TABLE_BYTES ? plain : hashed(plain, assetKey));
  for (const [what, name] of Object.entries({ schema: stated.schema, table: stated.table })) {
    if (name !== undefined) assertStated(what, name);
  }
  const versions = `${table}${VERSIONS}`;
  return {
    schema,
    table,
    versions,
    qualified: `${quoteName(schema)}.${quoteName(table)}`,
    qualifiedVersions: `${quoteName(schema)}.${quoteName(versions)}`,
  };
}

/** Lower-case words joined by single `_`: what needs no quotes, and holds neither a separator nor a hash of ours. */
function isPlainSegment(segment: string): boolean {
  const isName = /^[a-z][a-z0-9]*(?:_[a-z0-9]+)*$/u.test(segment) && !/^h[0-9a-f]{16}$/u.test(segment);
  return isName && !isReserved(segment);
}

/** Schemas of PostgreSQL and of Heddle. */
function isReserved(name: string): boolean {
  return name.startsWith("pg_") || name === "information_schema" || name === "heddle";
}

function schemaOf(segment: string): string {
  return isPlainSegment(segment) && segment.length <= MAX_TABLE_BYTES ? segment : hashed(segment, segment);
}

/** A readable start and a hash. It is no plain name: those do not hold what stands behind `__` here. */
function hashed(text: string, whole: string): string {
  const readable = text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/gu, "_")
    .replaceAll(/^_|_$/gu, "")
    .slice(0, READABLE_CHARACTERS)
    .replace(/^(?=pg_|[0-9]|$)/u, "t_");
  return `${readable}__h${hash("sha256", whole).slice(0, HASH_CHARACTERS)}`;
}

function assertStated(what: string, name: string): void {
  const bytes = Buffer.byteLength(name);
  const problem =
    name === "" || bytes > MAX_TABLE_BYTES
      ? `has ${bytes} bytes, and may have from 1 to ${MAX_TABLE_BYTES}`
      : !name.isWellFormed() || /\p{Cc}/u.test(name)
        ? "has control characters or broken Unicode"
        : isReserved(name) && what === "schema"
          ? "is kept for PostgreSQL or Heddle itself"
          : name.endsWith(VERSIONS)
            ? `ends with ${VERSIONS}, as tables do that Heddle makes`
            : null;
  if (problem === null) return;
  throw new HeddleError("CONFIG_INVALID", `the ${what} ${JSON.stringify(name.slice(0, 100))} ${problem}`, {
    hint: `Give postgres() another ${what}.`,
  });
}

/** Names that every table has already, and those that rows of versions need. */
const TAKEN_COLUMNS: ReadonlySet<string> = new Set([
  "tableoid",
  "xmin",
  "cmin",
  "xmax",
  "cmax",
  "ctid",
  "heddle_version",
  "heddle_row",
]);

/**
 * The name of a column in PostgreSQL: its own where that can be, also with capitals and blanks, else one with a hash.
 */
export function columnName(name: string): string {
  const isOwn =
    Buffer.byteLength(name) <= MAX_BYTES &&
    !TAKEN_COLUMNS.has(name) &&
    !/__(?:h[0-9a-f]{16}|as_[a-z0-9_]+)$/u.test(name);
  return isOwn ? name : hashed(name, name);
}

/** The name of a column that exists already with another type: the type is part of it. */
export function typedColumnName(name: string, pgType: string): string {
  const suffix = `__as_${pgType.replace("[]", "_list")}`;
  const own = `${columnName(name)}${suffix}`;
  return Buffer.byteLength(own) <= MAX_BYTES ? own : `${hashed(name, name)}${suffix}`;
}

/** The name of an index on these columns. */
export function indexName(table: string, columns: readonly string[]): string {
  const own = `${table}__${columns.join("_")}_idx`;
  return /^[a-z0-9_]+$/u.test(own) && own.length <= MAX_BYTES ? own : `${hashed(table, own)}_idx`;
}

/** A name as SQL has it. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A text as SQL has it, whatever the server's settings. */
export function quoteText(text: string): string {
  return text.includes("\\")
    ? ` E'${text.replaceAll("\\", "\\\\").replaceAll("'", "''")}'`
    : `'${text.replaceAll("'", "''")}'`;
}
