import type { JsonValue } from "@heddle/core";
import type { Transaction } from "../database.ts";
import type { Actor } from "../schema/index.ts";

/** What a person changed, or was refused. */
export interface AuditRow {
  readonly id: number;
  readonly at: Date;
  readonly actor: Actor;
  readonly action: string;
  readonly subject: string;
  readonly outcome: "done" | "refused";
  readonly errorCode: string | null;
  readonly input: JsonValue;
  readonly inputDigest: string;
}

/** Which of it. */
export interface AuditQuery {
  /** Only of procedures whose name begins like this. */
  readonly action?: string | undefined;
  readonly outcome?: "done" | "refused" | undefined;
  readonly beforeId?: number | undefined;
  readonly limit: number;
}

/** Reads what people changed, the newest first. */
export async function readAudit({ sql }: Transaction, query: AuditQuery): Promise<AuditRow[]> {
  const { action = "", outcome = null, beforeId = Number.MAX_SAFE_INTEGER, limit } = query;
  return sql<AuditRow[]>`
    select id, at, actor, action, subject, outcome, error_code as "errorCode", input, input_digest as "inputDigest"
    from audit
    where id < ${beforeId} and starts_with(action, ${action}) and (${outcome}::text is null or outcome = ${outcome})
    order by id desc limit ${limit}`;
}
