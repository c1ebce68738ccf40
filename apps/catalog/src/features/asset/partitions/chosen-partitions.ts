import { isHeddleError } from "@heddle/core";
import { type PartitionExpression, type PartitionSet, readPartitionExpression } from "@heddle/core/internal";
import { partitionText, type Partitions } from "../../../partitions/partition-space.ts";
import { codeOf } from "../../../status/status-look.ts";
import { LAUNCH_STATES, type LaunchState } from "../../launch/launch-search.ts";

/** What an expression of partitions comes to. */
export type ChosenPartitions =
  /** Nothing was said: everything there is. */
  | { readonly kind: "all" }
  | { readonly kind: "set"; readonly set: PartitionSet; readonly expression: PartitionExpression }
  /** Only the server knows all keys. */
  | { readonly kind: "unknown" }
  | { readonly kind: "invalid"; readonly message: string; readonly hint: string | null };

/** Reads an expression as the server and the command line do. */
export function readChosen(text: string, { space, runs, knowsAllKeys }: Partitions): ChosenPartitions {
  if (text.trim() === "") return { kind: "all" };
  try {
    const expression = readPartitionExpression(text);
    const { partitions, statuses } = expression;
    const named = partitions === "all" ? space.all : space.parseRange(partitions);
    const set = statuses === null ? named : runs.setWith(new Set(statuses.map(codeOf))).intersect(named);
    return { kind: "set", set, expression };
  } catch (error) {
    if (!isHeddleError(error)) throw error;
    if (!knowsAllKeys) return { kind: "unknown" };
    return { kind: "invalid", message: error.message, hint: error.hint ?? null };
  }
}

/** What a launch of the chosen ones is given: the states stay states where a launch knows them, so that it is told so. */
export interface LaunchOfChosen {
  readonly parts: string;
  readonly only: readonly LaunchState[] | undefined;
}

export function launchOfChosen(
  { set, expression: { partitions, statuses } }: Extract<ChosenPartitions, { readonly kind: "set" }>,
  { space }: Partitions,
): LaunchOfChosen {
  if (statuses === null) return { parts: partitions, only: undefined };
  const only = LAUNCH_STATES.filter((state) => statuses.includes(state));
  if (only.length === statuses.length) return { parts: partitions, only };
  return { parts: partitionText(space, set), only: undefined };
}
