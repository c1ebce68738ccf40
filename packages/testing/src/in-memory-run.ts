import {
  deserializeError,
  HeddleError,
  PartitionSet,
  resolveMapping,
  type AnyAsset,
  type Definitions,
  type InferAssetValue,
  type JsonValue,
} from "@heddle/core";
import { createResourceScope, runStep, type StepAssignment, type StepInput, type StepPorts } from "@heddle/engine";
import { json } from "@heddle/io/json";
import { memoryStore } from "@heddle/io/memory";
import { captureLog, type CapturedLine } from "./capture-log.ts";
import type { CheckedStep, FailedStep, InMemoryResult, SkippedStep, StepName } from "./in-memory-result.ts";
import type { MaterializeOptions } from "./materialize-options.ts";
import { planInMemory, type InMemoryPlan } from "./plan-in-memory.ts";

const DEFAULT_STEP_TIMEOUT_MS = 60_000;

/** One partition that was made. */
interface Made {
  readonly stored: StepInput["partitions"][number]["stored"];
  readonly metadata: Readonly<Record<string, JsonValue>>;
}

/** Runs the steps of a plan one after the other, and is what came of them. */
export class InMemoryRun implements InMemoryResult {
  readonly failures: FailedStep[] = [];
  readonly skipped: SkippedStep[] = [];
  readonly checks: CheckedStep[] = [];
  readonly #log = captureLog();
  readonly #plan: InMemoryPlan;
  readonly #ports: Omit<StepPorts, "signal">;
  readonly #timeoutMs: number;
  readonly #made = new Map<string, Map<number, Made>>();

