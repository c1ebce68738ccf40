import { type PartitionSpace } from "@heddle/core";
import {
  createPartitionSpaces,
  evaluateFreshness,
  freshnessChanges,
  type DynamicKeys,
  type FreshnessChange,
  type FreshnessSpec,
  type PartitionSet,
  type UpdateBatch,
} from "@heddle/core/internal";
import type { FreshnessChangeRow, FreshnessRow } from "@heddle/storage";
import type { IndexedAsset } from "../planning/index.ts";

/** What one asset's freshness is judged from. */
export interface FreshnessJudgement {
  readonly asset: IndexedAsset;
  readonly policy: FreshnessSpec;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly dynamicKeys: DynamicKeys;
  /** What is known; `undefined` before it was judged for the first time. */
  readonly row: FreshnessRow | undefined;
  readonly materialized: PartitionSet;
  /** When it was made last, or found up to date. */
  readonly materializedAt: number | null;
  /** Materializations since it was judged, and runs that found it up to date, in their order. */
  readonly updates: readonly UpdateBatch[];
  /** What was materialized before these; `null` where nobody knows any more. */
  readonly before: PartitionSet | null;
}

/** How fresh an asset is, and what changed since it was judged last. */
export interface JudgedFreshness {
  readonly row: FreshnessRow;
  readonly changes: readonly FreshnessChangeRow[];
}

/**
 * Judges how fresh an asset is now and finds every change since the last time, at the instant at which it happened: before
 * each materialization, between them and after.
 */
export function judgeFreshness(judgement: FreshnessJudgement): JudgedFreshness {
  const { asset, policy, at, row, materialized, materializedAt } = judgement;
  const spaceAt = spacesOf(judgement);
  const found = evaluateFreshness({ policy, space: spaceAt(at), at, materialized, materializedAt });
  const isSamePolicy = row !== undefined && JSON.stringify(row.policy) === JSON.stringify(policy);
  const changes = isSamePolicy ? changesSince(row, judgement, spaceAt) : [];
  const last = changes.at(-1);
  const known = last?.to ?? row?.state ?? null;
  const all = known === found.state ? changes : [...changes, { from: known, to: found.state, at }];
  return {
    row: {
      asset: asset.key,
      policy,
      state: found.state,
      since: all.at(-1)?.at ?? row?.since ?? at,
      judgedAt: Math.max(at, row?.judgedAt ?? at),
      materializedAt,
      changesAt: found.changesAt,
      overdueAt: found.overdueAt,
    },
    changes: all.map((change) => ({ ...change, asset: asset.key })),
  };
}

type SpaceAt = (at: number) => PartitionSpace;

function spacesOf({ asset, dynamicKeys }: FreshnessJudgement): SpaceAt {
  return (at) => createPartitionSpaces(at, dynamicKeys).spaceOf(asset.definition.partitions);
}

function changesSince(row: FreshnessRow, judgement: FreshnessJudgement, spaceAt: SpaceAt): FreshnessChange[] {
  const { policy, at, updates, materialized } = judgement;
  const changes: FreshnessChange[] = [];
  let { state, materializedAt, judgedAt: since } = row;
  let set = beforeUpdates(row, judgement, spaceAt);
  const look = (until: number): void => {
    const found = freshnessChanges({ policy, spaceAt, state, since, until, materialized: set, materializedAt });
    changes.push(...found);
    state = found.at(-1)?.to ?? state;
  };
  for (const update of updates) {
    if (update.at <= since) continue;
    look(update.at - 1);
    set = set.union(update.partitions);
    materializedAt = Math.max(materializedAt ?? update.at, update.at);
    since = update.at;
  }
  if (set.equals(materialized)) look(at);
  return changes;
}

/** What there was before the updates. Of a process that has just started it is made out, as far as that agrees with what was judged. */
function beforeUpdates(row: FreshnessRow, judgement: FreshnessJudgement, spaceAt: SpaceAt): PartitionSet {
  const { before, updates, materialized, policy } = judgement;
  if (before !== null) return before;
  const made = updates.filter(({ kind }) => kind !== "reuse");
  const without = made.reduce((set, { partitions }) => set.subtract(partitions), materialized);
  const at = row.judgedAt;
  const input = { policy, space: spaceAt(at), at, materializedAt: row.materializedAt };
  return evaluateFreshness({ ...input, materialized: without }).state === row.state ? without : materialized;
}
