import type { PartitionSet, StoredExplanation, StoredTargetState } from "@heddle/core";
import { createHash } from "node:crypto";
import type { Database, Transaction } from "../database.ts";
import { appendEvents, type EventCursor, type NewEvent } from "../events.ts";
import { writeFreshness, type FreshnessWrite } from "../freshness/write-freshness.ts";
import { asJson } from "../json.ts";
import { lockLaunches } from "../runs/launch-lock.ts";

/** What one condition remembers from now on. */
export interface AutomationStateWrite {
  readonly asset: string;
  readonly check: string | null;
  /** `null`: nothing any more. */
  readonly state: StoredTargetState | null;
  readonly stopped: PartitionSet;
}

/** An explanation with what lists say of it. */
export interface AutomationEvaluationWrite {
  readonly explanation: StoredExplanation;
  readonly requested: PartitionSet;
  readonly stopped: PartitionSet;
  readonly heldCount: number;
}

/** What became of the requests of one condition. */
export interface LaunchedRequest {
  readonly asset: string;
  readonly check: string | null;
  readonly count: number;
  readonly runId: number | null;
  /** Why no run was made. */
  readonly problem: string | null;
}

/** Makes the runs of an evaluation, in the transaction that records it. @param evaluationIds by asset and check, as {@link evaluationKey} names them */
export type LaunchAutomation = (
  tx: Transaction,
  evaluationIds: ReadonlyMap<string, number>,
) => Promise<readonly LaunchedRequest[]>;

/** One evaluation, about to take effect. */
export interface RecordedAutomation {
  readonly environmentId: number;
  /** The version that it began from; 0 for the first one. */
  readonly expectedVersion: number;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly cursor: EventCursor;
  readonly definitions: string;
  readonly states: readonly AutomationStateWrite[];
  readonly evaluations: readonly AutomationEvaluationWrite[];
  readonly freshness: FreshnessWrite;
  readonly events: readonly NewEvent[];
  /** `null` when nothing is requested. */
  readonly launch: LaunchAutomation | null;
}

/** Whether an evaluation took effect. `superseded`: somebody else's did, and this one began from what is no more. */
export type AutomationResultKind = "recorded" | "superseded";

/** Planning and writing many runs takes its time. */
const DEADLINE_MS = 120_000;

/** Names a condition among those of one evaluation. */
export function evaluationKey(asset: string, check: string | null): string {
  return `${asset}\n${check ?? ""}`;
}

/**
 * Lets an evaluation take effect: the place among the events, what conditions remember, explanations, freshness and runs
 * change together, or nothing does. Of several evaluations that began from the same version one takes effect.
 */
export async function recordAutomation(db: Database, recorded: RecordedAutomation): Promise<AutomationResultKind> {
  return db.transaction("recordAutomation", (tx) => record(tx, recorded), {
    deadlineMs: DEADLINE_MS,
    // The version tells whether it was done.
    isIdempotent: true,
  });
}

async function record(tx: Transaction, recorded: RecordedAutomation): Promise<AutomationResultKind> {
  const { environmentId, launch, at } = recorded;
  // Before any row, as every launch does.
  if (launch !== null) await lockLaunches(tx.sql);
  if (!(await moveOn(tx, recorded))) return "superseded";
  const [evaluationIds] = await Promise.all([
    insertEvaluations(tx, recorded),
    writeStates(tx, recorded),
    writeFreshness(tx, environmentId, recorded.freshness),
    appendEvents(tx, recorded.events),
  ]);
  if (launch !== null) await writeLaunched(tx, { environmentId, at, evaluationIds }, await launch(tx, evaluationIds));
  return "recorded";
}

async function moveOn({ sql }: Transaction, recorded: RecordedAutomation): Promise<boolean> {
  const { environmentId, expectedVersion, at, cursor, definitions } = recorded;
  const moved =
    expectedVersion === 0
      ? await sql`
          insert into automation_round (environment_id, version, at, cursor, definitions)
          values (${environmentId}, 1, ${at}, ${cursor}, ${definitions}) on conflict (environment_id) do nothing`
      : await sql`
          update automation_round set version = version + 1, at = ${at}, cursor = ${cursor}, definitions = ${definitions}
          where environment_id = ${environmentId} and version = ${expectedVersion}`;
  return moved.count === 1;
}

