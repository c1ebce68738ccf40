import {
  createPartitionSpaces,
  deserializeError,
  HeddleError,
  PartitionSet,
  planRun,
  resolveMapping,
  snapshotDefinitions,
  validateDefinitions,
  type AnyAsset,
  type AssetSnapshot,
  type Definitions,
  type InferAssetValue,
  type JsonValue,
  type PartitionSpace,
  type RunPlan,
} from "@heddle/core";
import {
  createResourceScope,
  runStep,
  type CheckReport,
  type StepAssignment,
  type StepInput,
  type StepPorts,
} from "@heddle/engine";
import { json } from "@heddle/io/json";
import { memoryStore } from "@heddle/io/memory";
import { captureLog, type CapturedLine } from "./capture-log.ts";

/** What {@link materializeInMemory} takes. */
export interface MaterializeOptions {
  /** The assets to make. @default all of the definitions */
  readonly assets?: readonly AnyAsset[];
  /** Which partitions of each partitioned asset, in words: "2012-01-01..2012-01-07", "last 3". @default "all" */
  readonly partitions?: string;
  /** What time it is: decides which partitions exist. @default now */
  readonly now?: Date;
}

/** One step that did not succeed. */
export interface FailedStep {
  readonly asset: string;
  /** `null` for an asset without partitions. */
  readonly partition: string | null;
  readonly cause: string;
  readonly error: Error;
}

/** One result of one check. */
export interface CheckedStep extends CheckReport {
  readonly asset: string;
  readonly partition: string | null;
}

/** What was made. */
export interface InMemoryResult {
  /** Whether every step succeeded. */
  readonly ok: boolean;
  readonly failures: readonly FailedStep[];
  readonly checks: readonly CheckedStep[];
  readonly log: readonly CapturedLine[];
  /** Partition keys of an asset that were made, in order; "" for an asset without partitions. */
  materialized(asset: AnyAsset): readonly string[];
  /** Loads the value of an asset as a consumer would. @throws STEP_INPUT_MISSING when it was not made */
  value<TAsset extends AnyAsset>(asset: TAsset, partition?: string): Promise<InferAssetValue<TAsset>>;
  /** What was recorded with a materialization. */
  metadata(asset: AnyAsset, partition?: string): Readonly<Record<string, JsonValue>>;
}

const STEP_TIMEOUT_MS = 60_000;

/** One partition that was made. */
interface Made {
  readonly stored: StepInput["partitions"][number]["stored"];
  readonly metadata: Readonly<Record<string, JsonValue>>;
}

/**
 * Materializes assets of a project in this process and in memory: upstream first, with I/O managers, resources and
 * checks as in production, and with nothing to set up. Assets that name a store of their own use that.
 *
 * @example
 * const result = await materializeInMemory(project, { assets: [rawWeather, summary], partitions: "2012-01-01..2012-01-31" });
 * expect(result.ok).toBe(true);
 * expect(await result.value(summary, "2012-01")).toEqual({ rain: 12.5 });
 *
 * @throws DEFINITIONS_INVALID with every problem of the definitions
 */
export async function materializeInMemory(
  definitions: Definitions,
  options: MaterializeOptions = {},
): Promise<InMemoryResult> {
  const problems = validateDefinitions(definitions);
  if (problems.length > 0) {
    const lines = problems.map(({ message, hint }) => `  ${message}\n      ${hint}`);
    throw new HeddleError("DEFINITIONS_INVALID", `the definitions have problems:\n${lines.join("\n")}`);
  }
  const run = new InMemoryRun(definitions, options);
  await run.execute();
  return run;
}

class InMemoryRun implements InMemoryResult {
  readonly failures: FailedStep[] = [];
  readonly checks: CheckedStep[] = [];
  readonly #log = captureLog();
  readonly #ports: StepPorts;
  readonly #snapshots: ReadonlyMap<string, AssetSnapshot>;
  readonly #spaceOf: (key: string) => PartitionSpace;
  readonly #plan: RunPlan;
  readonly #made = new Map<string, Map<number, Made>>();

