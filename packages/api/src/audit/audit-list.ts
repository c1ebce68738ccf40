import { readAudit } from "@heddle/storage";
import type { ApiState } from "../api-state.ts";
import type { AuditEntry, Page } from "../contract.ts";
import type { AuditInput } from "../inputs/deployment.ts";
import { parseCursor, writeCursor } from "../page-cursor.ts";

/** Answers `deployment.audit`. @throws API_CURSOR_INVALID */
export async function readAuditList(state: ApiState, input: AuditInput): Promise<Page<AuditEntry>> {
  const { action, outcome, cursor, limit } = input;
  const beforeId = typeof cursor === "string" ? parseCursor(cursor, 1)[0] : undefined;
  return state.db.read("deployment.audit", async (tx) => {
    const rows = await readAudit(tx, { action, outcome, beforeId, limit });
    const last = rows.at(-1);
    return {
      items: rows.map(({ at, ...row }) => ({ ...row, at: at.getTime() })),
      nextCursor: rows.length < limit || last === undefined ? null : writeCursor(last.id),
    };
  });
}
