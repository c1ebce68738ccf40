import {
  HeddleError,
  isHeddleError,
  isOutput,
  normalizeMetadata,
  serializeError,
  type AnyAsset,
  type AnyIoManager,
  type FailureCause,
  type JsonValue,
  type ObjectStore,
  type OutputContext,
  type SerializedError,
  type StoredValue,
} from "@heddle/core";
import { describeStep } from "../worker/exit-cause.ts";
import type { CheckReport, PartitionsChange, StepAssignment } from "../worker/protocol.ts";
import type { Reported } from "./collected.ts";
import { runChecks } from "./run-checks.ts";
import type { StepPorts } from "./step-ports.ts";

/** What became of a step, without its times. */
export type StepResult =
  | {
      readonly kind: "success";
      readonly stored: StoredValue | null;
      readonly dataVersion: string | null;
      readonly metadata: Readonly<Record<string, JsonValue>> | null;
      readonly checks: readonly CheckReport[];
      readonly dynamicPartitions?: readonly PartitionsChange[];
    }
  | StepFailed;

/** The step failed; nothing of it is stored. */
export interface StepFailed {
  readonly kind: "failure";
  readonly cause: FailureCause;
  readonly error: SerializedError;
  readonly checks: readonly CheckReport[];
}

/** What a function made of a partition. */
export interface MadeValue {
  readonly asset: AnyAsset;
  /** The value, or an `output`. */
  readonly returned: unknown;
  readonly reported: Reported;
}

/**
 * Stages what a function made of one partition, and runs the checks on what was staged. Nothing is visible to anyone
 * afterwards; publishing is another's work. Never throws.
 */
export async function stageAndCheck(step: StepAssignment, made: MadeValue, ports: StepPorts): Promise<StepResult> {
  let staged: Staged | undefined;
  try {
    const { asset, reported } = made;
    const { value, metadata, dataVersion } = unpack(made);
    const io = asset.io ?? ports.defaults.io;
    const store = io.store ?? ports.defaults.store;
    const { assetKey, partitionKey, attemptId, fence } = step;
    const target = { assetKey, partitionKey, attemptId, store, signal: ports.signal, fence };
    const stored = value === undefined ? null : await stage(io, value, target);
    if (stored !== null) staged = { stored, store };
    const load = async (): Promise<unknown> => (stored === null ? undefined : io.load({ ...target, stored }));
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
      ...(reported.changes.length > 0 && { dynamicPartitions: reported.changes }),
    };
  } catch (error) {
    await discard(staged, ports);
    return failure(error);
  }
}

/** What an error of a step leads to. Failures of stores are the infrastructure's; everything else is the asset's own. */
export function failure(error: unknown): StepFailed {
  const isInfrastructure = isHeddleError(error, "IO_STORE_FAILED") || isHeddleError(error, "RESOURCE_FAILED");
  return { kind: "failure", cause: isInfrastructure ? "io" : "error", error: serializeError(error), checks: [] };
}

function unpack({ returned, reported }: MadeValue) {
  if (!isOutput(returned)) return { value: returned, metadata: reported.metadata, dataVersion: null };
  return { ...returned, metadata: { ...reported.metadata, ...returned.metadata } };
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

function blockedError(step: StepAssignment, blocked: readonly CheckReport[]): HeddleError {
  const names = blocked.map(({ name, description }) => (description === null ? name : `${name} (${description})`));
  return new HeddleError("STEP_CHECK_FAILED", `${describeStep(step)} was not published: ${names.join(", ")} failed`, {
    hint: "The version before it, if there is one, is still the current one. Correct the data or the check and materialize again.",
    details: { checks: blocked.map(({ name }) => name) },
  });
}
