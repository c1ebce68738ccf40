import { serializeError } from "@heddle/core/internal";
import type { TransactionSql } from "../database.ts";
import {
  changeDynamicPartitions,
  insertDefinitions,
  lockDefinitions,
  MAX_DYNAMIC_KEYS,
  type DynamicPartitionsRequest,
} from "../dynamic/dynamic-changes.ts";
import { describeDynamicEvents } from "../dynamic/dynamic-events.ts";
import { tooManyKeys } from "../dynamic/dynamic-partitions.ts";
import type { RunWork } from "./run-work.ts";
import type { StepOutcome } from "./step-outcome.ts";

/** What a step wants of dynamic definitions. */
export interface RunDynamicChanges {
  readonly runId: number;
  readonly requests: readonly DynamicPartitionsRequest[];
}

/**
 * Locks the definitions that steps want to change, and fails the steps that would make one too large: then nothing of
 * such a step becomes visible. Costs nothing when there are none.
 */
export async function limitDynamicChanges(
  sql: TransactionSql,
  outcomes: readonly StepOutcome[],
): Promise<readonly StepOutcome[]> {
  const names = [...new Set(outcomes.flatMap((outcome) => requestsOf(outcome).map(({ definition }) => definition)))];
  if (names.length === 0) return outcomes;
  // A definition that no asset uses has no row yet.
  await insertDefinitions(sql, names);
  const sizes = new Map((await lockDefinitions(sql, names)).map(({ name, size }) => [name, size]));
  return outcomes.map((outcome) => {
    if (outcome.kind !== "success") return outcome;
    const wanted = new Map<string, number>();
    for (const { definition, action, keys } of requestsOf(outcome)) {
      if (action === "add") wanted.set(definition, (wanted.get(definition) ?? 0) + keys.length);
    }
    for (const [name, count] of wanted) {
      const size = sizes.get(name) ?? 0;
      // Some of them may be known; near the limit that is not worth a look.
      if (size + count <= MAX_DYNAMIC_KEYS) continue;
      const { runId, assetId, claimId, ordinal, startedAt } = outcome;
      const error = serializeError(tooManyKeys(name, size));
      return { runId, assetId, claimId, ordinal, kind: "failure", cause: "error", error, startedAt, checks: [] };
    }
    for (const [name, count] of wanted) sizes.set(name, (sizes.get(name) ?? 0) + count);
    return outcome;
  });
}

/** Carries out what settled steps want of dynamic definitions, and tells of it. */
export async function applyDynamicChanges(
  sql: TransactionSql,
  work: RunWork,
  changes: readonly RunDynamicChanges[],
): Promise<void> {
  for (const [runId, ofRun] of Map.groupBy(changes, (change) => change.runId)) {
    const changed = await changeDynamicPartitions(
      sql,
      ofRun.flatMap(({ requests }) => requests),
    );
    for (const event of describeDynamicEvents(changed, { kind: "run", runId }))
      work.events.push({ ...event, runId, assetId: null });
  }
}

function requestsOf(outcome: StepOutcome): readonly DynamicPartitionsRequest[] {
  return outcome.kind === "success" ? (outcome.dynamicPartitions ?? []) : [];
}
