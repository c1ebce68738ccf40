import type { SerializedError } from "@heddle/core/internal";
import type { Transaction, TransactionSql } from "../database.ts";
import { appendEvents } from "../events.ts";
import { asJson } from "../json.ts";
import type { TickKind, TickOutcome } from "../schema/index.ts";

/** A tick as it is written down. */
export interface NewTick {
  readonly kind: TickKind;
  readonly name: string;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly outcome: TickOutcome;
  /** @default false */
  readonly isManual?: boolean;
  readonly reason?: string | null;
  readonly error?: SerializedError | null;
  readonly runIds?: readonly number[];
  /** Ticks that it stands for, up to and with `until`. @default 1 */
  readonly count?: number;
  readonly until?: number | null;
  readonly durationMs?: number | null;
  readonly log?: string | null;
  /** Where it has moved the cursor of a sensor. */
  readonly cursor?: string | null;
}

/** Longest cursor that is kept with a tick: the history is for people, and 64 KB each time would soon be gigabytes. */
const MAX_KEPT_CURSOR = 4_096;

/** Longest reason that is kept. */
const MAX_REASON = 10_000;

/** Writes ticks down. The same instant of a schedule twice is refused by the database. */
export async function insertTicks(sql: TransactionSql, ticks: readonly NewTick[]): Promise<void> {
  for (const tick of ticks) {
    const { reason = null, error = null, runIds = [], count = 1, until = null, durationMs = null, log = null } = tick;
    const cursor = (tick.cursor ?? "").length <= MAX_KEPT_CURSOR ? (tick.cursor ?? null) : null;
    await sql`
      insert into tick (
        kind, name, at, is_manual, outcome, reason, error, run_ids, count, until, duration_ms, log, cursor
      )
      values (${tick.kind}, ${tick.name}, ${tick.at}, ${tick.isManual ?? false}, ${tick.outcome},
        ${reason === null ? null : storable(reason).slice(0, MAX_REASON)}, ${error === null ? null : asJson(error)},
        ${runIds}::bigint[], ${count}, ${until}, ${durationMs}, ${log === null ? null : storable(log)},
        ${cursor})`;
  }
}

/** Writes down instants that were passed over, in one statement. */
export async function insertMissedTicks(
  sql: TransactionSql,
  name: string,
  { instants, reason }: { readonly instants: readonly number[]; readonly reason: string },
): Promise<void> {
  await sql`
    insert into tick (kind, name, at, outcome, reason)
    select 'schedule', ${name}, at, 'missed', ${reason} from unnest(${instants}::bigint[]) as at order by at`;
}

/** Says in the stream of events that a tick has failed for good, or that a sensor has begun to fail. */
export async function tellFailure(
  tx: Transaction,
  { kind, name, error }: { readonly kind: TickKind; readonly name: string; readonly error: SerializedError },
): Promise<void> {
  const message = storable(error.message).slice(0, MAX_REASON);
  await appendEvents(tx, [{ kind: "tick_failed", payload: { ticker: kind, name, message } }]);
}

/** User code writes what it likes; a text of the database holds no NUL and no half of a pair. */
export function storable(text: string): string {
  return text.toWellFormed().replaceAll("\0", "\u{FFFD}");
}
