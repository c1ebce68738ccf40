import { isOpenRun, PartitionSet, type RunPlanAsset } from "@heddle/core/internal";
import {
  type DefinitionsIndex,
  type IndexedAsset,
  partitionKeyOf,
  type PartitionSpaces,
} from "@heddle/engine/planning";
import {
  readDeployment,
  readEarlierRuns,
  readQueuePlaces,
  readRun,
  readRunAssets,
  readRunFailures,
  readTroubledMessages,
  type DeploymentRow,
  type EarlierRun,
  type FailureGroupRow,
  type MessageRow,
  type RunAssetRow,
  type RunDetailRow,
  type Transaction,
} from "@heddle/storage";
import type { ApiState } from "../api-state.ts";
import { findPoolBlockers } from "../pools/pool-blockers.ts";
import type { FailureGroup, RunAssetProgress, RunBlocker, RunDetail, RunNotification, SkipCause } from "../contract.ts";
import { isDaemonAlive } from "../deployment/deployment-health.ts";
import { describeMessage } from "../notifications/notification-answers.ts";
import { describeWarnings } from "../plan/preview-plan.ts";
import { describeRecordedError } from "../recorded-error.ts";
import { describeQueuePlace } from "./queue-place.ts";
import { describeRun, runUnknown } from "./run-answers.ts";
import { describeLimits, explainCancel } from "./run-limits.ts";
import { readSkipCauses } from "./skip-causes.ts";

/** Groups of failures that are told. */
const MAX_FAILURES = 50;
/** Assets for which it is told why their steps were skipped. */
const MAX_EXPLAINED = 100;
/** Runs that a sentence names. */
const SHOWN_RUNS = 5;
/** Ranges that are written out for people. */
const SHOWN_RANGES = 5;
/** Messages that are told. */
const MAX_MESSAGES = 20;

/** Answers `runs.get`. @throws RUN_UNKNOWN */
export async function readRunDetail(state: ApiState, runId: number): Promise<RunDetail> {
  await state.checks.refresh(state.db);
  return state.db.read("runs.get", async (tx) => {
    const index = await state.definitions.index(tx);
    const environmentId = await state.definitions.environmentId(tx);
    const row = await readRun(tx, { environmentId, runId });
    if (row === null) throw runUnknown(runId);
    const assets = await readRunAssets(tx, runId);
    const failures = await readRunFailures(tx, { runId, limit: MAX_FAILURES });
    const deployment = await readDeployment(tx, environmentId);
    const after = await readEarlierRuns(tx, runId);
    const spaces = await state.definitions.spaces(tx, row.plan.at);
    const planned = new Map(row.plan.assets.map((asset) => [asset.key, asset]));
    const idOf = new Map(assets.map(({ assetId }) => [index.refOf(assetId).key, assetId]));
    const because = await findSkipCauses(tx, row, { assets, index, spaces });
    return {
      ...describeRun(row, { index, checks: state.checks, queue: await readQueueOf(tx, row, deployment) }),
      codeVersion: row.codeVersionHash,
      planHash: row.planHash,
      plannedAt: row.plan.at,
      warnings: describeWarnings(row.plan.warnings),
      order: row.newestFirst ? "newest" : "oldest",
      after,
      progress: assets.map((asset) =>
        describeAsset(asset, { planned, idOf, index, spaces, because: because.get(asset.assetId) }),
      ),
      failures: failures.map((group) => describeFailure(group, index, spaces)),
      blockers: [
        ...findBlockers(row, deployment, after),
        ...(row.status === "running" ? await findPoolBlockers(tx, assets) : []),
      ],
      limits: describeLimits(row),
      canceledBecause: explainCancel(row),
      notifications: (await readTroubledMessages(tx, { runId, limit: MAX_MESSAGES })).map(describeTrouble),
    };
  });
}

interface RunScope {
  /** By key. */
  readonly planned: ReadonlyMap<string, RunDetailRow["plan"]["assets"][number]>;
  /** Ids of the assets of the run by key. */
  readonly idOf: ReadonlyMap<string, number>;
  readonly index: DefinitionsIndex;
  readonly spaces: PartitionSpaces;
  readonly because: SkipCause | undefined;
}

function describeTrouble(row: MessageRow): RunNotification {
  const { id, notification, place, state, attempts, nextAttemptAt, error } = describeMessage(row);
  return {
    messageId: id,
    notification,
    place,
    state,
    attempts,
    nextAttemptAt,
    message: error?.message ?? "it was not delivered",
  };
}

