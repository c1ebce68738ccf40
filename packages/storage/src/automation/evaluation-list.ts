import { PartitionSet, type ConditionSpec, type StoredExplanation } from "@heddle/core/internal";
import type { Transaction } from "../database.ts";

/** One evaluation in a list. */
export interface AutomationEvaluationRow {
  readonly id: number;
  readonly asset: string;
  readonly check: string | null;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly requested: PartitionSet;
  readonly stopped: PartitionSet;
  readonly heldCount: number;
  readonly runId: number | null;
  readonly problem: string | null;
}

interface EvaluationRecord extends Omit<AutomationEvaluationRow, "requested" | "stopped"> {
  readonly requested: Uint8Array;
  readonly stopped: Uint8Array;
}

export interface AutomationEvaluationQuery {
  readonly environmentId: number;
  readonly asset: string;
  readonly check: string | null;
  readonly beforeId?: number | undefined;
  /** Only those that requested something. @default false */
  readonly onlyRequesting?: boolean | undefined;
  readonly limit: number;
}

/** Evaluations of one condition that came to something else than the one before, newest first. */
export async function readAutomationEvaluations(
  { sql }: Transaction,
  query: AutomationEvaluationQuery,
): Promise<readonly AutomationEvaluationRow[]> {
  const before = query.beforeId === undefined ? sql`` : sql`and id < ${query.beforeId}`;
  const requesting = query.onlyRequesting === true ? sql`and requested_count > 0` : sql``;
  const rows = await sql<EvaluationRecord[]>`
    select id, asset, nullif(check_name, '') as check, at, requested, stopped, held_count as "heldCount",
      run_id as "runId", problem
    from automation_evaluation
    where asset = ${query.asset} and check_name = ${query.check ?? ""} and environment_id = ${query.environmentId}
      ${before} ${requesting}
    order by id desc limit ${query.limit}`;
  return rows.map((row) => ({
    ...row,
    requested: PartitionSet.decode(row.requested),
    stopped: PartitionSet.decode(row.stopped),
  }));
}

interface FullRecord extends EvaluationRecord {
  readonly cursor: string;
  readonly condition: ConditionSpec;
  readonly tree: string;
}

/** One evaluation with its tree; `null` when it is not kept any more. */
export async function readAutomationEvaluation(
  { sql }: Transaction,
  id: number,
): Promise<(AutomationEvaluationRow & { readonly explanation: StoredExplanation }) | null> {
  const [row] = await sql<FullRecord[]>`
    select e.id, asset, nullif(check_name, '') as check, at, requested, stopped, held_count as "heldCount",
      run_id as "runId", problem, cursor, c.spec as condition, tree
    from automation_evaluation e join automation_condition c on c.hash = e.condition_hash
    where e.id = ${id}`;
  if (row === undefined) return null;
  const { requested, stopped, cursor: _, condition: __, tree: ___, ...rest } = row;
  return {
    ...rest,
    requested: PartitionSet.decode(requested),
    stopped: PartitionSet.decode(stopped),
    explanation: explanationOf(row),
  };
}

/** The newest evaluations of one condition with their trees, newest first. */
export async function readAutomationExplanations(
  { sql }: Transaction,
  query: Pick<AutomationEvaluationQuery, "environmentId" | "asset" | "check" | "limit">,
): Promise<readonly StoredExplanation[]> {
  const rows = await sql<Omit<FullRecord, "id" | "heldCount" | "runId" | "problem">[]>`
    select asset, nullif(check_name, '') as check, at, requested, stopped, cursor, c.spec as condition, tree
    from automation_evaluation e join automation_condition c on c.hash = e.condition_hash
    where asset = ${query.asset} and check_name = ${query.check ?? ""} and environment_id = ${query.environmentId}
    order by e.id desc limit ${query.limit}`;
  return rows.map(explanationOf);
}

function explanationOf({
  asset,
  check,
  at,
  requested,
  stopped,
  cursor,
  condition,
  tree,
}: Omit<FullRecord, "id" | "heldCount" | "runId" | "problem">): StoredExplanation {
  const texts = { requested: toText(requested), stopped: toText(stopped) };
  return { asset, check, at, cursor, ...texts, condition, tree };
}

/** As sets are written in explanations. */
function toText(encoded: Uint8Array): string {
  return Buffer.from(encoded).toString("base64");
}
