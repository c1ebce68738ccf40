import { isHeddleError, type JsonValue } from "@heddle/core";
import { createRunGraph, PartitionSet, type RequestPreview } from "@heddle/core/internal";
import {
  admitAtOnce,
  insertRuns,
  readKnownOriginKeys,
  readRunIdByOriginKey,
  type LaunchRuns,
  type TickKind,
  type Transaction,
} from "@heddle/storage";
import { freezeDefinitions } from "../../planning/index.ts";
import type { GroupedRequest } from "./group-requests.ts";
import { planRequest, type RequestedRun, type RequestScope } from "./plan-request.ts";

/** What runs of a tick are launched from. */
export interface LaunchScope extends RequestScope {
  /** Name of the environment. */
  readonly environment: string;
  readonly kind: TickKind;
  readonly name: string;
  /** Names the tick among those of its owner: an instant, or the version of a sensor's memory. */
  readonly tick: string;
  readonly origin: Readonly<Record<string, JsonValue>>;
}

/** Assets and sentences that a preview names. */
const SHOWN_ASSETS = 20;
const SHOWN_WARNINGS = 20;
const SHOWN_RANGES = 5;

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
      const { runs, reason } = await planRequest(tx, group, frozen);
      if (reason === null) runIds.push(...(await write(tx, { runs, group, scope, originKey })));
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
    const { runs, reason, spaces } = await planRequest(tx, group, scope);
    const assets = runs.flatMap(({ plan }) => plan.assets);
    return {
      runKey,
      tags,
      assets: assets.slice(0, SHOWN_ASSETS).map(({ key, partitions, partitionsSpec, checks }) => {
        const set = PartitionSet.fromRanges(partitions);
        const text = spaces.resolve(partitionsSpec).format(set, SHOWN_RANGES);
        return { key, partitions: text, count: set.size, ...(checks !== undefined && { checks }) };
      }),
      assetCount: assets.length,
      total: runs.reduce((sum, { plan }) => sum + plan.total, 0),
      warnings: runs.flatMap(({ plan }) => plan.warnings.map(({ message }) => message)).slice(0, SHOWN_WARNINGS),
      reason,
    };
  } catch (error) {
    if (!isHeddleError(error) || error.code.startsWith("DATABASE_")) throw error;
    return { ...nothing, reason: error.message };
  }
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

/** Runs of the same request after the first one have keys that follow from its. */
async function write(
  tx: Transaction,
  {
    runs,
    group,
    scope,
    originKey,
  }: {
    readonly runs: readonly RequestedRun[];
    readonly group: GroupedRequest;
    readonly scope: LaunchScope;
    readonly originKey: string;
  },
): Promise<number[]> {
  const { kind, name, environment } = scope;
  const { runKey, priority, tags, limits = null } = group;
  const written = await insertRuns(
    tx.sql,
    runs.map(({ plan, after }, index) => ({
      graph: createRunGraph(plan),
      plan,
      origin: { ...scope.origin, kind, name, ...(runKey !== null && { runKey }) },
      originKey: index === 0 ? originKey : `more:${index}:${originKey}`,
      priority,
      tags,
      limits,
      environment,
      after,
    })),
  );
  for (const { runId, created } of written) if (created) await admitAtOnce(tx.sql, runId);
  return written.map(({ runId }) => runId);
}