  constructor(definitions: Definitions, { assets, partitions = "all", now = new Date() }: MaterializeOptions) {
    const snapshot = snapshotDefinitions(definitions, { codeVersionOf: () => "test", projectDirectory: "" });
    this.#snapshots = new Map(snapshot.assets.map((asset) => [asset.key, asset]));
    const spaces = createPartitionSpaces(now.getTime(), {});
    this.#spaceOf = (key) => spaces.spaceOf(this.#snapshots.get(key)?.partitions ?? null);
    const made = snapshot.assets.filter(({ kind }) => kind === "asset").map(({ key }) => key);
    const selected = assets?.map(({ key }) => key) ?? made;
    const targets = new Map(
      selected.map((key) => {
        const space = this.#spaceOf(key);
        return [key, space.spec === null ? space.all : space.parseRange(partitions).intersect(space.all)] as const;
      }),
    );
    this.#plan = planRun({
      assets: snapshot.assets,
      selected,
      targets: { kind: "each", partitions: targets },
      at: now.getTime(),
      stateOf: () => ({ materialized: PartitionSet.EMPTY, failed: PartitionSet.EMPTY, running: PartitionSet.EMPTY }),
    });
    this.#ports = {
      definitions,
      defaults: { store: definitions.store ?? memoryStore(), io: definitions.io ?? json() },
      resources: createResourceScope(definitions),
      signal: AbortSignal.timeout(STEP_TIMEOUT_MS),
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
      for (const { key, partitions } of this.#plan.assets) {
        for (const ordinal of PartitionSet.fromRanges(partitions)) await this.#step(key, ordinal);
      }
    } finally {
      await this.#ports.resources.close();
    }
  }

  materialized(asset: AnyAsset): readonly string[] {
    const space = this.#spaceOf(asset.key);
    return [...(this.#made.get(asset.key)?.keys() ?? [])].map((ordinal) => space.keyOf(ordinal) ?? "");
  }

  async value<TAsset extends AnyAsset>(asset: TAsset, partition?: string): Promise<InferAssetValue<TAsset>> {
    const { stored } = this.#find(asset, partition);
    const { defaults, signal } = this.#ports;
    const io = asset.io ?? defaults.io;
    const store = io.store ?? defaults.store;
    const loaded: unknown =
      stored === null
        ? undefined
        : await io.load({ assetKey: asset.key, partitionKey: partition ?? null, stored, store, signal });
    // The I/O manager gives what the asset's type says; that is the promise of its own type.
    return loaded as InferAssetValue<TAsset>;
  }

  metadata(asset: AnyAsset, partition?: string): Readonly<Record<string, JsonValue>> {
    return this.#find(asset, partition).metadata;
  }

  async #step(key: string, ordinal: number): Promise<void> {
    const space = this.#spaceOf(key);
    const partition = space.spec === null ? null : space.keyOf(ordinal);
    const found = this.#findInputs(key, ordinal);
    if (!Array.isArray(found)) {
      this.failures.push({ asset: key, partition, cause: "error", error: found });
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
      timeoutMs: STEP_TIMEOUT_MS,
      inputs: found,
    };
    const result = await runStep(assignment, this.#ports);
    this.checks.push(...result.checks.map((check) => ({ ...check, asset: key, partition })));
    if (result.kind === "failure") {
      this.failures.push({ asset: key, partition, cause: result.cause, error: deserializeError(result.error) });
      return;
    }
    const made = this.#made.get(key) ?? new Map<number, Made>();
    this.#made.set(key, made.set(ordinal, { stored: result.stored, metadata: result.metadata ?? {} }));
  }

  #findInputs(key: string, ordinal: number): StepInput[] | Error {
    const inputs: StepInput[] = [];
    for (const { name, upstream, mapping, multiplicity } of this.#snapshots.get(key)?.deps ?? []) {
      if (this.#snapshots.get(upstream)?.kind !== "asset") continue;
      const ends = { upstream: this.#spaceOf(upstream), downstream: this.#spaceOf(key) };
      const wanted = resolveMapping(mapping, ends).upstreamOf(PartitionSet.range(ordinal, ordinal + 1)).partitions;
      const partitions: StepInput["partitions"][number][] = [];
      for (const upstreamOrdinal of wanted) {
        const partitionKey = ends.upstream.spec === null ? null : ends.upstream.keyOf(upstreamOrdinal);
        const made = this.#made.get(upstream)?.get(upstreamOrdinal);
        if (made === undefined) return inputMissing(upstream, partitionKey);
        partitions.push({ key: partitionKey, stored: made.stored });
      }
      inputs.push({ name, upstream, many: multiplicity === "many", partitions });
    }
    return inputs;
  }

  #find(asset: AnyAsset, partition: string | undefined): Made {
    const ordinal = partition === undefined ? 0 : this.#spaceOf(asset.key).ordinalOf(partition);
    const made = ordinal === null ? undefined : this.#made.get(asset.key)?.get(ordinal);
    if (made === undefined) throw inputMissing(asset.key, partition ?? null);
    return made;
  }
}

function inputMissing(asset: string, partition: string | null): HeddleError {
  const what = partition === null ? asset : `${asset} [${partition}]`;
  return new HeddleError("STEP_INPUT_MISSING", `${what} was not materialized`, {
    hint: "Name it under `assets`, and look at `failures` for why it is not there.",
  });
}
