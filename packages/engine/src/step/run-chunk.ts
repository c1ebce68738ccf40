import { HeddleError, type Failed } from "@heddle/core";
import { isFailed, normalizeMetadata } from "@heddle/core/internal";
import { describeStep } from "../worker/exit-cause.ts";
import type { ChunkPartition, StepAssignment } from "../worker/protocol.ts";
import { Collected } from "./collected.ts";
import { failure, stageAndCheck, type StepFailed, type StepResult } from "./publish-value.ts";
import { findAsset, prepareContext } from "./run-step.ts";
import { partitionOf, type StepPorts } from "./step-ports.ts";

/** What became of a call that made several partitions: it is over, or failed with what it had not reported until then. */
export type ChunkResult = { readonly kind: "ended" } | StepFailed;

/** Who is told of the partitions of a chunk while it runs. */
export interface ChunkListener {
  /** Stages and checks of this partition begin; `null`: the function goes on. */
  about(ordinal: number | null): void;
  /** One partition has come to its end; each is told once. */
  report(ordinal: number, result: StepResult): void;
}

/** A function that yields without ever waiting for anything must not keep its reports from getting away. */
const BREATHE_AFTER_MS = 20;

/**
 * Calls the function of an asset once for all partitions of a chunk. Each one that it yields is staged, checked and
 * reported before the function goes on; what becomes of one says nothing about the others. An error of the function
 * itself is the result of all that it had not yielded by then. Never throws.
 */
export async function runChunk(step: StepAssignment, ports: StepPorts, listener: ChunkListener): Promise<ChunkResult> {
  const partitions = step.chunk ?? [];
  const open = new Map(partitions.map((partition) => [partition.key, partition]));
  try {
    const asset = findAsset(step, ports.definitions);
    const collected = new Collected();
    const context = {
      partitions: partitions.map((partition) => partitionOf(stepOf(step, partition), ports.definitions).partition),
      ...(await prepareContext(asset, step, { ports, collected })),
    };
    const breathe = createBreath();
    // Every member is one partition of an asset that has partitions.
    const returned = await asset.materialize(context as Parameters<typeof asset.materialize>[0]);
    for await (const entry of iterate(step, returned)) {
      ports.signal.throwIfAborted();
      const { partition, value } = readEntry(step, open, entry);
      open.delete(partition.key);
      const own = stepOf(step, partition);
      const reported = collected.take();
      listener.about(partition.ordinal);
      const result = isFailed(value)
        ? failure(markedFailed(own, value))
        : await stageAndCheck(own, { asset, returned: value, reported }, ports);
      listener.about(null);
      ports.signal.throwIfAborted();
      listener.report(partition.ordinal, result);
      ports.progress?.();
      await breathe();
    }
    ports.signal.throwIfAborted();
    for (const partition of open.values()) {
      listener.report(partition.ordinal, failure(neverYielded(stepOf(step, partition))));
    }
    return { kind: "ended" };
  } catch (error) {
    return failure(error);
  }
}

/** One partition of a chunk as a step of its own. */
function stepOf(step: StepAssignment, partition: ChunkPartition): StepAssignment {
  const { key, ordinal, window, attempt } = partition;
  return { ...step, partitionKey: key, ordinal, window, attempt, chunk: [partition] };
}

function iterate(step: StepAssignment, returned: unknown): AsyncIterable<unknown> | Iterable<unknown> {
  if (typeof returned === "object" && returned !== null) {
    // Whatever has one of the two can be iterated; nothing else is asked of it.
    if (Symbol.asyncIterator in returned) return returned as AsyncIterable<unknown>;
    if (Symbol.iterator in returned) return returned as Iterable<unknown>;
  }
  throw new HeddleError(
    "STEP_CHUNK_INVALID",
    `${describeStep(step)} makes several partitions at a time, and its function returned nothing to iterate over`,
    { hint: "Write `async *materialize({ partitions }) { … yield [partition.key, value]; … }`." },
  );
}

function readEntry(
  step: StepAssignment,
  open: ReadonlyMap<string, ChunkPartition>,
  entry: unknown,
): { readonly partition: ChunkPartition; readonly value: unknown } {
  if (!Array.isArray(entry) || entry.length !== 2 || typeof entry[0] !== "string") {
    throw new HeddleError("STEP_CHUNK_INVALID", `${describeStep(step)} yielded something that is no [key, value]`, {
      hint: "Yield `[partition.key, value]`, or `[partition.key, failed(reason)]`, for each of `context.partitions`.",
    });
  }
  const [key, value]: readonly unknown[] = entry;
  const partition = open.get(String(key));
  if (partition !== undefined) return { partition, value };
  const isKnown = step.chunk?.some((known) => known.key === key) === true;
  const what = isKnown ? "twice" : "which is not among the partitions of this call";
  throw new HeddleError("STEP_CHUNK_INVALID", `${describeStep(step)} yielded ${JSON.stringify(key)} ${what}`, {
    hint: "Yield each of `context.partitions` once, and nothing else. What was yielded before it is published.",
    details: { asset: step.assetKey, partition: String(key) },
  });
}

function markedFailed(step: StepAssignment, { reason, cause, metadata }: Failed): HeddleError {
  const details = normalizeMetadata(metadata);
  return new HeddleError("STEP_PARTITION_FAILED", reason, {
    details: { partition: step.partitionKey, ...(Object.keys(details).length > 0 && { metadata: details }) },
    ...(cause !== undefined && { cause }),
  });
}

function neverYielded(step: StepAssignment): HeddleError {
  return new HeddleError(
    "STEP_PARTITION_NOT_YIELDED",
    `${describeStep(step)} was not made: its function ended without it`,
    {
      hint: "Yield `[partition.key, value]` for each of `context.partitions`, or `[partition.key, failed(reason)]`.",
      details: { asset: step.assetKey, partition: step.partitionKey },
    },
  );
}

/** Lets the event loop turn now and then. */
function createBreath(): () => Promise<void> {
  let last = performance.now();
  return async () => {
    if (performance.now() - last < BREATHE_AFTER_MS) return;
    await new Promise((resolve) => setImmediate(resolve));
    last = performance.now();
  };
}
