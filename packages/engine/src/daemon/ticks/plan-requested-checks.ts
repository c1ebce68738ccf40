import { HeddleError, type ChosenAssets } from "@heddle/core";
import { formatNearest, parseSelection, type ChosenChecks, type WantedChecks } from "@heddle/core/internal";
import type { Transaction } from "@heddle/storage";
import {
  choosePartitionsOfEach,
  makeCheckPlans,
  nothingToCheck,
  requireAsset,
  selectAssets,
  type IndexedAsset,
  type PartitionsChoice,
  type PlanningState,
} from "../../planning/index.ts";
import type { PlannedRequest } from "./plan-request.ts";

/** What a request for a run of checks names. */
interface ChecksRequest {
  readonly assets: ChosenAssets;
  readonly checks: ChosenChecks;
  readonly choice: PartitionsChoice;
}

/**
 * Plans the checks that a request asks for: each asset reads the choice of partitions by itself, and what has no value, or
 * is checked by another run, is left out. @throws ASSET_UNKNOWN, CHECK_UNKNOWN, PARTITION_UNKNOWN, PLAN_TOO_LARGE
 */
export async function planRequestedChecks(
  tx: Transaction,
  { assets, checks, choice }: ChecksRequest,
  { state, at }: { readonly state: PlanningState; readonly at: number },
): Promise<PlannedRequest> {
  const chosen = (await chooseAssets(state, tx, assets)).filter(
    ({ definition }) => checks !== "all" || definition.checks.length > 0,
  );
  const spaces = await state.definitions.spaces(tx, at);
  const partitions = choosePartitionsOfEach(choice, chosen, spaces);
  const wanted = new Map(
    chosen.flatMap((asset): [string, WantedChecks][] => {
      const set = partitions.get(asset.key);
      return set === undefined || set.isEmpty ? [] : [[asset.key, { checks: namesOf(asset, checks), partitions: set }]];
    }),
  );
  if (wanted.size === 0) {
    const reason = chosen.length === 0 ? "no selected asset has checks" : "no partition that exists was asked for";
    return { runs: [], reason, spaces };
  }
  const plans = await makeCheckPlans(state, tx, { wanted, at });
  const runs = plans.plans.map(({ plan }) => ({ plan, after: [] }));
  return { runs, reason: runs.length === 0 ? nothingToCheck(plans) : null, spaces };
}

async function chooseAssets(state: PlanningState, tx: Transaction, assets: ChosenAssets): Promise<IndexedAsset[]> {
  if ("selection" in assets) return selectAssets(state, tx, parseSelection(assets.selection));
  const index = await state.definitions.index(tx);
  return assets.keys.map((key) => {
    const asset = requireAsset(index, key);
    if (asset.removedAt === null) return asset;
    throw new HeddleError("ASSET_UNKNOWN", `"${key}" is not declared any more`, { details: { asset: key } });
  });
}

/** The names of an asset's checks that are run, in the order in which they are declared. @throws CHECK_UNKNOWN */
function namesOf({ key, definition }: IndexedAsset, checks: ChosenChecks): string[] {
  const declared = definition.checks.map(({ name }) => name);
  if (checks === "all") return declared;
  const named = checks[key] ?? [];
  const unknown = named.find((name) => !declared.includes(name));
  if (unknown === undefined) return declared.filter((name) => named.includes(name));
  throw new HeddleError("CHECK_UNKNOWN", `"${key}" has no check ${JSON.stringify(unknown)}`, {
    hint: formatNearest(unknown, declared) ?? "Add the check to definitions({ checks: […] }).",
    details: { asset: key, name: unknown },
  });
}
