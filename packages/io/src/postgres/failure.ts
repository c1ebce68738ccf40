import { HeddleError, isHeddleError } from "@heddle/core";
import { systemErrorCode } from "../filesystem/file-error.ts";
import type { PostgresAddress } from "./address.ts";
import type { ServerFailure } from "./messages.ts";

/**
 * What a failure means:
 * - `lost`: the connection is gone or did not come about, and with it what was not committed;
 * - `conflict`: rolled back because of another transaction, and may be repeated;
 * - `refused`: the server answered, and repeating it would not change the answer;
 * - `foreign`: not a failure of the database at all.
 */
export type FailureKind = "lost" | "conflict" | "refused" | "foreign";

/** Serialization failure, deadlock, lock not available in time. */
const CONFLICTS: ReadonlySet<string> = new Set(["40001", "40P01", "55P03"]);
/** Of the operating system, the client and the server, for a connection that broke, is full, or never came about. */
const LOST =
  /^(?:CONNECTION_|CONNECT_TIMEOUT$|ECONN|EPIPE$|ETIMEDOUT$|EHOSTUNREACH$|ENETUNREACH$|ENETDOWN$|EAI_AGAIN$|ENOENT$|ERR_STREAM_|08(?!P01)|57P0|53300$|25P0[34]$)/u;
const SQL_STATE = /^[0-9A-Z]{5}$/u;

/** Says what `error` means; see {@link FailureKind}. */
export function failureKind(error: unknown): FailureKind {
  const code = isHeddleError(error) ? undefined : systemErrorCode(error);
  if (code === undefined) return "foreign";
  if (CONFLICTS.has(code)) return "conflict";
  // The wrong host stays wrong; a server that starts comes up.
  if (LOST.test(code)) return "lost";
  return SQL_STATE.test(code) || code === "ENOTFOUND" || code.startsWith("TLS_") || code.startsWith("SASL_")
    ? "refused"
    : "foreign";
}

/** What was being done, for the message of an error. */
export interface Operation {
  /** Such as `"write"`. */
  readonly verb: string;
  /** Such as `weather.raw`. */
  readonly subject: string;
  readonly address: PostgresAddress;
}

interface Explanation {
  readonly why?: string;
  readonly hint: string;
}

const EXPLANATIONS: Readonly<Record<string, Explanation>> = {
  "28P01": { why: "user or password are wrong", hint: "Correct user and password in the URL." },
  "28000": { hint: "Allow the user to log in from here (pg_hba.conf), or correct user and database in the URL." },
  "3D000": { hint: "Create the database, or correct its name in the URL." },
  "42501": {
    hint: "Heddle needs the right to create schemas in the database (or the schemas of its tables and `heddle`, and the right to create tables in them): grant create on database … to ….",
  },
  "53100": { why: "no space left", hint: "Free space on the server or enlarge its disk, then retry what failed." },
  "53300": {
    why: "the server has as many connections as it may have",
    hint: "Raise max_connections on the server, or lower `maxConnections` and the number of steps at once.",
  },
  "55P03": {
    why: "it waited too long for a lock",
    hint: "Look in pg_stat_activity for who holds it: a long transaction on the table, or another one that changes it.",
  },
  "57014": { why: "it took too long", hint: "Look for load and locks on the server, or raise `timeoutMs`." },
  "25006": { why: "the server only reads", hint: "Name the primary server in the URL, not a replica." },
  "42P01": {
    hint: "Somebody removed what Heddle keeps there: materialize the partition again. Where the schema heddle was dropped, restart the workers, which make it anew, and materialize all that lay in its tables.",
  },
  "3F000": {
    hint: "Somebody dropped a schema: restart the workers, which make it anew, and materialize all that lay in its tables.",
  },
  "42703": { hint: "Somebody changed the table: put the column back, or materialize the partition again." },
  "2BP01": {
    hint: "The view is made anew with other columns: drop what is yours and depends on it, materialize again, and make it anew.",
  },
  ENOTFOUND: { why: "there is no such host", hint: "Correct the host in the URL." },
  TLS_REFUSED: {
    hint: "Turn TLS on at the server, or allow plain connections: add ?sslmode=disable to the URL.",
  },
  TLS_UNTRUSTED: {
    hint: "Let Node know the authority that signed the server's certificate (NODE_EXTRA_CA_CERTS), correct the host in the URL, or encrypt without verifying: ?sslmode=require.",
  },
  CONNECTION_SILENT: { hint: "Look at the server and the network; for slow statements raise `timeoutMs`." },
};

const FULL: ReadonlySet<string> = new Set(["53100", "54000"]);
/** Wrong address, user, rights or tables: nothing that passes by itself, so that trying again would only take time. */
const PERMANENT = /^(?:28|3D|3F|42|2B|0A|25006$|ENOTFOUND$|TLS_|SASL_)/u;
const LOST_EXPLANATION = { hint: "Look at the server and the network, then retry what failed." };

/** A failure of the database, as an error that says what, where, why and what to do. Others pass as they are. */
export function postgresError(error: unknown, { verb, subject, address }: Operation): unknown {
  const kind = failureKind(error);
  if (kind === "foreign") return error;
  const code = systemErrorCode(error) ?? "";
  // `failureKind` knows only errors.
  const failure = error as Partial<ServerFailure> & Error;
  const known: Explanation = EXPLANATIONS[code] ?? {
    hint: failure.hint ?? (kind === "refused" ? "Look at the server's log." : LOST_EXPLANATION.hint),
  };
  const why = known.why ?? (failure.message === "" ? code : failure.message);
  const detail = failure.detail === undefined ? "" : `; ${failure.detail}`;
  return new HeddleError(
    FULL.has(code) ? "IO_STORE_FULL" : "IO_STORE_FAILED",
    `cannot ${verb} ${subject} in ${address.label}: ${why}${detail} (${code})`,
    {
      hint: known.hint,
      details: { location: address.label, subject, code, ...(PERMANENT.test(code) && { permanent: true }) },
      cause: error,
    },
  );
}
