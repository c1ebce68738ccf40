import {
  HeddleError,
  isHeddleError,
  isOutput,
  normalizeMetadata,
  serializeError,
  type AnyAsset,
  type AnyIoManager,
  type Definitions,
  type FailureCause,
  type JsonValue,
  type MetadataValues,
  type ObjectStore,
  type OutputContext,
  type SerializedError,
  type StoredValue,
} from "@heddle/core";
import type { CheckReport, StepAssignment, StepInput } from "../worker/protocol.ts";
import { createPartitionedInput } from "./partitioned-input.ts";
import { runChecks } from "./run-checks.ts";
import { partitionOf, type StepPorts } from "./step-ports.ts";

/** What became of a step, without its times. */
export type StepResult =
  | {
      readonly kind: "success";
      readonly stored: StoredValue | null;
      readonly dataVersion: string | null;
      readonly metadata: Readonly<Record<string, JsonValue>> | null;
      readonly checks: readonly CheckReport[];
    }
  | {
      readonly kind: "failure";
      readonly cause: FailureCause;
      readonly error: SerializedError;
      readonly checks: readonly CheckReport[];
    };

/**
 * Runs one step: loads its inputs, calls the asset's function, stages what it returns and runs the checks on what was
 * staged. Nothing is visible to anyone afterwards; publishing is another's work. Never throws.
 */
export async function runStep(step: StepAssignment, ports: StepPorts): Promise<StepResult> {
  let staged: Staged | undefined;
  try {
    const asset = findAsset(step, ports.definitions);
    const { value, metadata, dataVersion } = await materialize(asset, step, ports);
    ports.signal.throwIfAborted();
    const io = asset.io ?? ports.defaults.io;
    const store = io.store ?? ports.defaults.store;
    const stored =
      value === undefined ? null : await stage(io, value, { ...targetOf(step), store, signal: ports.signal });
    if (stored !== null) staged = { stored, store };
    const load = async (): Promise<unknown> =>
      stored === null ? undefined : io.load({ ...targetOf(step), stored, store, signal: ports.signal });
    const checks = await runChecks(asset, { step, ports, load });
    const blocked = checks.filter((check) => check.blocking && !check.passed);
    if (blocked.length > 0) {
      // The old version stays current.
      await discard(staged, ports);
      return { kind: "failure", cause: "check", error: serializeError(blockedError(step, blocked)), checks };
    }
    return {
      kind: "success",
      stored,
      dataVersion: dataVersion ?? stored?.dataVersion ?? null,
      metadata: Object.keys(metadata).length === 0 ? null : normalizeMetadata(metadata),
      checks,
    };
  } catch (error) {
    await discard(staged, ports);
    return { kind: "failure", cause: causeOf(error), error: serializeError(error), checks: [] };
  }
}

interface Staged {
  readonly stored: StoredValue;
  readonly store: ObjectStore;
}

/** Removes what was staged and will never be published. A store that refuses must not hide why the step failed. */
async function discard(staged: Staged | undefined, { log }: StepPorts): Promise<void> {
  if (staged === undefined) return;
  try {
    for (const object of staged.stored.objects) await staged.store.delete(object.key);
  } catch (error) {
    log.warn(`what was staged could not be removed: ${String(error)}`);
  }
}

async function stage(io: AnyIoManager, value: unknown, context: OutputContext): Promise<StoredValue> {
  const stored = await io.write(value, context);
  const [object] = stored.objects;
  return object === undefined ? stored : { ...stored, location: context.store.locate(object.key) };
}

async function materialize(
  asset: AnyAsset,
  step: StepAssignment,
  ports: StepPorts,
): Promise<{ value: unknown; metadata: MetadataValues; dataVersion: string | null }> {
  const { signal, log } = ports;
  const [deps, resources] = await Promise.all([
    loadDeps(asset, step, ports),
    ports.resources.acquire(asset.resources, { signal, log }),
  ]);
  signal.throwIfAborted();
  let reported: MetadataValues = {};
  const returned = await asset.materialize({
    ...partitionOf(step, ports.definitions),
    deps,
    resources,
    signal,
    log,
    run: { id: String(step.runId), attempt: step.attempt },
    metadata: (values: MetadataValues) => {
      reported = { ...reported, ...normalizeMetadata(values) };
    },
  });
  if (!isOutput(returned)) return { value: returned, metadata: reported, dataVersion: null };
  return { ...returned, metadata: { ...reported, ...returned.metadata } };
}

async function loadDeps(
  asset: AnyAsset,
  step: StepAssignment,
  ports: StepPorts,
): Promise<Readonly<Record<string, unknown>>> {
  const entries = await Promise.all(
    step.inputs.map(async (input) => [input.name, await loadInput(asset, input, ports)] as const),
  );
  return Object.fromEntries(entries);
}

async function loadInput(asset: AnyAsset, input: StepInput, ports: StepPorts): Promise<unknown> {
  const dependency = asset.deps[input.name];
  const upstream = dependency?.asset;
  if (dependency === undefined || upstream?.kind !== "asset") return undefined;
  const io = upstream.io ?? ports.defaults.io;
  const partitions = input.partitions.map(({ key, stored }) => ({
    key: key ?? "",
    load: async () => {
      if (stored === null) return undefined;
      if (stored.io !== io.name) throw otherIoManager(input, { key, written: stored.io, declared: io.name });
      return io.load({
        assetKey: upstream.key,
        partitionKey: key,
        stored,
        store: io.store ?? ports.defaults.store,
        signal: ports.signal,
        ...(dependency.columns !== null && { columns: dependency.columns }),
      });
    },
  }));
  if (input.many) return createPartitionedInput(upstream.key, partitions);
  return partitions[0]?.load();
}

function targetOf({ assetKey, partitionKey, attemptId }: StepAssignment): {
  assetKey: string;
  partitionKey: string | null;
  attemptId: string;
} {
  return { assetKey, partitionKey, attemptId };
}

function findAsset(step: StepAssignment, definitions: Definitions): AnyAsset {
  const asset = definitions.assets.get(step.assetKey);
  if (asset?.kind === "asset") return asset;
  throw new HeddleError(
    "ASSET_UNKNOWN",
    `this code version declares no asset ${step.assetKey} that can be materialized`,
  );
}

function otherIoManager(
  input: StepInput,
  { key, written, declared }: { key: string | null; written: string; declared: string },
): HeddleError {
  const what = key === null ? input.upstream : `${input.upstream} [${key}]`;
  return new HeddleError(
    "IO_MANAGER_MISMATCH",
    `${what} was stored by "${written}" and is now declared with "${declared}"`,
    {
      hint: `Materialize ${input.upstream} again, so that its partitions are stored the new way.`,
    },
  );
}

function blockedError(step: StepAssignment, blocked: readonly CheckReport[]): HeddleError {
  const names = blocked.map(({ name, description }) => (description === null ? name : `${name} (${description})`));
  const what = step.partitionKey === null ? step.assetKey : `${step.assetKey} [${step.partitionKey}]`;
  return new HeddleError("STEP_CHECK_FAILED", `${what} was not published: ${names.join(", ")} failed`, {
    hint: "The version before it, if there is one, is still the current one. Correct the data or the check and materialize again.",
    details: { checks: blocked.map(({ name }) => name) },
  });
}

/** Failures of stores are the infrastructure's; everything else is the asset's own. */
function causeOf(error: unknown): FailureCause {
  return isHeddleError(error, "IO_STORE_FAILED") || isHeddleError(error, "RESOURCE_FAILED") ? "io" : "error";
}
