import {
  HeddleError,
  isHeddleError,
  type AnyAsset,
  type Definitions,
  type DynamicPartitionsDefinition,
  type InferAssetValue,
  type JsonValue,
} from "@heddle/core";
import {
  deserializeError,
  neededBy,
  PartitionSet,
  serializeError,
  toleratedMissing,
  type RunPlanAsset,
} from "@heddle/core/internal";
import {
  createResourceScope,
  InputFinder,
  resolveInputs,
  runChunk,
  runStep,
  type StepAssignment,
  type StepPorts,
  type StepResult,
} from "@heddle/engine/step";
import { json } from "@heddle/io/json";
import { memoryStore } from "@heddle/io/memory";
import { captureLog, type CapturedLine } from "./capture-log.ts";
import { DynamicKeys } from "./dynamic-keys.ts";
import type { CheckedStep, FailedStep, InMemoryResult, SkippedStep, StepName } from "./in-memory-result.ts";
import type { MaterializeOptions } from "./materialize-options.ts";
import { planInMemory, type InMemoryPlan } from "./plan-in-memory.ts";
import { recordInMemory } from "./sub-steps.ts";

const DEFAULT_STEP_TIMEOUT_MS = 60_000;

/** One partition that was made. */
interface Made {
  readonly ordinal: number;
  readonly runId: number;
  readonly stored: Extract<StepResult, { kind: "success" }>["stored"];
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
  /** Ordinals that failed or were skipped, by asset. */
  readonly #stopped = new Map<string, Set<number>>();
  readonly #dynamicKeys: DynamicKeys;
  readonly #finders = new Map<string, InputFinder>();

  constructor(definitions: Definitions, options: MaterializeOptions) {
    this.#plan = planInMemory(definitions, options);
    this.#timeoutMs = options.stepTimeoutMs ?? DEFAULT_STEP_TIMEOUT_MS;
    this.#dynamicKeys = new DynamicKeys(options.dynamicPartitions ?? {});
    this.#ports = {
      definitions,
      defaults: { store: definitions.store ?? memoryStore(), io: definitions.io ?? json() },
      resources: createResourceScope(definitions),
      log: this.#log,
      recordOf: recordInMemory,
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
      for (let position = 0; position < this.#plan.graph.size; position += 1) await this.#asset(position);
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

  dynamicPartitions({ spec }: DynamicPartitionsDefinition): readonly string[] {
    return spec.kind === "dynamic" ? this.#dynamicKeys.of(spec.name) : [];
  }

  assertOk(): void {
    if (this.ok) return;
    const lines = this.failures.map((step) => {
      const hint = isHeddleError(step.error) && step.error.hint !== undefined ? `\n    hint: ${step.error.hint}` : "";
      return `  ${formatStep(step)} (${step.cause}): ${step.error.message}${hint}`;
    });
    const skipped = this.skipped.length === 0 ? "" : `, and ${this.skipped.length} skipped because of that`;
    const failed = this.failures.length === 1 ? "1 step" : `${this.failures.length} steps`;
    const message = `${failed} failed${skipped}:\n${lines.join("\n")}`;
    throw new AggregateError(
      this.failures.map(({ error }) => error),
      message,
    );
  }

  /** Makes the partitions of one asset, in the order of the run; those of an asset that reads itself always in theirs. */
  async #asset(position: number): Promise<void> {
    const { graph } = this.#plan;
    const readsItself = graph.inEdges(position).some(({ upstream }) => upstream === position);
    const ordinals = [...graph.targets(position)];
    if (graph.plan.order === "newest" && !readsItself) ordinals.reverse();
    const { chunk } = graph.asset(position);
    if (chunk === null) {
      for (const ordinal of ordinals) {
        const step = this.#prepare(position, ordinal);
        if (step !== undefined) await this.#step(step);
      }
      return;
    }
    const ready = ordinals.flatMap((ordinal) => this.#prepare(position, ordinal) ?? []);
    const size = chunk === "range" ? Math.max(1, ready.length) : chunk;
    for (let at = 0; at < ready.length; at += size) await this.#chunk(position, ready.slice(at, at + size));
  }

  /** One step with its inputs; nothing when it cannot begin, which is recorded. */
  #prepare(position: number, ordinal: number): StepAssignment | undefined {
    const asset = this.#plan.graph.asset(position);
    const space = this.#plan.spaceOf(asset.key);
    const partition = space.spec === null ? null : space.keyOf(ordinal);
    const name: StepName = { asset: asset.key, partition };
    const because = this.#findStopped(position, ordinal);
    if (because !== undefined) {
      this.skipped.push({ ...name, because });
      this.#stop(asset.key, ordinal);
      return undefined;
    }
    try {
      const { inputs } = this.#finder(asset).ofStep({ assetKey: asset.key, partitionKey: partition, ordinal });
      const window = space.windowOf(ordinal);
      return {
        id: 0,
        runId: 1,
        assetKey: asset.key,
        ordinal,
        partitionKey: partition,
        window,
        attemptId: "1-1",
        fence: 1,
        attempt: 1,
        timeoutMs: this.#timeoutMs,
        inputs,
        ...(asset.config !== undefined && { config: asset.config }),
      };
    } catch (error) {
      this.failures.push({ ...name, cause: "error", error: deserializeError(serializeError(error)) });
      this.#stop(asset.key, ordinal);
      return undefined;
    }
  }

  async #step(step: StepAssignment): Promise<void> {
    this.#finish(step, await runStep(step, { ...this.#ports, signal: this.#deadline() }));
  }

