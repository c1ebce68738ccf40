import { HeddleError, type OutputContext, type StoredValue } from "@heddle/core";
import { randomUUID } from "node:crypto";
import type { TableSchema } from "../table/schema.ts";
import { systemErrorCode } from "../filesystem/file-error.ts";
import { beginText, call, orRollBack } from "./call.ts";
import { columnTypesText, readColumnTypes } from "./catalog.ts";
import { rowEncoder } from "./encode-copy.ts";
import { quoteName, quoteText, type RelationNames } from "./names.ts";
import type { Pool } from "./pool.ts";
import { forgetTable, prepareTable, type WantedTable } from "./prepare-table.ts";
import type { Session } from "./session.ts";
import { storedValue } from "./stored-version.ts";
import { noteWritten } from "./summarize-blocks.ts";

/** Rows to be stored. */
export interface VersionWrite {
  readonly pool: Pool;
  readonly wanted: WantedTable;
  readonly schema: TableSchema;
  readonly rows: unknown;
  readonly context: OutputContext;
}

/** How far a write has come, over all of its tries. */
interface Progress {
  /** Rows were asked for: of a generator they cannot be had again. */
  hasBegun: boolean;
  /** The outcome of a try is not known: it may be that all of it is there. */
  isOutcomeOpen: boolean;
  /** What the last try has sent. */
  written: StoredValue | undefined;
}

/**
 * Stores rows as a version that nobody sees yet: one COPY, and a row in `heddle.version`, in one transaction.
 *
 * @throws IO_VALUE_NOT_STORABLE, IO_SCHEMA_DRIFT, IO_SCHEMA_MISMATCH, IO_OBJECT_EXISTS, IO_STORE_FAILED, IO_STORE_FULL
 */
export async function writeVersion(write: VersionWrite): Promise<StoredValue> {
  const { pool, wanted, context, rows } = write;
  const { signal } = context;
  const progress: Progress = { hasBegun: false, isOutcomeOpen: false, written: undefined };
  const isRepeatable = (): boolean => Array.isArray(rows) || !progress.hasBegun;
  for (let tries = 1; ; tries += 1) {
    const places = await prepareTable(pool, wanted, signal);
    try {
      return await call(
        pool,
        {
          verb: "write",
          subject: wanted.names.qualified,
          signal,
          purpose: "write",
          mayRepeat: () => isRepeatable() || progress.isOutcomeOpen,
        },
        (session) => attempt(session, { ...write, places, progress, isRepeatable }),
      );
    } catch (error) {
      // The table is another than it was when this process looked last.
      if (error !== TABLE_CHANGED) throw error;
      forgetTable(pool, wanted);
      if (tries === MAX_TRIES) throw tableChanges(wanted.names.qualified);
    }
  }
}

/** Ends a transaction that has found another table than it expected. */
const TABLE_CHANGED = new Error("the table has changed");
/** Whoever changes a table more often than this while rows are being written does so on purpose. */
const MAX_TRIES = 5;

interface Attempt extends VersionWrite {
  readonly places: Readonly<Record<string, string>>;
  readonly progress: Progress;
  readonly isRepeatable: () => boolean;
}

async function attempt(session: Session, options: Attempt): Promise<StoredValue> {
  const { progress, wanted } = options;
  if (progress.isOutcomeOpen) {
    const found = await findStored(session, options);
    if (found !== undefined) return found;
    progress.isOutcomeOpen = false;
    if (!options.isRepeatable()) throw lostForGood(wanted.names.qualified);
  }
  try {
    return await orRollBack(session, () => copyRows(session, options));
  } catch (error) {
    const code = systemErrorCode(error);
    if (code === UNDEFINED_TABLE) throw TABLE_CHANGED;
    if (code !== UNIQUE_VIOLATION) throw error;
    // The attempt has stored something before: the version's row is the only one of its kind.
    progress.isOutcomeOpen = false;
    return sameAsStored(session, options);
  }
}

const UNDEFINED_TABLE = "42P01";
const UNIQUE_VIOLATION = "23505";

