import { type JsonValue } from "@heddle/core";
import { PartitionSet } from "@heddle/core/internal";
import type { PartitionSpaces } from "@heddle/engine/planning";
import {
  findComparableRun,
  readRun,
  readRunAssets,
  readRunSets,
  readStepTimes,
  type RunDetailRow,
  type Transaction,
} from "@heddle/storage";
import type { ApiState } from "../api-state.ts";
import type { AssetInRun, RunComparison } from "../contract.ts";
import type { RunCompareInput } from "../inputs/runs.ts";
import { sumUpLanes } from "./lanes.ts";
import { runUnknown } from "./run-answers.ts";

/** Steps of each run that durations are told from. */
const SAMPLE = 10_000;
const MAX_ASSETS = 1_000;
/** Ranges that are written out for people. */
const SHOWN_RANGES = 3;

/** Answers `runs.compare`. @throws RUN_UNKNOWN */
export async function compareRuns(state: ApiState, input: RunCompareInput): Promise<RunComparison> {
  const { runId } = input;
  return state.db.read("runs.compare", async (tx) => {
    const index = await state.definitions.index(tx);
    const environmentId = await state.definitions.environmentId(tx);
    const run = await readRun(tx, { environmentId, runId });
    if (run === null) throw runUnknown(runId);
    const otherId = input.with ?? (await findComparableRun(tx, { environmentId, runId }));
    const other = otherId === null ? null : await readRun(tx, { environmentId, runId: otherId });
    if (other === null && input.with !== undefined) throw runUnknown(input.with);
    const spaces = await state.definitions.spaces(tx, run.plan.at);
    const keyOf = (assetId: number): string => index.refOf(assetId).key;
    const now = await describeAssets(tx, run, { spaces, keyOf });
    const before = other === null ? new Map<string, AssetInRun>() : await describeAssets(tx, other, { spaces, keyOf });
    const keys = [...new Set([...now.keys(), ...before.keys()])].slice(0, MAX_ASSETS);
    return {
      runId,
      tookMs: tookMs(run),
      other:
        other === null
          ? null
          : { id: other.id, status: other.status, createdAt: other.createdAt.getTime(), tookMs: tookMs(other) },
      assets: keys.map((key) => ({
        asset: { id: index.byKey(key)?.id ?? -1, key },
        now: now.get(key) ?? null,
        before: before.get(key) ?? null,
      })),
    };
  });
}

function tookMs({ startedAt, endedAt }: RunDetailRow): number | null {
  return startedAt === null || endedAt === null ? null : endedAt.getTime() - startedAt.getTime();
}

interface AssetScope {
  readonly spaces: PartitionSpaces;
  readonly keyOf: (assetId: number) => string;
}

/** How a run made each of its assets, by key in topological order. */
async function describeAssets(
  tx: Transaction,
  run: RunDetailRow,
  { spaces, keyOf }: AssetScope,
): Promise<Map<string, AssetInRun>> {
  const assets = await readRunAssets(tx, run.id);
  const sets = await readRunSets(tx, run.id);
  const times = await readStepTimes(tx, { runId: run.id, sets, most: SAMPLE });
  const summed = sumUpLanes({ times, failed: [], assetIds: assets.map(({ assetId }) => assetId), now: null });
  const lanes = new Map(summed.lanes.map((lane) => [lane.assetId, lane]));
  const planned = new Map(run.plan.assets.map((asset) => [asset.key, asset]));
  return new Map(
    assets.map(({ assetId, counts, total }) => {
      const key = keyOf(assetId);
      const plan = planned.get(key);
      const lane = lanes.get(assetId);
      const config: JsonValue = plan?.config ?? null;
      const text = spaces
        .resolve(plan?.partitionsSpec ?? null)
        .format(PartitionSet.fromRanges(plan?.partitions ?? []), SHOWN_RANGES);
      return [
        key,
        {
          counts,
          total,
          text,
          workMs: lane?.workMs ?? 0,
          startMs: lane === undefined ? null : lane.start - summed.start,
          endMs: lane === undefined ? null : lane.end - summed.start,
          codeVersion: plan?.codeVersion ?? "",
          config,
        },
      ];
    }),
  );
}