  /** Steps that one call makes. */
  async #chunk(position: number, steps: readonly StepAssignment[]): Promise<void> {
    const ordered = steps.toSorted((a, b) => a.ordinal - b.ordinal);
    const [first] = ordered;
    if (first === undefined) return;
    const open = new Map(ordered.map((step) => [step.ordinal, step]));
    const inputs = this.#finder(this.#plan.graph.asset(position)).ofChunk(PartitionSet.of(open.keys()));
    const chunk = ordered.map(({ ordinal, partitionKey, window, attempt }) => ({
      ordinal,
      key: partitionKey ?? "",
      window,
      attempt,
    }));
    const finish = (ordinal: number, result: StepResult): void => {
      const step = open.get(ordinal);
      if (step !== undefined && open.delete(ordinal)) this.#finish(step, result);
    };
    const ports = { ...this.#ports, signal: this.#deadline() };
    const ended = await runChunk({ ...first, inputs, chunk }, ports, { about() {}, report: finish });
    if (ended.kind === "failure") for (const ordinal of open.keys()) finish(ordinal, ended);
  }

  #finish({ assetKey, partitionKey, ordinal }: StepAssignment, result: StepResult): void {
    const name: StepName = { asset: assetKey, partition: partitionKey };
    this.checks.push(...result.checks.map((check) => ({ ...check, ...name })));
    if (result.kind === "failure") {
      this.failures.push({ ...name, cause: result.cause, error: deserializeError(result.error) });
      this.#stop(assetKey, ordinal);
      return;
    }
    const { stored, metadata, dynamicPartitions = [] } = result;
    this.#madeOf(assetKey).set(ordinal, { ordinal, runId: 1, stored, metadata: metadata ?? {} });
    this.#dynamicKeys.apply(dynamicPartitions);
  }

  /** The step of this run because of which another one cannot begin. */
  #findStopped(position: number, ordinal: number): StepName | undefined {
    const { graph } = this.#plan;
    for (const edge of graph.inEdges(position)) {
      const upstream = graph.asset(edge.upstream).key;
      const needed = neededBy(edge.mapping, ordinal);
      const stopped = needed.existing.intersect(PartitionSet.of(this.#stopped.get(upstream) ?? []));
      if (stopped.first === undefined || stopped.size <= toleratedMissing(edge.wait, needed)) continue;
      const space = this.#plan.spaceOf(upstream);
      return { asset: upstream, partition: space.spec === null ? null : space.keyOf(stopped.first) };
    }
    return undefined;
  }

  /** What the steps of an asset read. One that reads itself finds more after each of its steps. */
  #finder({ key }: RunPlanAsset): InputFinder {
    const known = this.#finders.get(key);
    if (known !== undefined) return known;
    const { snapshots, spaces, spaceOf } = this.#plan;
    const snapshot = snapshots.get(key);
    const inputs = snapshot === undefined ? [] : resolveInputs(snapshot, { assets: snapshots, spaceOf, spaces });
    const stored = inputs.map(({ upstream }) => ({ assetId: 0, byOrdinal: this.#madeOf(upstream) }));
    const finder = new InputFinder(inputs, stored);
    if (inputs.every(({ isSelf }) => !isSelf)) this.#finders.set(key, finder);
    return finder;
  }

  #find(name: StepName): Made {
    const ordinal = name.partition === null ? 0 : this.#plan.spaceOf(name.asset).ordinalOf(name.partition);
    const made = ordinal === null ? undefined : this.#made.get(name.asset)?.get(ordinal);
    if (made !== undefined) return made;
    const failure = this.failures.find((step) => isSame(step, name));
    throw failure === undefined ? inputMissing(name) : inputMissing(name, failure.error);
  }

  #madeOf(key: string): Map<number, Made> {
    const made = this.#made.get(key) ?? new Map<number, Made>();
    this.#made.set(key, made);
    return made;
  }

  #stop(key: string, ordinal: number): void {
    const stopped = this.#stopped.get(key) ?? new Set();
    this.#stopped.set(key, stopped.add(ordinal));
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
