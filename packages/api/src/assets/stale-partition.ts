import { PartitionSet } from "@heddle/core/internal";
import type { AssetStanding, PartitionSpaces } from "@heddle/engine/planning";
import type { Transaction } from "@heddle/storage";
import type { ApiState } from "../api-state.ts";
import type { SentencePart } from "../contract.ts";
import { readStaleCauses } from "./stale-causes.ts";
import { explainOneStale } from "./stale-sentences.ts";

interface StalePartition {
  readonly standing: AssetStanding;
  readonly ordinal: number;
  readonly spaces: PartitionSpaces;
}

/** Why one partition is stale, in sentences; none for one that is not. */
export async function explainStalePartition(
  state: ApiState,
  tx: Transaction,
  { standing, ordinal, spaces }: StalePartition,
): Promise<(readonly SentencePart[])[]> {
  const stale = await readStaleCauses(state, tx, { standing, spaces, within: PartitionSet.of([ordinal]) });
  return explainOneStale({ standing, stale, spaces });
}
