import {
  HeddleError,
  isHeddleError,
  type AnyAsset,
  type AnyIoManager,
  type JsonValue,
  type OutputContext,
  type StoredValue,
} from "@heddle/core";
import {
  isOutput,
  normalizeMetadata,
  serializeError,
  type FailureCause,
  type SerializedError,
} from "@heddle/core/internal";
import { describeStep } from "../worker/exit-cause.ts";
import type { CheckReport, PartitionsChange, StepAssignment } from "../worker/protocol.ts";
import type { Reported } from "./collected.ts";
import { runChecks } from "./run-checks.ts";
import { findSchemaDrift, schemaDriftError, type DriftedColumn } from "./schema-drift.ts";
import { watchStore, watchYields } from "./watch-store.ts";
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
 * Stages what a function made of one partition, runs the checks on what was staged, and shows it to readers outside of
 * Heddle where its store has such. For readers through Heddle nothing is visible afterwards; publishing to them is
 * another's work. Never throws.
 */
export async function stageAndCheck(step: StepAssignment, made: MadeValue, ports: StepPorts): Promise<StepResult> {
  let staged: Staged | undefined;
  try {
    const { asset, reported } = made;
    const { value, metadata, dataVersion } = unpack(made);
    if (value === undefined && asset.io?.table !== undefined) throw nothingReturned(step, asset.io);
    staged = value === undefined ? undefined : await stage(asset.io ?? ports.defaults.io, value, { step, ports });
    const checks = await runChecks(asset, { step, ports, load: () => loadStaged(staged) });
    const blocked = checks.filter((check) => check.blocking && !check.passed);
    if (blocked.length > 0) {
      // The old version stays current.
      await discard(staged, ports);
      return { kind: "failure", cause: "check", error: serializeError(blockedError(step, blocked)), checks };
    }
    // Drawn before anyone outside can see it: what is shown must be what can be reported.
    const result = {
      kind: "success",
      stored: staged?.stored ?? null,
      dataVersion: dataVersion ?? staged?.stored.dataVersion ?? null,
      metadata: Object.keys(metadata).length === 0 ? null : normalizeMetadata(metadata),
      checks,
      ...(reported.changes.length > 0 && { dynamicPartitions: reported.changes }),
    } as const;
    ports.signal.throwIfAborted();
    await staged?.io.publish?.(staged.stored, staged.context);
    return result;
  } catch (error) {
    await discard(staged, ports);
    return failure(error);
  }
}

/**
 * What an error of a step leads to. Failures of stores are the infrastructure's, but for those that say that they are
 * `permanent`, such as a bucket that does not exist; everything else is the asset's own.
 */
export function failure(error: unknown): StepFailed {
  const isInfrastructure =
    (isHeddleError(error, "IO_STORE_FAILED") && error.details?.["permanent"] !== true) ||
    isHeddleError(error, "RESOURCE_FAILED");
  return { kind: "failure", cause: isInfrastructure ? "io" : "error", error: serializeError(error), checks: [] };
}

function unpack({ returned, reported }: MadeValue) {
  if (!isOutput(returned)) return { value: returned, metadata: reported.metadata, dataVersion: null };
  return { ...returned, metadata: { ...reported.metadata, ...returned.metadata } };
}

/** A table without rows is an empty list; nothing at all is a `return` that was forgotten. */
function nothingReturned(step: StepAssignment, { name }: AnyIoManager): HeddleError {
  return new HeddleError(
    "IO_VALUE_NOT_STORABLE",
    `${describeStep(step)} returned nothing, and ${name} stores the rows that it returns`,
    { hint: "Return the rows, an empty list for none; or leave `io` out of an asset that stores its data itself." },
  );
}

/** A value that is stored and not published. */
interface Staged {
  readonly io: AnyIoManager;
  readonly stored: StoredValue;
  readonly context: OutputContext;
}

async function stage(
  io: AnyIoManager,
  value: unknown,
  { step, ports }: { readonly step: StepAssignment; readonly ports: StepPorts },
): Promise<Staged> {
  const { assetKey, partitionKey, attemptId, fence } = step;
  const store = watchStore(io.store ?? ports.defaults.store, ports.progress);
  const context = { assetKey, partitionKey, attemptId, fence, store, signal: ports.signal };
  const written = await io.write(watchYields(value, ports.progress), context);
  ports.progress?.();
  const [object] = written.objects;
  const location = object === undefined ? {} : { location: store.locate(object.key) };
  const staged = { io, stored: { ...written, ...location }, context };
  const drifted = findDrift(io, staged.stored, step);
  if (drifted.length === 0) return staged;
  await discard(staged, ports);
  throw schemaDriftError(describeStep(step), drifted);
}

/** Changes of the columns that the asset does not allow, since its last materialization. */
function findDrift(io: AnyIoManager, { columns }: StoredValue, { previousColumns }: StepAssignment): DriftedColumn[] {
  const next = columns ?? io.table?.columns;
  if (io.table === undefined || previousColumns === undefined || next === undefined || next === null) return [];
  return findSchemaDrift(previousColumns, next, io.table.drift);
}

async function loadStaged(staged: Staged | undefined): Promise<unknown> {
  if (staged === undefined) return undefined;
  const { io, stored, context } = staged;
  const { assetKey, partitionKey, store, signal } = context;
  return io.load({ assetKey, partitionKey, stored, store, signal });
}

/** How long removing what was staged may take; less when the step was aborted, whose process is not waited for long. */
const DISCARD_DEADLINE_MS = 60_000;
const ABORTED_DEADLINE_MS = 5_000;

/** Removes what was staged and will never be published. A store that refuses must not hide why the step failed. */
async function discard(staged: Staged | undefined, { log, signal: stepSignal }: StepPorts): Promise<void> {
  if (staged === undefined) return;
  const { io, stored, context } = staged;
  const { assetKey, partitionKey, store } = context;
  try {
    // Also when the step was aborted: its own signal would refuse.
    const signal = AbortSignal.timeout(stepSignal.aborted ? ABORTED_DEADLINE_MS : DISCARD_DEADLINE_MS);
    await io.remove(stored, { assetKey, partitionKey, store, signal });
  } catch (error) {
    log.warn(`what was staged could not be removed: ${String(error)}`);
  }
}

function blockedError(step: StepAssignment, blocked: readonly CheckReport[]): HeddleError {
  const names = blocked.map(({ name, description }) => (description === null ? name : `${name} (${description})`));
  return new HeddleError("STEP_CHECK_FAILED", `${describeStep(step)} was not published: ${names.join(", ")} failed`, {
    hint: "The version before it, if there is one, is still the current one. Correct the data or the check and materialize again.",
    details: { checks: blocked.map(({ name }) => name) },
  });
}
