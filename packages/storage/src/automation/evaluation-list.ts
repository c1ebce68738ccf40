import { PartitionSet, type ConditionSpec, type StoredExplainedPart, type StoredExplanation } from "@heddle/core";
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
  const { requested, stopped, cursor, condition, tree, ...rest } = row;
  // Written by `recordAutomation` alone, as a format version with the parts.
  const [version, parts] = JSON.parse(tree) as [number, StoredExplainedPart];
  const { asset, check, at } = rest;
  const texts = { requested: toText(requested), stopped: toText(stopped) };
  return {
    ...rest,
    requested: PartitionSet.decode(requested),
    stopped: PartitionSet.decode(stopped),
    explanation: { version, asset, check, at, cursor, ...texts, condition, tree: parts },
  };
}

/** As sets are written in explanations. */
function toText(encoded: Uint8Array): string {
  return Buffer.from(encoded).toString("base64");
}
