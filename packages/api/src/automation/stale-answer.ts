import { partsOf, type ConditionSpec } from "@heddle/core/internal";
import type { AssetStanding, PartitionSpaces } from "@heddle/engine/planning";
import type { Transaction } from "@heddle/storage";
import type { ApiState } from "../api-state.ts";
import { explainStalePartition } from "../assets/stale-partition.ts";
import type { SentencePart } from "../contract.ts";

interface StaleQuestion {
  readonly standing: AssetStanding;
  readonly ordinal: number;
  readonly spaces: PartitionSpaces;
  readonly condition: ConditionSpec | undefined;
}

/** Why a partition is stale that its condition does not request, and whether the condition looks at that; none for another. */
export async function explainStaleAnswer(
  state: ApiState,
  tx: Transaction,
  { condition, ...partition }: StaleQuestion,
): Promise<(readonly SentencePart[])[]> {
  const why = await explainStalePartition(state, tx, partition);
  if (why.length === 0 || condition === undefined || asksForStale(condition)) return why;
  return [...why, [{ kind: "text", text: "Its condition does not look at that; one with stale() does." }]];
}

/** Whether a condition asks for it of the asset itself; other assets are asked by dependency operators. */
function asksForStale(spec: ConditionSpec): boolean {
  switch (spec.kind) {
    case "stale":
    case "code-version-changed":
      return true;
    case "any-deps":
    case "all-deps":
    case "asset-matches":
      return false;
    default:
      return partsOf(spec).some(asksForStale);
  }
}
