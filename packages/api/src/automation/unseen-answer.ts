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
  if (why.length === 0 || condition === undefined || asksFor(condition, ["stale", "code-version-changed"])) return why;
  return [...why, [{ kind: "text", text: "Its condition does not look at that; one with stale() does." }]];
}

/** The same of a partition whose newest attempt has failed: it is left as it is until something else happens. */
export function explainFailedAnswer({
  standing,
  ordinal,
  condition,
}: Omit<StaleQuestion, "spaces">): (readonly SentencePart[])[] {
  if (!standing.sets.failed.has(ordinal)) return [];
  const isAskedFor = condition === undefined || asksFor(condition, ["execution-failed"]);
  const rest = isAskedFor ? "" : " Its condition does not look at that; one with executionFailed() does.";
  return [[{ kind: "text", text: `Its newest attempt failed.${rest}` }]];
}

/** Whether a condition asks for one of these of the asset itself; other assets are asked by dependency operators. */
function asksFor(spec: ConditionSpec, kinds: readonly ConditionSpec["kind"][]): boolean {
  if (kinds.includes(spec.kind)) return true;
  if (spec.kind === "any-deps" || spec.kind === "all-deps" || spec.kind === "asset-matches") return false;
  return partsOf(spec).some((part) => asksFor(part, kinds));
}