  constructor(definitions: Definitions, options: MaterializeOptions) {
    this.#plan = planInMemory(definitions, options);
    this.#timeoutMs = options.stepTimeoutMs ?? DEFAULT_STEP_TIMEOUT_MS;
    this.#ports = {
      definitions,
      defaults: { store: definitions.store ?? memoryStore(), io: definitions.io ?? json() },
      resources: createResourceScope(definitions),
      log: this.#log,
    };
  }

  get ok(): boolean {
    return this.failures.length === 0;
  }

  get log(): readonly CapturedLine[] {
    return this.#log.lines;
  }

  async execute(): Promise<void> {
    try {
      for (const { key, partitions } of this.#plan.steps) {
        for (const ordinal of partitions) await this.#step(key, ordinal);
      }
    } finally {
      await this.#ports.resources.close();
    }
  }

  materialized(asset: AnyAsset): readonly string[] {
    const space = this.#plan.spaceOf(asset.key);
    return [...(this.#made.get(asset.key)?.keys() ?? [])].map((ordinal) => space.keyOf(ordinal) ?? "");
  }

  async value<TAsset extends AnyAsset>(asset: TAsset, partition?: string): Promise<InferAssetValue<TAsset>> {
    const { stored } = this.#find({ asset: asset.key, partition: partition ?? null });
    const { defaults } = this.#ports;
    const io = asset.io ?? defaults.io;
    const store = io.store ?? defaults.store;
    const context = { assetKey: asset.key, partitionKey: partition ?? null, store, signal: this.#deadline() };
    const loaded: unknown = stored === null ? undefined : await io.load({ ...context, stored });
    // The I/O manager gives what the asset's type says; that is the promise of its own type.
    return loaded as InferAssetValue<TAsset>;
  }

  metadata(asset: AnyAsset, partition?: string): Readonly<Record<string, JsonValue>> {
    return this.#find({ asset: asset.key, partition: partition ?? null }).metadata;
  }

  assertOk(): void {
    if (this.ok) return;
    const lines = this.failures.map((step) => `  ${formatStep(step)} (${step.cause}): ${step.error.message}`);
    const skipped = this.skipped.length === 0 ? "" : `, and ${this.skipped.length} skipped because of that`;
    const message = `${this.failures.length} steps failed${skipped}:\n${lines.join("\n")}`;
    throw new AggregateError(
      this.failures.map(({ error }) => error),
      message,
    );
  }

  async #step(key: string, ordinal: number): Promise<void> {
    const space = this.#plan.spaceOf(key);
    const partition = space.spec === null ? null : space.keyOf(ordinal);
    const name: StepName = { asset: key, partition };
    const found = this.#findInputs(key, ordinal);
    if ("missing" in found) {
      const because = this.#failed(found.missing);
      if (because !== undefined) this.skipped.push({ ...name, because });
      else this.failures.push({ ...name, cause: "error", error: inputMissing(found.missing) });
      return;
    }
    const assignment: StepAssignment = {
      id: 0,
      runId: 1,
      assetKey: key,
      ordinal,
      partitionKey: partition,
      window: space.windowOf(ordinal),
      attemptId: "1-1",
      attempt: 1,
      timeoutMs: this.#timeoutMs,
      inputs: found.inputs,
    };
    const result = await runStep(assignment, { ...this.#ports, signal: this.#deadline() });
    this.checks.push(...result.checks.map((check) => ({ ...check, ...name })));
    if (result.kind === "failure") {
      this.failures.push({ ...name, cause: result.cause, error: deserializeError(result.error) });
      return;
    }
    const made = this.#made.get(key) ?? new Map<number, Made>();
    this.#made.set(key, made.set(ordinal, { stored: result.stored, metadata: result.metadata ?? {} }));
  }

  /** The published values that a step reads, or the first of them that is not there. */
  #findInputs(key: string, ordinal: number): { readonly inputs: StepInput[] } | { readonly missing: StepName } {
    const inputs: StepInput[] = [];
    for (const { name, upstream, mapping, multiplicity } of this.#plan.snapshots.get(key)?.deps ?? []) {
      if (this.#plan.snapshots.get(upstream)?.kind !== "asset") continue;
      const ends = { upstream: this.#plan.spaceOf(upstream), downstream: this.#plan.spaceOf(key) };
      const wanted = resolveMapping(mapping, ends).upstreamOf(PartitionSet.range(ordinal, ordinal + 1)).partitions;
      const partitions: StepInput["partitions"][number][] = [];
      for (const upstreamOrdinal of wanted) {
        const partition = ends.upstream.spec === null ? null : ends.upstream.keyOf(upstreamOrdinal);
        const made = this.#made.get(upstream)?.get(upstreamOrdinal);
        if (made === undefined) return { missing: { asset: upstream, partition } };
        partitions.push({ key: partition, stored: made.stored });
      }
      inputs.push({ name, upstream, many: multiplicity === "many", partitions });
    }
    return { inputs };
  }

  #find(name: StepName): Made {
    const ordinal = name.partition === null ? 0 : this.#plan.spaceOf(name.asset).ordinalOf(name.partition);
    const made = ordinal === null ? undefined : this.#made.get(name.asset)?.get(ordinal);
    if (made !== undefined) return made;
    const failure = this.failures.find((step) => isSame(step, name));
    throw failure === undefined ? inputMissing(name) : inputMissing(name, failure.error);
  }

  /** The step itself when it failed or was skipped in this run. */
  #failed(name: StepName): StepName | undefined {
    return [...this.failures, ...this.skipped].some((step) => isSame(step, name)) ? name : undefined;
  }

  #deadline(): AbortSignal {
    return AbortSignal.timeout(this.#timeoutMs);
  }
}

function isSame(step: StepName, other: StepName): boolean {
  return step.asset === other.asset && step.partition === other.partition;
}

function formatStep({ asset, partition }: StepName): string {
  return partition === null ? asset : `${asset} [${partition}]`;
}

function inputMissing(name: StepName, cause?: Error): HeddleError {
  const why = cause === undefined ? "" : `: ${cause.message}`;
  return new HeddleError("STEP_INPUT_MISSING", `${formatStep(name)} was not materialized${why}`, {
    hint: "Name the asset under `assets` and the partition as its partitions definition writes it; `failures` and `skipped` say what became of the steps.",
    ...(cause !== undefined && { cause }),
  });
}
