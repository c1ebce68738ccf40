import type { MadePlan } from "@heddle/engine/planning";
import type { PlanPreviewInput } from "../inputs/plan.ts";

/** Keys that a sentence names. */
const MAX_NAMED = 3;

/** Why a plan has nothing to do, in a sentence; `null` when it has. */
export function nothingPlanned(
  { plan, overlaps, chosen, index, spaces }: MadePlan,
  { only }: Pick<PlanPreviewInput, "only">,
): string | null {
  if (plan.total > 0) return null;
  if (overlaps.count > 0) return "Everything that was chosen is under way in other runs.";
  const empty = [...chosen].filter((key) => {
    const spec = index.byKey(key)?.definition.partitions;
    return spec !== undefined && spec !== null && spaces.resolve(spec).all.isEmpty;
  });
  if (empty.length > 0 && empty.length === chosen.size) return `${nameKeys(empty)} no partition yet.`;
  if (only !== undefined) return `No partition that was chosen is ${only.join(" or ")}.`;
  return "No partition was chosen.";
}

function nameKeys(keys: readonly string[]): string {
  const named = keys.slice(0, MAX_NAMED).map((key) => JSON.stringify(key));
  const more = keys.length - named.length;
  if (more > 0) named.push(`${more} more`);
  const last = named.pop() ?? "";
  return named.length === 0 ? `${last} has` : `${named.join(", ")} and ${last} have`;
}
