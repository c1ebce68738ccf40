import { HeddleError } from "@heddle/core";
import { createRunGraph, parseSelection } from "@heddle/core/internal";
import {
  freezeDefinitions,
  hasWindows,
  makePlan,
  selectAssets,
  type IndexedAsset,
  type PartitionsChoice,
} from "@heddle/engine/planning";
import { admitAtOnce, insertRun, lockLaunches, readRunIdByOriginKey, type Transaction } from "@heddle/storage";
import type { ApiState } from "../api-state.ts";
import type { ObserveInput } from "../inputs/asset-changes.ts";
import type { ObserveResult } from "../contract.ts";

/** A million partitions take their time to write. */
const DEADLINE_MS = 60_000;
/** Keys that a run's origin names; the plan has them all. */
const MAX_ORIGIN_KEYS = 20;

/**
 * Answers `assets.observe`: launches a run that looks at external assets. What other runs are about to look at is left to
 * those.
 * @throws ASSET_UNKNOWN, SELECTION_SYNTAX, OBSERVATION_REFUSED, PARTITION_UNKNOWN
 */
export async function observeAssets(state: ApiState, input: ObserveInput): Promise<ObserveResult> {
  return state.db.transaction("observe assets", (tx) => observe(state, tx, input), { deadlineMs: DEADLINE_MS });
}

async function observe(state: ApiState, tx: Transaction, input: ObserveInput): Promise<ObserveResult> {
  const originKey = `observe:${input.idempotencyKey}`;
  await lockLaunches(tx.sql);
  const known = await readRunIdByOriginKey(tx, originKey);
  if (known !== null) return { runId: known, assets: 0, partitions: 0, created: false };
  const frozen = freezeDefinitions(state);
  const selected = await selectAssets(frozen, tx, parseSelection(input.selection));
  const observed = selected.filter(({ definition }) => definition.observed === true);
  if (observed.length === 0) throw nothingObserved(input.selection, selected);
  const keys = observed.map(({ key }) => key);
  const { plan, overlaps } = await makePlan(frozen, tx, {
    at: Date.now(),
    counts: false,
    input: {
      keys,
      partitions: choiceOf(input, observed),
      cascade: "self",
      order: "newest",
      reuse: input.force ? "never" : "declared",
      leaveOutUnreadable: true,
      overlap: "leave_out",
    },
  });
  if (plan.total === 0) throw nothingLeft(overlaps.holders.map(({ id }) => id));
  const { runId, created } = await insertRun(tx.sql, createRunGraph(plan), {
    plan,
    origin: { kind: "manual", selection: input.selection, keys: keys.slice(0, MAX_ORIGIN_KEYS) },
    originKey,
    environment: state.environment,
  });
  if (created) await admitAtOnce(tx.sql, runId);
  return { runId, assets: plan.assets.length, partitions: plan.total, created };
}

function choiceOf({ partitions }: ObserveInput, assets: readonly IndexedAsset[]): PartitionsChoice {
  if (partitions !== undefined) return partitions;
  return assets.some(({ definition }) => hasWindows(definition.partitions)) ? { kind: "latest" } : { kind: "all" };
}

function nothingObserved(selection: string, selected: readonly IndexedAsset[]): HeddleError {
  const [first] = selected;
  const why =
    first === undefined
      ? "no asset is named by it"
      : selected.length === 1
        ? `"${first.key}" ${first.definition.kind === "asset" ? "is made by Heddle" : "is declared without `observe`"}`
        : "none of the assets is external and declared with `observe`";
  return new HeddleError("OBSERVATION_REFUSED", `nothing of ${JSON.stringify(selection)} can be observed: ${why}`, {
    hint: "Name external assets that declare `observe`; materialize the others.",
    details: { selection },
  });
}

function nothingLeft(holders: readonly number[]): HeddleError {
  const why =
    holders.length === 0 ? "no partition was chosen" : `run ${holders[0] ?? ""} is about to look at all of it already`;
  return new HeddleError("OBSERVATION_REFUSED", `there is nothing to look at: ${why}`, {
    hint: holders.length === 0 ? "Choose partitions that exist." : "Wait for that run.",
    details: { runs: [...holders] },
  });
}
