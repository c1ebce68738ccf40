import { createRunGraph, isHeddleError, PartitionSet, type JsonValue, type RequestPreview } from "@heddle/core";
import {
  admitAtOnce,
  insertRun,
  readKnownOriginKeys,
  readRunIdByOriginKey,
  type LaunchRuns,
  type TickKind,
  type Transaction,
} from "@heddle/storage";
import { choiceOf } from "./choice-of.ts";
import type { GroupedRequest } from "./group-requests.ts";
import { freezeDefinitions, makePlan, type MadePlan, type PlanningState } from "../../planning/index.ts";

/** What runs of a tick are launched from. */
export interface LaunchScope {
  readonly state: PlanningState;
  /** Name of the environment. */
  readonly environment: string;
  readonly kind: TickKind;
  readonly name: string;
  /** Names the tick among those of its owner: an instant, or the version of a sensor's memory. */
  readonly tick: string;
  /** The instant at which partitions are resolved, epoch milliseconds. */
  readonly at: number;
  /** Windows that have ended after this instant are the ones of `ended`, epoch milliseconds. */
  readonly since: number;
  /** What becomes of partitions that other runs hold, and which ones are made at all. */
  readonly overlap: "leave_out" | "wait" | "refuse";
  readonly only: readonly ("missing" | "failed" | "stale")[] | null;
  readonly origin: Readonly<Record<string, JsonValue>>;
}

/** Assets and sentences that a preview names. */
const SHOWN_ASSETS = 20;
const SHOWN_WARNINGS = 20;
const SHOWN_RANGES = 5;
const NAMED_RUNS = 5;

/**
 * Plans and writes the runs of a tick, in the transaction that records it. A run whose key was asked for before is not made
 * again, and one that has nothing to do is not made. The function throws what planning throws.
 */
export function launchRequests(groups: readonly GroupedRequest[], scope: LaunchScope): LaunchRuns {
  return async (tx) => {
    const runIds: number[] = [];
    const reasons = new Set<string>();
    const originKeys = groups.map((group, index) => originKeyOf(group, scope, index));
    const known = await readKnownOriginKeys(tx, originKeys);
    const frozen = { ...scope, state: freezeDefinitions(scope.state) };
    for (const [index, group] of groups.entries()) {
      const originKey = originKeys[index] ?? "";
      if (known.has(originKey)) continue;
      const made = await plan(tx, group, frozen);
      const reason = reasonOf(made);
      if (reason === null) runIds.push(await write(tx, { made, group, scope, originKey }));
      else reasons.add(reason);
    }
    return { runIds, reason: reasonText(groups.length, known.size, reasons) };
  };
}

/** Says what a request would come to, without effect. */
export async function previewRequest(
  tx: Transaction,
  group: GroupedRequest,
  scope: LaunchScope,
): Promise<RequestPreview> {
  const { runKey, tags } = group;
  const nothing = { runKey, tags, assets: [], assetCount: 0, total: 0, warnings: [] };
  const originKey = runKey === null ? null : originKeyOf(group, scope, 0);
  const knownId = originKey === null ? null : await readRunIdByOriginKey(tx, originKey);
  if (knownId !== null) return { ...nothing, reason: `run ${knownId} has this run key` };
  try {
    const made = await plan(tx, group, scope);
    const { assets, total, warnings } = made.plan;
    return {
      runKey,
      tags,
      assets: assets.slice(0, SHOWN_ASSETS).map(({ key, partitions, partitionsSpec }) => {
        const set = PartitionSet.fromRanges(partitions);
        return { key, partitions: made.spaces.resolve(partitionsSpec).format(set, SHOWN_RANGES), count: set.size };
      }),
      assetCount: assets.length,
      total,
      warnings: warnings.slice(0, SHOWN_WARNINGS).map(({ message }) => message),
      reason: reasonOf(made),
    };
  } catch (error) {
    if (!isHeddleError(error) || error.code.startsWith("DATABASE_")) throw error;
    return { ...nothing, reason: error.message };
  }
}

async function plan(tx: Transaction, group: GroupedRequest, scope: LaunchScope): Promise<MadePlan> {
  const partitions = await choiceOf(tx, group, scope);
  return makePlan(scope.state, tx, {
    at: scope.at,
    counts: false,
    input: {
      ...("keys" in group.assets ? { keys: group.assets.keys } : { selection: group.assets.selection }),
      partitions,
      ...(scope.only !== null && { only: scope.only }),
      cascade: "self",
      order: "oldest",
      ...(Object.keys(group.config).length > 0 && { config: group.config }),
      // Nobody is there to look at the plan: what can be made is made, and its warnings say what was left out.
      leaveOutUnreadable: true,
      overlap: scope.overlap,
    },
  });
}

/** Why a plan makes no run. @throws what refuses it for good */
function reasonOf({ plan: { total, assets }, overlaps, refusal }: MadePlan): string | null {
  if (isHeddleError(refusal, "PLAN_OVERLAPS")) return refusal.message;
  if (refusal !== null) throw refusal;
  if (total > 0) return null;
  if (overlaps.count > 0) {
    const runs = overlaps.holders.slice(0, NAMED_RUNS).map(({ id }) => id);
    return `what was asked for is made by run${runs.length === 1 ? "" : "s"} ${runs.join(", ")}`;
  }
  return assets.length === 0 ? "no partition that exists was asked for" : "there is nothing to make";
}

function reasonText(count: number, known: number, reasons: ReadonlySet<string>): string {
  if (count === 0) return "nothing was asked for";
  const earlier =
    known === 0
      ? []
      : [known === count ? "all of it was asked for before" : `${known} of ${count} were asked for before`];
  return [...earlier, ...reasons].join("; ");
}

function originKeyOf({ runKey }: GroupedRequest, { kind, name, tick }: LaunchScope, index: number): string {
  // A run key belongs to the name, whatever tick asks for it. Neither name has a colon in it.
  return runKey === null ? `tick:${kind}:${name}:${tick}:${index}` : `${kind}:${name}:${runKey}`;
}

async function write(
  tx: Transaction,
  { made, group, scope, originKey }: { made: MadePlan; group: GroupedRequest; scope: LaunchScope; originKey: string },
): Promise<number> {
  const { kind, name, environment } = scope;
  const { runId, created } = await insertRun(tx.sql, createRunGraph(made.plan), {
    plan: made.plan,
    origin: { ...scope.origin, kind, name, ...(group.runKey !== null && { runKey: group.runKey }) },
    originKey,
    priority: group.priority,
    tags: group.tags,
    limits: group.limits ?? null,
    environment,
    after: made.overlaps.after.map(({ id }) => id),
  });
  if (created) await admitAtOnce(tx.sql, runId);
  return runId;
}