async function writeStates({ sql }: Transaction, { environmentId, at, states }: RecordedAutomation): Promise<void> {
  const kept = states.flatMap((row) => (row.state === null ? [] : [{ ...row, state: row.state }]));
  const gone = states.filter(({ state }) => state === null);
  const isStopped = kept.map(({ stopped }) => !stopped.isEmpty);
  if (kept.length > 0) {
    await sql`
      insert into automation_state as s (environment_id, asset, check_name, state, stopped, stopped_at)
      select ${environmentId}::smallint, asset, check_name, state, stopped, case when stopped is not null then ${at}::bigint end
      from unnest(
        ${kept.map(({ asset }) => asset)}::text[], ${kept.map(({ check }) => check ?? "")}::text[],
        ${kept.map(({ state }) => asJson(state))}::jsonb[],
        ${kept.map(({ stopped }, index) => (isStopped[index] === true ? stopped.encode() : null))}::bytea[]
      ) as k (asset, check_name, state, stopped)
      on conflict (environment_id, asset, check_name) do update set state = excluded.state, stopped = excluded.stopped,
        stopped_at = case when excluded.stopped is not null then coalesce(s.stopped_at, excluded.stopped_at) end`;
  }
  if (gone.length > 0) {
    await sql`
      delete from automation_state using unnest(
        ${gone.map(({ asset }) => asset)}::text[], ${gone.map(({ check }) => check ?? "")}::text[]
      ) as k (asset, check_name)
      where environment_id = ${environmentId} and automation_state.asset = k.asset
        and automation_state.check_name = k.check_name`;
  }
}

async function insertEvaluations(
  { sql }: Transaction,
  { environmentId, evaluations }: RecordedAutomation,
): Promise<ReadonlyMap<string, number>> {
  if (evaluations.length === 0) return new Map();
  const hashes = new Map<string, string>();
  const hashOf = ({ condition }: StoredExplanation): string => {
    const text = JSON.stringify(condition);
    const known = hashes.get(text) ?? createHash("sha256").update(text).digest("base64url").slice(0, 22);
    hashes.set(text, known);
    return known;
  };
  const all = evaluations.map((one) => ({ ...one, hash: hashOf(one.explanation) }));
  await sql`
    insert into automation_condition (hash, spec)
    select * from unnest(${[...hashes.values()]}::text[], ${[...hashes.keys()]}::text[]::jsonb[])
    on conflict (hash) do nothing`;
  const rows = await sql<{ id: number; asset: string; checkName: string }[]>`
    insert into automation_evaluation (environment_id, asset, check_name, at, cursor, condition_hash, requested,
      requested_count, stopped, held_count, tree)
    select ${environmentId}::smallint, * from unnest(
      ${all.map(({ explanation }) => explanation.asset)}::text[],
      ${all.map(({ explanation }) => explanation.check ?? "")}::text[],
      ${all.map(({ explanation }) => explanation.at)}::bigint[],
      ${all.map(({ explanation }) => explanation.cursor)}::text[],
      ${all.map(({ hash }) => hash)}::text[],
      ${all.map(({ requested }) => requested.encode())}::bytea[],
      ${all.map(({ requested }) => requested.size)}::bigint[],
      ${all.map(({ stopped }) => stopped.encode())}::bytea[],
      ${all.map(({ heldCount }) => heldCount)}::bigint[],
      ${all.map(({ explanation: { version, tree } }) => JSON.stringify([version, tree]))}::text[]
    )
    returning id, asset, check_name as "checkName"`;
  return new Map(rows.map(({ id, asset, checkName }) => [`${asset}\n${checkName}`, id]));
}

async function writeLaunched(
  { sql }: Transaction,
  place: { readonly environmentId: number; readonly at: number; readonly evaluationIds: ReadonlyMap<string, number> },
  all: readonly LaunchedRequest[],
): Promise<void> {
  const launched = all.filter(({ runId }) => runId !== null);
  const told = all.flatMap((one) => {
    const id = place.evaluationIds.get(evaluationKey(one.asset, one.check));
    return id === undefined ? [] : [{ ...one, id }];
  });
  if (launched.length > 0) {
    await sql`
      update automation_state s set requested_at = ${place.at}, requested_count = k.count, run_ids = array[k.run_id]
      from unnest(
        ${launched.map(({ asset }) => asset)}::text[], ${launched.map(({ check }) => check ?? "")}::text[],
        ${launched.map(({ count }) => count)}::bigint[], ${launched.map(({ runId }) => runId)}::bigint[]
      ) as k (asset, check_name, count, run_id)
      where s.environment_id = ${place.environmentId} and s.asset = k.asset and s.check_name = k.check_name`;
  }
  if (told.length > 0) {
    await sql`
      update automation_evaluation e set run_id = k.run_id, problem = k.problem
      from unnest(
        ${told.map(({ id }) => id)}::bigint[], ${told.map(({ runId }) => runId)}::bigint[],
        ${told.map(({ problem }) => problem)}::text[]
      ) as k (id, run_id, problem)
      where e.id = k.id`;
  }
}
