import type { FreshnessSpec } from "@heddle/core/internal";
import { readFreshness, readFreshnessHistory } from "@heddle/storage";
import type { ApiState } from "../api-state.ts";
import type { AssetFreshness } from "../contract.ts";
import type { FreshnessInput } from "../inputs/automation.ts";
import { parseCursor, writeCursor } from "../page-cursor.ts";
import { requireId } from "./evaluation-answers.ts";

/** Answers `freshness.get`; `null` for an asset without a policy, or one that was not judged yet. @throws ASSET_UNKNOWN */
export async function readAssetFreshness(state: ApiState, input: FreshnessInput): Promise<AssetFreshness | null> {
  const { assetId, cursor, limit } = input;
  return state.db.read("freshness.get", async (tx) => {
    const asset = requireId(await state.definitions.index(tx), assetId);
    const environmentId = await state.definitions.environmentId(tx);
    const [row] = await readFreshness(tx, { environmentId, assets: [asset.key] });
    if (row === undefined) return null;
    const [at = 0, id = 0] = typeof cursor === "string" ? parseCursor(cursor, 2) : [];
    const before = typeof cursor === "string" ? { at, id } : undefined;
    const changes = await readFreshnessHistory(tx, { environmentId, asset: asset.key, before, limit });
    const last = changes.at(-1);
    return {
      policy: row.policy,
      policyText: policyText(row.policy),
      state: row.state,
      since: row.since,
      dueAt: row.overdueAt,
      history: {
        items: changes.map((change) => ({ id: change.id, from: change.from, to: change.to, at: change.at })),
        nextCursor: changes.length < limit || last === undefined ? null : writeCursor(last.at, last.id),
      },
    };
  });
}

function policyText(policy: FreshnessSpec): string {
  if (policy.kind === "within") {
    const warning = policy.warnMs === null ? "" : `, with a warning after ${durationText(policy.warnMs)}`;
    return `at most ${durationText(policy.failMs)} old${warning}`;
  }
  const { cron, timeZone, lowerBoundMs } = policy;
  return `made by ${JSON.stringify(cron)} (${timeZone}), in the ${durationText(lowerBoundMs)} before it`;
}

const UNITS = [
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
  ["second", 1_000],
] as const;

function durationText(durationMs: number): string {
  const [name, unitMs] = UNITS.find(([, each]) => durationMs >= each && durationMs % each === 0) ?? UNITS[3];
  const count = Math.round(durationMs / unitMs);
  return `${count} ${name}${count === 1 ? "" : "s"}`;
}
