import { HeddleError, type PartitionSpace } from "@heddle/core";
import { PARTITION_STATUSES, PartitionSet, resolveMapping, type ResolvedMapping } from "@heddle/core/internal";
import {
  type AssetStanding,
  type DefinitionsIndex,
  type IndexedAsset,
  type PartitionSpaces,
  readAssetStandings,
  requireDefinition,
} from "@heddle/engine/planning";
import {
  readOpenSteps,
  readPartitionAttempts,
  readPartitionCheckResults,
  readPartitionMaterializations,
  readStepState,
  readStoppedPartitionSteps,
  type AttemptRow,
  type OpenStepRow,
  type StoppedStepRow,
  type Transaction,
} from "@heddle/storage";
import type { ApiState } from "../api-state.ts";
import { attemptIdOf, describeMaterializations } from "../assets/materialization-answer.ts";
import { explainStalePartition } from "../assets/stale-partition.ts";
import { describeResult } from "../checks/check-answers.ts";
import type { FailedAttempt, MappedPartitions, OpenStep, PartitionDetail, StoppedStep } from "../contract.ts";
import type { PartitionDetailInput } from "../inputs/partitions.ts";
import { describeRecordedError } from "../recorded-error.ts";
import { readSkipCause } from "../runs/skip-causes.ts";

/** Entries of each history. */
const MAX_HISTORY = 100;
/** Neighbours on each side. */
const MAX_NEIGHBOURS = 200;
/** Steps of open runs that are told. */
const MAX_OPEN_STEPS = 20;
/** Steps of runs that are over which made nothing. */
const MAX_STOPPED_STEPS = 10;
/** Ranges that are written out for people. */
const SHOWN_RANGES = 5;

/** Answers `partitions.detail`. @throws ASSET_UNKNOWN, PARTITION_UNKNOWN */
export async function readPartitionDetail(state: ApiState, input: PartitionDetailInput): Promise<PartitionDetail> {
  await state.checks.refresh(state.db);
  return state.db.read("partitions.detail", async (tx) => {
    const index = await state.definitions.index(tx);
    const asset = requireDefinition(index, input);
    const { key } = asset;
    const spaces = await state.definitions.spaces(tx, Date.now());
    const space = spaces.of(asset);
    const { ordinal, partitionKey } = findPartition(space, input);
    const environmentId = await state.definitions.environmentId(tx);
    const query = { environmentId, assetId: asset.id, ordinal, limit: MAX_HISTORY };
    const materializations = await readPartitionMaterializations(tx, query);
    const attempts = await readPartitionAttempts(tx, query);
    const names = [
      ...new Set([...asset.definition.checks.map(({ name }) => name), ...state.checks.ofAsset(asset.id).keys()]),
    ];
    const checks = await readPartitionCheckResults(tx, { ...query, names });
    const stoppedSteps = await readStoppedPartitionSteps(tx, { ...query, limit: MAX_STOPPED_STEPS });
    const openSteps = await readOpenSteps(tx, query);
    const neighbours = await readNeighbours(state, tx, { asset, ordinal, spaces });
    return {
      asset: { id: asset.id, key },
      ordinal,
      partitionKey,
      window: space.windowOf(ordinal),
      supersededAt: asset.supersededAt?.getTime() ?? null,
      exists: asset.supersededAt === null && space.all.has(ordinal),
      code: codeAt(neighbours.own, ordinal),
      staleBecause:
        neighbours.own === undefined
          ? []
          : await explainStalePartition(state, tx, { standing: neighbours.own, ordinal, spaces }),
      materializations: await describeMaterializations(state, tx, {
        made: materializations.map((row) => ({ row, asset })),
        index,
        spaces,
      }),
      failedAttempts: attempts.map(describeAttempt),
      checks: checks.map((row) => describeResult(row, space)),
      stoppedSteps: await describeStoppedSteps(tx, stoppedSteps, { asset, ordinal, index, spaces }),
      openSteps: await describeOpenSteps(tx, openSteps, { asset, ordinal, index, spaces }),
      upstream: neighbours.upstream,
      downstream: neighbours.downstream,
    };
  });
}

/** The one partition that is meant: any text that names exactly one, such as `last 1`, will do. */
function findPartition(
  space: PartitionSpace,
  { key, ordinal, partition }: PartitionDetailInput,
): { readonly ordinal: number; readonly partitionKey: string } {
  const named = ordinal ?? space.ordinalOf(partition ?? "") ?? space.formerOrdinalOf(partition ?? "");
  if (named !== null) {
    const partitionKey = space.keyOf(named);
    if (partitionKey === null) throw partitionUnknown(key, named);
    return { ordinal: named, partitionKey };
  }
  if (partition === undefined) {
    throw new HeddleError("PARTITION_UNKNOWN", `"${key}" has partitions, and none is named`, {
      hint: `Name one of ${space.format(space.all, SHOWN_RANGES)}.`,
      details: { asset: key },
    });
  }
  const set = space.parseRange(partition);
  const [only] = set;
  if (set.size === 1 && only !== undefined) return { ordinal: only, partitionKey: space.keyOf(only) ?? partition };
  throw new HeddleError("PARTITION_UNKNOWN", `${JSON.stringify(partition)} is ${set.size} partitions of "${key}"`, {
    hint: `Name one of ${space.format(set, SHOWN_RANGES)}.`,
    details: { asset: key },
  });
}

