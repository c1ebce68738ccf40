import {
  type ConditionSpec,
  type PartitionSet,
  type StoredExplanation,
  type StoredTargetState,
} from "@heddle/core/internal";
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
  const { environmentId, launch } = recorded;
  // Before any row, as every launch does.
  if (launch !== null) await lockLaunches(tx.sql);
  if (!(await moveOn(tx, recorded))) return "superseded";
  const evaluationIds = await drawIds(tx, recorded);
  // Runs name the evaluations that asked for them, and these name the runs: each row is written once, with both known.
  const launched = launch === null ? [] : await launch(tx, evaluationIds);
  const outcomes = new Map(launched.map((one) => [evaluationKey(one.asset, one.check), one]));
  await Promise.all([
    insertEvaluations(tx, recorded, { evaluationIds, outcomes }),
    writeStates(tx, recorded, outcomes),
    writeFreshness(tx, environmentId, recorded.freshness),
    appendEvents(tx, recorded.events),
  ]);
  return "recorded";
}

/** What became of requests, by {@link evaluationKey}. */
type Outcomes = ReadonlyMap<string, LaunchedRequest>;

/** Ids for the evaluations that are about to be written, by {@link evaluationKey}. */
async function drawIds(
  { sql }: Transaction,
  { evaluations }: RecordedAutomation,
): Promise<ReadonlyMap<string, number>> {
  if (evaluations.length === 0) return new Map();
  const rows = await sql<{ id: number }[]>`
    select nextval('automation_evaluation_id_seq') as id from generate_series(1, ${evaluations.length}::integer)`;
  return new Map(
    evaluations.map(({ explanation: { asset, check } }, index) => [evaluationKey(asset, check), rows[index]?.id ?? 0]),
  );
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

async function writeStates(
  { sql }: Transaction,
  { environmentId, at, states }: RecordedAutomation,
  outcomes: Outcomes,
): Promise<void> {
  const kept = states.flatMap(({ state, ...row }) => {
    const outcome = outcomes.get(evaluationKey(row.asset, row.check));
    return state === null ? [] : [{ ...row, state, launched: outcome?.runId == null ? null : outcome }];
  });
  const gone = states.filter(({ state }) => state === null);
  if (kept.length > 0) {
    await sql`
      insert into automation_state as s (environment_id, asset, check_name, state, stopped, stopped_at, requested_at,
        requested_count, run_ids)
      select ${environmentId}::smallint, asset, check_name, state, stopped, case when stopped is not null then ${at}::bigint end,
        case when run_id is not null then ${at}::bigint end, requested_count,
        case when run_id is null then '{}'::bigint[] else array[run_id] end
      from unnest(
        ${kept.map(({ asset }) => asset)}::text[], ${kept.map(({ check }) => check ?? "")}::text[],
        ${kept.map(({ state }) => asJson(state))}::jsonb[],
        ${kept.map(({ stopped }) => (stopped.isEmpty ? null : stopped.encode()))}::bytea[],
        ${kept.map(({ launched }) => launched?.count ?? null)}::bigint[],
        ${kept.map(({ launched }) => launched?.runId ?? null)}::bigint[]
      ) as k (asset, check_name, state, stopped, requested_count, run_id)
      on conflict (environment_id, asset, check_name) do update set state = excluded.state, stopped = excluded.stopped,
        stopped_at = case when excluded.stopped is not null then coalesce(s.stopped_at, excluded.stopped_at) end,
        requested_at = coalesce(excluded.requested_at, s.requested_at),
        requested_count = coalesce(excluded.requested_count, s.requested_count),
        run_ids = case when excluded.run_ids = '{}' then s.run_ids else excluded.run_ids end`;
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
  { evaluationIds, outcomes }: { readonly evaluationIds: ReadonlyMap<string, number>; readonly outcomes: Outcomes },
): Promise<void> {
  if (evaluations.length === 0) return;
  const hashes = new Map<string, string>();
  const known = new Map<ConditionSpec, string>();
  // Assets with equal conditions share one.
  const hashOf = (condition: ConditionSpec): string => {
    const before = known.get(condition);
    if (before !== undefined) return before;
    const text = JSON.stringify(condition);
    const hash = createHash("sha256").update(text).digest("base64url").slice(0, 22);
    known.set(condition, hash);
    hashes.set(hash, text);
    return hash;
  };
  const all = evaluations.map((one) => {
    const { asset, check, condition } = one.explanation;
    const key = evaluationKey(asset, check);
    return { ...one, hash: hashOf(condition), id: evaluationIds.get(key) ?? 0, outcome: outcomes.get(key) };
  });
  await sql`
    insert into automation_condition (hash, spec)
    select * from unnest(${[...hashes.keys()]}::text[], ${[...hashes.values()]}::text[]::jsonb[])
    on conflict (hash) do nothing`;
  await sql`
    insert into automation_evaluation (id, environment_id, asset, check_name, at, cursor, condition_hash, requested,
      requested_count, stopped, held_count, tree, run_id, problem)
    overriding system value
    select id, ${environmentId}::smallint, asset, check_name, at, cursor, condition_hash, requested, requested_count,
      stopped, held_count, tree, run_id, problem
    from unnest(
      ${all.map(({ id }) => id)}::bigint[], ${all.map(({ explanation }) => explanation.asset)}::text[],
      ${all.map(({ explanation }) => explanation.check ?? "")}::text[],
      ${all.map(({ explanation }) => explanation.at)}::bigint[],
      ${all.map(({ explanation }) => explanation.cursor)}::text[],
      ${all.map(({ hash }) => hash)}::text[],
      ${all.map(({ requested }) => requested.encode())}::bytea[],
      ${all.map(({ requested }) => requested.size)}::bigint[],
      ${all.map(({ stopped }) => stopped.encode())}::bytea[],
      ${all.map(({ heldCount }) => heldCount)}::bigint[],
      ${all.map(({ explanation: { tree } }) => tree)}::text[],
      ${all.map(({ outcome }) => outcome?.runId ?? null)}::bigint[],
      ${all.map(({ outcome }) => outcome?.problem ?? null)}::text[]
    ) as k (id, asset, check_name, at, cursor, condition_hash, requested, requested_count, stopped, held_count, tree,
      run_id, problem)`;
}
