import { HeddleError, isHeddleError, type JsonValue } from "@heddle/core";
import { deserializeError, type SerializedError, type StoredPreview } from "@heddle/core/internal";
import { requireDefinition } from "@heddle/engine/planning";
import {
  readDeployment,
  readPreviewAnswer,
  readRecentPreview,
  readStoredPartition,
  requestPreview,
  withdrawPreview,
  type NewPreviewRequest,
} from "@heddle/storage";
import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import type { ApiState } from "../api-state.ts";
import type { PartitionPreview } from "../contract.ts";
import type { PartitionPreviewInput } from "../inputs/partitions.ts";

/** Longer nobody waits; a worker gives up before. */
const DEADLINE_MS = 25_000;
const FIRST_PAUSE_MS = 25;
const LONGEST_PAUSE_MS = 200;

/**
 * Answers `partitions.preview`: user code reads stored values, so a worker is asked and never this process. What was
 * looked at a moment ago is not read again. When the caller goes, so does the request.
 *
 * @throws ASSET_UNKNOWN, PARTITION_UNKNOWN, PREVIEW_NOTHING_STORED, PREVIEW_COLLECTED, PREVIEW_UNANSWERED, and what keeps
 *   the value from being read: PREVIEW_TIMEOUT, PREVIEW_PROCESS_FAILED, IO_*
 */
export async function previewPartition(
  state: ApiState,
  input: PartitionPreviewInput,
  signal: AbortSignal | undefined,
): Promise<PartitionPreview> {
  const { db } = state;
  const found = await findValue(state, input);
  const { partitionKey, request } = found;
  const shown = (answer: JsonValue): PartitionPreview => ({
    runId: request.runId,
    partitionKey,
    preview: readAnswer(answer),
  });
  if (found.recent !== undefined) return shown(found.recent);
  await requestPreview(db, request);
  try {
    return shown(await awaitAnswer(state, request.id, signal));
  } catch (error) {
    // Whoever reads for nobody stops. That it is not told so is no reason to hide why nothing came.
    await withdrawPreview(db, request.id).catch(() => undefined);
    throw error;
  }
}

interface FoundValue {
  readonly partitionKey: string;
  readonly request: NewPreviewRequest;
  readonly recent: JsonValue | undefined;
}

async function findValue(state: ApiState, input: PartitionPreviewInput): Promise<FoundValue> {
  return state.db.read("partitions.preview", async (tx) => {
    const index = await state.definitions.index(tx);
    const asset = requireDefinition(index, input);
    const { rows, runId = null } = input;
    const space = (await state.definitions.spaces(tx, Date.now())).of(asset);
    const ordinal = input.ordinal ?? space.ordinalOf(input.partition ?? "");
    const partitionKey = ordinal === null ? null : space.keyOf(ordinal);
    if (ordinal === null || partitionKey === null) throw partitionUnknown(asset.key, input);
    const what = partitionKey === "" ? asset.key : `${asset.key} [${partitionKey}]`;
    const environmentId = await state.definitions.environmentId(tx);
    const value = await readStoredPartition(tx, { environmentId, assetId: asset.id, ordinal, runId });
    if (value === null || value.stored === null || value.codeVersionId === null) {
      throw new HeddleError("PREVIEW_NOTHING_STORED", `${what} has nothing stored that could be shown`);
    }
    if (value.collectedAt !== null) {
      const since = value.collectedAt.toISOString();
      throw new HeddleError(
        "PREVIEW_COLLECTED",
        `the data of ${what} from run ${value.runId} is collected since ${since}`,
      );
    }
    const { workers } = await readDeployment(tx, environmentId);
    if (!workers.some(({ alive }) => alive)) throw unanswered("no worker runs", "Start one: `heddle dev`.");
    const place = { assetId: asset.id, ordinal, runId: value.runId, rows };
    const key = asset.definition.partitions === null ? null : partitionKey;
    // A stored value is plain JSON.
    const subject = { assetKey: asset.key, partitionKey: key, stored: value.stored } as unknown as JsonValue;
    return {
      partitionKey,
      request: { id: randomUUID(), codeVersionId: value.codeVersionId, subject, ...place },
      recent: await readRecentPreview(tx, place),
    };
  });
}

async function awaitAnswer({ db }: ApiState, id: string, signal: AbortSignal | undefined): Promise<JsonValue> {
  const deadline = performance.now() + DEADLINE_MS;
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
    signal?.throwIfAborted();
    const answer = await readPreviewAnswer(db, id);
    if (answer !== undefined) return answer;
    if (performance.now() > deadline) {
      throw unanswered(`no worker answered within ${DEADLINE_MS / 1_000} s`, "Ask again.");
    }
    await pause(pauseMs, undefined, { signal });
  }
}

/** What a worker answers is what it says that it is. */
function readAnswer(answer: JsonValue): StoredPreview {
  const { preview, error } = answer as { readonly preview?: StoredPreview; readonly error?: SerializedError };
  if (error === undefined) return preview ?? { kind: "none" };
  const thrown = deserializeError(error);
  if (isHeddleError(thrown)) throw thrown;
  throw new HeddleError("PREVIEW_FAILED", `the value could not be read: ${error.message}`, { cause: thrown });
}

function partitionUnknown(key: string, { ordinal, partition }: PartitionPreviewInput): HeddleError {
  const named = ordinal === undefined ? JSON.stringify(partition ?? "") : `with the ordinal ${ordinal}`;
  const problem =
    ordinal === undefined && partition === undefined
      ? "has partitions, and none is named"
      : `has no partition ${named}`;
  return new HeddleError("PARTITION_UNKNOWN", `"${key}" ${problem}`, { details: { asset: key } });
}

function unanswered(why: string, hint: string): HeddleError {
  return new HeddleError("PREVIEW_UNANSWERED", `the value cannot be shown: ${why}`, { hint });
}