async function copyRows(session: Session, options: Attempt): Promise<StoredValue> {
  const { pool, wanted, schema, rows, context, places, progress } = options;
  const { names } = wanted;
  const version = await beginVersion(session, options);
  const encoder = rowEncoder(rows, { schema, version: BigInt(version), signal: context.signal });
  const columns = wanted.columns.map(({ name }) => quoteName(places[name] ?? name));
  progress.hasBegun = true;
  await session.copyIn(
    `copy ${names.qualifiedVersions} (heddle_version, heddle_row, ${columns.join(", ")}) from stdin (format binary)`,
    encoder.chunks,
  );
  context.signal.throwIfAborted();
  const written = encoder.written();
  const token = randomUUID();
  const stored = storedValue(written, { names, address: pool.address, version, token, places });
  progress.written = stored;
  progress.isOutcomeOpen = true;
  await session.run(commitText(stored, { names, context, version, token }));
  progress.isOutcomeOpen = false;
  noteWritten(pool, names.qualifiedVersions, written.bytes + written.rows * ROW_BYTES);
  return stored;
}

/** What a row takes besides its cells. */
const ROW_BYTES = 40;

/**
 * Begins the transaction and draws the number of a version. COPY takes the bytes of one type for those of another: so the
 * table must still be what it was found to be, and from here on nobody changes it before the transaction has ended.
 */
async function beginVersion(session: Session, { wanted, places }: Attempt): Promise<number> {
  const { names, columns } = wanted;
  const [types, next] = await session.run(
    `${beginText({ statementMs: 0 })} lock table ${names.qualifiedVersions} in row exclusive mode; ` +
      `${columnTypesText(quoteText(names.qualifiedVersions))}; select nextval('heddle.version_id_seq')`,
  );
  const actual = readColumnTypes(types?.[0] ?? null);
  if (columns.some(({ name, type }) => actual?.[places[name] ?? name] !== type)) throw TABLE_CHANGED;
  return Number(next?.[0]);
}

/** The row that makes a version be there, and the end of its transaction: one journey to the server. */
function commitText(
  stored: StoredValue,
  { names, context, version, token }: { names: RelationNames; context: OutputContext; version: number; token: string },
): string {
  const { rows = 0, dataVersion, details } = stored;
  const texts = [names.qualified, context.partitionKey ?? "", context.attemptId, dataVersion, JSON.stringify(stored)];
  const [relation, partitionKey, attemptId, hash, json] = texts.map(quoteText);
  return (
    "insert into heddle.version " +
    "(id, token, relation, partition_key, attempt_id, row_count, bytes, data_version, stored) " +
    `values (${version}, '${token}', ${relation}, ${partitionKey}, ${attemptId}, ${rows}, ${Number(details?.["bytes"])}, ` +
    `${hash}, ${json}); commit`
  );
}

/** What the attempt has stored before, if that are the same rows. @throws IO_OBJECT_EXISTS */
async function sameAsStored(session: Session, options: Attempt): Promise<StoredValue> {
  const { wanted, context, progress } = options;
  const { names } = wanted;
  const earlier = await findStored(session, options);
  if (earlier !== undefined && earlier.dataVersion === progress.written?.dataVersion) return earlier;
  throw new HeddleError(
    "IO_OBJECT_EXISTS",
    `the attempt ${context.attemptId} has stored other rows in ${names.qualified} already`,
    {
      hint: "Every attempt stores once: look whether another deployment, or one whose database was made anew, writes into the same table.",
      details: { relation: names.qualified, attempt: context.attemptId },
    },
  );
}

/** What the attempt has stored, if it has. */
async function findStored(session: Session, { wanted, context }: Attempt): Promise<StoredValue | undefined> {
  const [row] = await session.query(
    `select stored from heddle.version
     where relation = $1 and partition_key = $2 and attempt_id = $3 and not is_removed`,
    [wanted.names.qualified, context.partitionKey ?? "", context.attemptId],
  );
  // As it was written above.
  return row === undefined ? undefined : (JSON.parse(row[0] ?? "null") as StoredValue);
}

function tableChanges(subject: string): HeddleError {
  return new HeddleError("IO_STORE_FAILED", `cannot write ${subject}: its table changes again and again`, {
    hint: "Look for what alters or drops the table while Heddle writes.",
    details: { subject },
  });
}

function lostForGood(subject: string): HeddleError {
  return new HeddleError(
    "IO_STORE_FAILED",
    `cannot write ${subject}: the connection was lost while rows were on their way, and they cannot be made again`,
    { hint: "Look at the server and the network, then retry what failed.", details: { subject } },
  );
}