/** Why steps were skipped, by asset id. Reads nothing when none was. */
async function findSkipCauses(
  tx: Transaction,
  { id: runId, plan }: RunDetailRow,
  { assets, index, spaces }: { readonly assets: readonly RunAssetRow[] } & Pick<RunScope, "index" | "spaces">,
): Promise<ReadonlyMap<number, SkipCause>> {
  const skipped = assets.filter(({ counts }) => counts.skipped > 0).slice(0, MAX_EXPLAINED);
  if (skipped.length === 0) return new Map();
  const assetIds = assets.map(({ assetId }) => assetId);
  const causes = await readSkipCauses(tx, { runId, plan }, { index, spaces, assetIds });
  return new Map(
    skipped.flatMap(({ assetId }): [number, SkipCause][] => {
      const cause = causes?.ofFirst(assetId) ?? null;
      return cause === null ? [] : [[assetId, cause]];
    }),
  );
}

function describeAsset(asset: RunAssetRow, { planned, idOf, index, spaces, because }: RunScope): RunAssetProgress {
  const ref = index.refOf(asset.assetId);
  const target = planned.get(ref.key);
  const set = PartitionSet.fromRanges(target?.partitions ?? []);
  return {
    asset: ref,
    partitions: set.ranges,
    // The plan's own definition: the asset may be cut differently by now.
    text: spaces.resolve(target?.partitionsSpec ?? null).format(set, SHOWN_RANGES),
    total: asset.total,
    counts: asset.counts,
    skippedBecause: because ?? null,
    config: index.byId(asset.assetId)?.definition.config ?? null,
    checks: target?.checks ?? [],
    givenConfig: target?.config ?? null,
    codeVersion: target?.codeVersion ?? "",
    codeChanged: isCodeChanged(target, index.byId(asset.assetId)),
    chunk: target?.chunk ?? null,
    attempts: target?.retry.attempts ?? 1,
    pools: (target?.pools ?? []).map(({ name }) => name),
    upstream: (target?.deps ?? []).flatMap(({ upstream, inRun, mapping }) => {
      const assetId = inRun ? idOf.get(upstream) : undefined;
      return assetId === undefined || assetId === asset.assetId
        ? []
        : [{ assetId, samePartition: mapping.kind === "identity" }];
    }),
  };
}

function describeFailure(group: FailureGroupRow, index: DefinitionsIndex, spaces: PartitionSpaces): FailureGroup {
  const { fingerprint, cause, count, failedSteps, poisonSteps, assetId, ordinal, attempt } = group;
  const error = describeRecordedError(group.error);
  const asset = index.byId(assetId);
  return {
    fingerprint,
    cause,
    message: error?.message ?? cause,
    count,
    failedSteps,
    poisonSteps,
    firstAt: group.firstAt.getTime(),
    lastAt: group.lastAt.getTime(),
    assets: group.assetIds.map((id) => index.refOf(id)),
    example: {
      asset: index.refOf(assetId),
      ordinal,
      partitionKey: asset === undefined ? `#${ordinal}` : partitionKeyOf(spaces.of(asset), ordinal),
      attempt,
      error,
    },
  };
}

async function readQueueOf(tx: Transaction, row: RunDetailRow, deployment: DeploymentRow) {
  if (row.status !== "queued") return null;
  const [place] = await readQueuePlaces(tx, [row.id]);
  return place === undefined ? null : describeQueuePlace(place, deployment);
}

/** What keeps a run from going on. */
function findBlockers(
  { status, counts }: RunDetailRow,
  deployment: DeploymentRow,
  after: readonly EarlierRun[],
): RunBlocker[] {
  if (status === "success" || status === "failed" || status === "canceled") return [];
  if (status === "paused") return [{ reason: "paused", message: "It is paused; running steps end, no other begins." }];
  const blockers: RunBlocker[] = [];
  if (!isDaemonAlive(deployment)) {
    blockers.push({ reason: "no_daemon", message: "No daemon is running, so nothing is admitted or retried." });
  }
  if (!deployment.workers.some((worker) => worker.alive)) {
    blockers.push({ reason: "no_worker", message: "No worker is running, so no step can start." });
  }
  const earlier = after.filter((run) => isOpenRun(run.status)).map(({ id }) => `run ${id}`);
  if (status === "queued" && earlier.length > 0) {
    const more = earlier.length > SHOWN_RUNS ? ` and ${earlier.length - SHOWN_RUNS} more` : "";
    const message = `It begins when ${earlier.slice(0, SHOWN_RUNS).join(", ")}${more} ${earlier.length === 1 ? "is" : "are"} over.`;
    return [...blockers, { reason: "after_runs", message }];
  }
  const admitted = deployment.openRuns.running ?? 0;
  if (status === "queued" && admitted > 0) {
    blockers.push({ reason: "queued_behind", message: `It waits for its turn behind ${admitted} running runs.` });
  }
  if (status === "running" && counts.backoff > 0 && counts.running + counts.ready === 0) {
    blockers.push({ reason: "retry_wait", message: `${counts.backoff} steps wait for their next attempt.` });
  }
  return blockers;
}

function isCodeChanged(planned: RunPlanAsset | undefined, asset: IndexedAsset | undefined): boolean {
  if (planned === undefined || asset === undefined || asset.removedAt !== null) return false;
  return planned.codeVersion !== asset.definition.codeVersion;
}