interface PartitionScope {
  readonly asset: IndexedAsset;
  readonly ordinal: number;
  readonly spaces: PartitionSpaces;
}

async function readNeighbours(
  state: ApiState,
  tx: Transaction,
  { asset, ordinal, spaces }: PartitionScope,
): Promise<{ own: AssetStanding | undefined; upstream: MappedPartitions[]; downstream: MappedPartitions[] }> {
  const index = await state.definitions.index(tx);
  // Nothing reads a definition that is not in force, and it reads nothing.
  const isInForce = asset.supersededAt === null;
  const upstream = isInForce ? index.upstreamOf(asset).slice(0, MAX_NEIGHBOURS) : [];
  const downstream = isInForce ? index.downstreamOf(asset).slice(0, MAX_NEIGHBOURS) : [];
  const assets = [asset, ...upstream, ...downstream];
  const [own, ...others] = await readAssetStandings(state, tx, { assets, spaces });
  const set = PartitionSet.of([ordinal]);
  const mapTo = (standing: AssetStanding, ends: Ends, read: (mapping: ResolvedMapping) => PartitionSet) =>
    ends.downstream.definition.deps
      .filter((dep) => dep.upstream === ends.upstream.key)
      .map(({ mapping, rule }): MappedPartitions => {
        const resolved = resolveMapping(mapping, {
          upstream: spaces.of(ends.upstream),
          downstream: spaces.of(ends.downstream),
        });
        return { mapping, rule, ...describeMapped(standing, read(resolved), spaces) };
      });
  return {
    own,
    upstream: others
      .slice(0, upstream.length)
      .flatMap((standing) =>
        mapTo(standing, { upstream: standing.asset, downstream: asset }, (to) => to.upstreamOf(set).partitions),
      ),
    downstream: others
      .slice(upstream.length)
      .flatMap((standing) =>
        mapTo(standing, { upstream: asset, downstream: standing.asset }, (to) => to.downstreamOf(set)),
      ),
  };
}

interface Ends {
  readonly upstream: IndexedAsset;
  readonly downstream: IndexedAsset;
}

function describeMapped(
  { asset, sets }: AssetStanding,
  partitions: PartitionSet,
  spaces: PartitionSpaces,
): Omit<MappedPartitions, "mapping" | "rule"> {
  const isExternal = asset.definition.kind === "external";
  return {
    asset: { id: asset.id, key: asset.key },
    partitions: partitions.ranges,
    missing: isExternal ? [] : partitions.subtract(sets.materialized).ranges,
    text: spaces.of(asset).format(partitions, SHOWN_RANGES),
    count: partitions.size,
  };
}

function codeAt(standing: AssetStanding | undefined, ordinal: number): number {
  const runs = standing?.statuses.runs ?? [];
  for (let at = 0; at < runs.length; at += 3) {
    const [code, start, end] = runs.slice(at, at + 3);
    if (code !== undefined && start !== undefined && end !== undefined && start <= ordinal && ordinal < end)
      return code;
  }
  return PARTITION_STATUSES.indexOf("missing");
}

function describeAttempt(row: AttemptRow): FailedAttempt {
  const { runId, number, workerId, cause, fingerprint } = row;
  const startedAt = row.startedAt?.getTime() ?? null;
  return {
    runId,
    number,
    attemptId: attemptIdOf(runId, row.claimId),
    workerId,
    cause,
    error: describeRecordedError(row.error),
    fingerprint,
    startedAt,
    endedAt: row.endedAt.getTime(),
  };
}

async function describeStoppedSteps(
  tx: Transaction,
  steps: readonly StoppedStepRow[],
  { asset, ordinal, index, spaces }: PartitionScope & { readonly index: DefinitionsIndex },
): Promise<StoppedStep[]> {
  const described: StoppedStep[] = [];
  for (const { runId, status, endedAt } of steps) {
    const place = { runId, assetId: asset.id, ordinal };
    const skippedBecause = status === "skipped" ? await readSkipCause(tx, place, { index, spaces }) : null;
    described.push({ runId, status, endedAt: endedAt.getTime(), skippedBecause });
  }
  return described;
}

async function describeOpenSteps(
  tx: Transaction,
  steps: readonly OpenStepRow[],
  { asset, ordinal, index, spaces }: PartitionScope & { readonly index: DefinitionsIndex },
): Promise<OpenStep[]> {
  const described: OpenStep[] = [];
  for (const { runId, status, retryAt } of steps.slice(0, MAX_OPEN_STEPS)) {
    const place = { runId, assetId: asset.id, ordinal };
    const claim = status === "running" ? (await readStepState(tx, place))?.claim : null;
    described.push({
      runId,
      status,
      retryAt: retryAt?.getTime() ?? null,
      attemptId: claim ? attemptIdOf(runId, claim.id) : null,
      workerId: claim?.workerId ?? null,
      startedAt: claim?.claimedAt.getTime() ?? null,
      skippedBecause: status === "skipped" ? await readSkipCause(tx, place, { index, spaces }) : null,
    });
  }
  return described;
}

function partitionUnknown(key: string, ordinal: number): HeddleError {
  return new HeddleError("PARTITION_UNKNOWN", `"${key}" has no partition with the ordinal ${ordinal}`, {
    hint: "Its partitions definition may have changed since the link was made; choose the partition on the asset's page.",
    details: { asset: key, ordinal },
  });
}
