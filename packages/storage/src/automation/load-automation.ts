import type { StoredTargetState } from "@heddle/core/internal";
import type { Transaction } from "../database.ts";
import type { EventCursor } from "../events.ts";

/** Where the evaluation of conditions stands. */
export interface AutomationRound {
  /** What a transaction that goes on from here expects. */
  readonly version: number;
  /** Epoch milliseconds of the newest evaluation. */
  readonly at: number;
  readonly cursor: EventCursor;
  /** Version of the definitions that it was of. */
  readonly definitions: string;
}

/** What one condition remembers, and what it did last. Instants are epoch milliseconds. */
export interface AutomationStateRow {
  readonly asset: string;
  /** `null` for the asset itself. */
  readonly check: string | null;
  readonly state: StoredTargetState;
  readonly stoppedAt: number | null;
  readonly requestedAt: number | null;
  readonly requestedCount: number | null;
  readonly runIds: readonly number[];
}

/** A condition that somebody has switched off, or on again. */
export interface AutomationSwitchRow {
  readonly asset: string;
  readonly check: string | null;
  readonly isOff: boolean;
  readonly reason: string | null;
  readonly actor: string | null;
  readonly changedAt: Date;
}

/** Reads where evaluations stand; `null` before the first one. */
export async function readAutomationRound(
  { sql }: Transaction,
  environmentId: number,
): Promise<AutomationRound | null> {
  const [row] = await sql<AutomationRound[]>`
    select version, at, cursor, definitions from automation_round where environment_id = ${environmentId}`;
  return row ?? null;
}

/** Reads what every condition remembers. */
export async function readAutomationStates(
  { sql }: Transaction,
  environmentId: number,
): Promise<readonly AutomationStateRow[]> {
  return sql<AutomationStateRow[]>`
    select asset, nullif(check_name, '') as check, state, stopped_at as "stoppedAt", requested_at as "requestedAt",
      requested_count as "requestedCount", run_ids as "runIds"
    from automation_state where environment_id = ${environmentId}`;
}

/** Reads which conditions somebody has switched off, or on again. */
export async function readAutomationSwitches({ sql }: Transaction): Promise<readonly AutomationSwitchRow[]> {
  return sql<AutomationSwitchRow[]>`
    select asset, nullif(check_name, '') as check, is_off as "isOff", reason, actor, changed_at as "changedAt"
    from automation_switch`;
}
