import { HeddleError } from "@heddle/core";
import { makePlan, requireAsset, type PartitionsChoice, type PlanChoice } from "@heddle/engine/planning";
import { lockLaunches, readRunIdByOriginKey, reportPartitions, type Transaction } from "@heddle/storage";
import type { ApiState } from "../api-state.ts";
import type { ReportResult } from "../contract.ts";
import type { ReportInput } from "../inputs/asset-changes.ts";

/** A report of a million partitions takes its time to write. */
const DEADLINE_MS = 60_000;

/**
 * Answers `assets.report`: records that partitions were made elsewhere. They are planned like a launch, alone with other
 * launches, so that no partition is reported while a run is about to make it.
 * @throws ASSET_UNKNOWN, REPORT_REFUSED, PARTITION_UNKNOWN, PLAN_EMPTY, PLAN_OVERLAPS
 */
export async function reportAsset(state: ApiState, input: ReportInput): Promise<ReportResult> {
  return state.db.transaction("report asset", (tx) => report(state, tx, input), { deadlineMs: DEADLINE_MS });
}

async function report(state: ApiState, tx: Transaction, input: ReportInput): Promise<ReportResult> {
  const originKey = `report:${input.idempotencyKey}`;
  await lockLaunches(tx.sql);
  const known = await readRunIdByOriginKey(tx, originKey);
  if (known !== null) return { runId: known, partitions: 0, created: false };
  const { definition, removedAt } = requireAsset(await state.definitions.index(tx), input.key);
  const isUnknown = definition.kind === "external" && definition.observed !== true;
  if (isUnknown || removedAt !== null) {
    const why = isUnknown ? "is external, and nobody observes it" : "is declared by no code location any more";
    throw new HeddleError("REPORT_REFUSED", `"${input.key}" ${why}, so nothing can be reported for it`, {
      hint: isUnknown ? "Declare `observe` on it, or report the asset that is made from it." : "Report another asset.",
      details: { asset: input.key },
    });
  }
  const made = await makePlan(state, tx, { input: choiceOf(input), at: Date.now(), counts: false });
  if (made.refusal !== null && made.refusal.code !== "PLAN_REFUSED") throw made.refusal;
  const { metadata, dataVersion = null, note = null } = input;
  const { plan } = made;
  const options = { environment: state.environment, plan, dataVersion, metadata, note, originKey };
  return { ...(await reportPartitions(tx, options)), partitions: plan.total };
}

/** Whatever is chosen is reported, whether or not it is up to date, and whether or not what it reads is there. */
function choiceOf({ key, partitions }: ReportInput): PlanChoice {
  const choice: PartitionsChoice = partitions.kind === "all" ? partitions : { ...partitions, asset: key };
  return {
    keys: [key],
    partitions: choice,
    cascade: "self",
    order: "oldest",
    reuse: "never",
    leaveOutUnreadable: false,
    overlap: "refuse",
  };
}
