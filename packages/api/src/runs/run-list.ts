import { HeddleError } from "@heddle/core";
import { parseSelection } from "@heddle/core/internal";
import { everyIdOf, requireAsset, selectAssets } from "@heddle/engine/planning";
import { readDeployment, readQueuePlaces, readRuns, type RunListQuery, type Transaction } from "@heddle/storage";
import type { ApiState } from "../api-state.ts";
import type { Page, RunQueuePlace, RunSummary } from "../contract.ts";
import type { RunListInput } from "../inputs/runs.ts";
import { parseCursor, writeCursor } from "../page-cursor.ts";
import { describeQueuePlace } from "./queue-place.ts";
import { describeRun } from "./run-answers.ts";

/** Answers `runs.list`: newest first. @throws ASSET_UNKNOWN, PARTITION_UNKNOWN, SELECTION_SYNTAX */
export async function readRunList(state: ApiState, input: RunListInput): Promise<Page<RunSummary>> {
  await state.checks.refresh(state.db);
  return state.db.read("runs.list", async (tx) => {
    const index = await state.definitions.index(tx);
    const environmentId = await state.definitions.environmentId(tx);
    const page = await readRuns(tx, {
      environmentId,
      statuses: input.statuses,
      ...(await readTargets(state, tx, input)),
      text: input.text,
      tags: input.tags,
      causes: input.causes,
      from: input.from === undefined ? undefined : new Date(input.from),
      to: input.to === undefined ? undefined : new Date(input.to),
      backfills: input.backfills,
      beforeId: typeof input.cursor === "string" ? parseCursor(input.cursor, 1)[0] : undefined,
      limit: input.limit,
    });
    const queued = page.runs.filter(({ status }) => status === "queued").map(({ id }) => id);
    const queue = await readQueue(tx, queued, environmentId);
    return {
      items: page.runs.map((row) =>
        describeRun(row, { index, checks: state.checks, queue: queue.get(row.id) ?? null }),
      ),
      nextCursor: page.nextBeforeId === null ? null : writeCursor(page.nextBeforeId),
    };
  });
}

/** The assets and partitions that runs are to hold. */
async function readTargets(
  state: ApiState,
  tx: Transaction,
  { asset: key, partition, selection }: RunListInput,
): Promise<Pick<RunListQuery, "assetIds" | "partitions">> {
  const index = await state.definitions.index(tx);
  const selected =
    selection === undefined
      ? undefined
      : (await selectAssets(state, tx, parseSelection(selection))).flatMap((asset) => everyIdOf(index, asset.key));
  if (key === undefined) {
    if (partition !== undefined) throw partitionWithoutAsset();
    return { assetIds: selected };
  }
  const ids = everyIdOf(index, key);
  const assetIds = selected === undefined ? ids : ids.filter((id) => selected.includes(id));
  if (partition === undefined) return { assetIds };
  // The definition that is in force reads the text: others number their partitions otherwise.
  const asset = requireAsset(index, key);
  const space = (await state.definitions.spaces(tx, Date.now())).of(asset);
  return { assetIds: assetIds.filter((id) => id === asset.id), partitions: space.parseRange(partition) };
}

function partitionWithoutAsset(): HeddleError {
  return new HeddleError("API_INPUT_INVALID", "runs are found by partition only together with their asset", {
    hint: "State `asset` as well.",
  });
}

/** Places of queued runs; reads nothing when none of the page is queued. */
async function readQueue(
  tx: Transaction,
  queued: readonly number[],
  environmentId: number | null,
): Promise<ReadonlyMap<number, RunQueuePlace>> {
  if (queued.length === 0) return new Map();
  const places = await readQueuePlaces(tx, queued);
  const deployment = await readDeployment(tx, environmentId);
  return new Map(places.map((place) => [place.runId, describeQueuePlace(place, deployment)]));
}
