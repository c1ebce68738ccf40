import type { ErrorCatalogueEntry } from "./error-catalogue-entry.ts";

/** The database. */
export const DATABASE_ERRORS = {
  DATABASE_UNAVAILABLE: {
    summary: "The database cannot be reached.",
    remedy: "Start it or correct its address; Heddle goes on by itself when it answers again.",
  },
  DATABASE_DEADLINE: {
    summary: "The database did not answer in time; the statement was not carried out.",
    remedy: "Look for load or locks in the database.",
  },
  DATABASE_OUTCOME_UNKNOWN: {
    summary: "The connection was lost during a commit, so it is not known whether the transaction was carried out.",
    remedy: "Heddle repeats the transaction where that is safe; see `details.transaction` for its name.",
  },
  DATABASE_FAILED: {
    summary: "The database refused a statement.",
    remedy: "Look at the cause.",
  },
  DATABASE_STATEMENT_NOT_AWAITED: {
    summary: "A transaction built a statement that it never sent, and was rolled back.",
    remedy: "This is a defect of the code that ran the transaction: await every statement.",
  },
  DATABASE_UNSUPPORTED: {
    summary: "The server is too old for Heddle.",
    remedy: "Upgrade PostgreSQL, or use the embedded server.",
  },
  DATABASE_SCHEMA_NEWER: {
    summary: "A newer version of Heddle has changed the database's schema.",
    remedy: "Run the newer version, or restore a backup from before its upgrade.",
  },
  DATABASE_SCHEMA_ALTERED: {
    summary: "A migration that this database has had is not the one that this version of Heddle carries.",
    remedy: "Run a released version of Heddle; a database of a development version cannot be upgraded.",
  },
  DATABASE_LEASE_LOST: {
    summary: "A process acted under a lease that has gone to another process.",
    remedy: "Nothing is lost: the new holder does the work. Look for what kept the process away for so long.",
  },
  DATABASE_BINARY_MISSING: {
    summary: "There are no PostgreSQL binaries for this machine.",
    remedy: "Install Heddle with its optional dependencies, or set DATABASE_URL to a PostgreSQL server.",
  },
  DATABASE_BINARY_UNUSABLE: {
    summary: "The PostgreSQL binaries do not run on this machine.",
    remedy: "Install the packages for this platform, or set DATABASE_URL to a PostgreSQL server.",
  },
  DATABASE_DIRECTORY_UNUSABLE: {
    summary: "The directory of the embedded database cannot be used.",
    remedy: "Look at its owner, its permissions and its content; the message says what is wrong.",
  },
  DATABASE_DISK_FULL: {
    summary: "The disk of the embedded database is full.",
    remedy: "Free space and start again; nothing that was acknowledged is lost.",
  },
  DATABASE_START_FAILED: {
    summary: "The embedded database does not start.",
    remedy: "Read its log, whose path the message names.",
  },
  EVENT_CURSOR_INVALID: {
    summary: "A place in the stream of events cannot be read.",
    remedy: "Start anew without it.",
  },
  LOG_CURSOR_INVALID: {
    summary: "A place in a log cannot be read.",
    remedy: "Start anew without it.",
  },
} as const satisfies Record<string, ErrorCatalogueEntry>;
