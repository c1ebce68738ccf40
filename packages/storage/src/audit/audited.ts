import type { JsonValue } from "@heddle/core";
import type { Database, Transaction } from "../database.ts";
import { appendEvents } from "../events.ts";
import { asJson } from "../json.ts";
import type { Actor } from "../schema/index.ts";

/** What somebody is about to do. */
export interface AuditEntry {
  readonly actor: Actor;
  /** The procedure, such as `runs.cancel`. */
  readonly action: string;
  /** What it is done to, for people: `run 41`; "" where that is not one thing. */
  readonly subject: string;
  /** `null` where it is too long to be kept. */
  readonly input: JsonValue;
  /** SHA-256 of it, as JSON, in hexadecimal. */
  readonly inputDigest: string;
}

/**
 * The same database, for one change by a person: the first of its transactions that changes something writes down who
 * did it, and says so in the stream of events. What changes nothing leaves no trace.
 */
export function audited(db: Database, entry: AuditEntry): Database {
  let isRecorded = false;
  return {
    ...db,
    transaction: async (name, fn, options) => {
      let records = false;
      const result = await db.transaction(
        name,
        async (tx) => {
          const made = await fn(tx);
          records = !isRecorded && !isUnchanged(made);
          if (records) await record(tx, entry);
          return made;
        },
        options,
      );
      isRecorded ||= records;
      return result;
    },
  };
}

/** Writes down that somebody was refused. */
export async function recordRefusal(db: Database, entry: AuditEntry, errorCode: string): Promise<void> {
  await db.transaction("recordRefusal", (tx) => insert(tx, entry, errorCode));
}

async function record(tx: Transaction, entry: AuditEntry): Promise<void> {
  const { actor, action, subject } = entry;
  await insert(tx, entry, null);
  await appendEvents(tx, [{ kind: "manual_change", payload: { action, subject, actor: { ...actor } } }]);
}

async function insert(
  { sql }: Transaction,
  { actor, action, subject, input, inputDigest }: AuditEntry,
  errorCode: string | null,
): Promise<void> {
  await sql`
    insert into audit (actor, action, subject, outcome, error_code, input, input_digest)
    values (${asJson(actor)}, ${action}, ${subject}, ${errorCode === null ? "done" : "refused"}, ${errorCode},
      ${input}, ${inputDigest})`;
}

/** What transactions answer that found everything as it was wanted. */
function isUnchanged(result: unknown): boolean {
  if (result === "unchanged" || result === "unknown" || result === false) return true;
  if (typeof result !== "object" || result === null) return false;
  const { changed, created, kind } = result as { changed?: unknown; created?: unknown; kind?: unknown };
  return changed === false || created === false || kind === "changed";
}
