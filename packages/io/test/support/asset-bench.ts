import { HeddleError, type AnyAsset, type AnyIoManager, type ObjectStore, type StoredValue } from "@heddle/core";
import { json } from "../../src/json.ts";

/** One partition to make, and which upstream partitions each dependency reads. */
export interface BenchStep {
  readonly partition?: string;
  /** By the dependency's name: the keys that are read; a list for many. @default the upstream as a whole */
  readonly reads?: Readonly<Record<string, string | readonly string[]>>;
  readonly signal?: AbortSignal;
  readonly config?: unknown;
  /** @default one that counts */
  readonly attempt?: string;
}

/** Makes and loads assets on a store as a step does, without planning: the I/O of an asset under the microscope. */
export class AssetBench {
  readonly #store: ObjectStore;
  readonly #stored = new Map<string, StoredValue>();
  #attempts = 0;

  constructor(store: ObjectStore) {
    this.#store = store;
  }

  /** Makes one partition and stores it; returns what was stored. */
  async make(asset: AnyAsset, step: BenchStep = {}): Promise<StoredValue> {
    const { partition = null, signal = new AbortController().signal } = step;
    const deps: Record<string, unknown> = {};
    for (const [name, dependency] of Object.entries(asset.deps)) {
      deps[name] = await this.#load(dependency, { keys: step.reads?.[name] ?? null, signal });
    }
    const ignore = (): undefined => undefined;
    const context = {
      deps,
      partition: partition === null ? undefined : { key: partition },
      config: step.config,
      signal,
    };
    const value: unknown = await asset.materialize({
      ...context,
      resources: {},
      log: { debug: ignore, info: ignore, warn: ignore, error: ignore },
      run: { id: "1", attempt: 1 },
      metadata: ignore,
      addPartitions: ignore,
      removePartitions: ignore,
      // What is left out of a context has no part in this.
    } as never);
    this.#attempts += 1;
    const target = { assetKey: asset.key, partitionKey: partition, attemptId: step.attempt ?? `${this.#attempts}` };
    const stored = await ioOf(asset).write(value, {
      ...target,
      store: this.#storeOf(asset),
      signal,
      fence: this.#attempts,
    });
    this.#stored.set(nameOf(asset, partition), stored);
    return stored;
  }

  /** Loads one partition as a consumer would. */
  async value(asset: AnyAsset, partition: string | null = null): Promise<unknown> {
    return ioOf(asset).load({ ...this.#context(asset, partition), signal: new AbortController().signal });
  }

  #context(asset: AnyAsset, partition: string | null) {
    const stored = this.#stored.get(nameOf(asset, partition));
    if (stored === undefined) throw new HeddleError("STEP_INPUT_MISSING", `${nameOf(asset, partition)} was not made`);
    return { assetKey: asset.key, partitionKey: partition, stored, store: this.#storeOf(asset) };
  }

  #storeOf(asset: AnyAsset): ObjectStore {
    return ioOf(asset).store ?? this.#store;
  }

  async #load(
    { asset, io, columns, where }: AnyAsset["deps"][string],
    { keys, signal }: { keys: string | readonly string[] | null; signal: AbortSignal },
  ): Promise<unknown> {
    if (asset.kind !== "asset") return undefined;
    const load = (key: string | null) =>
      (io ?? ioOf(asset)).load({
        ...this.#context(asset, key),
        signal,
        ...(columns !== null && { columns }),
        ...(where !== null && { where }),
      });
    if (keys === null || typeof keys === "string") return load(keys);
    return {
      keys,
      missing: [],
      async *[Symbol.asyncIterator]() {
        for (const key of keys) yield [key, await load(key)];
      },
    };
  }
}

const DEFAULT_IO = json();

function ioOf(asset: AnyAsset): AnyIoManager {
  return asset.io ?? DEFAULT_IO;
}

function nameOf(asset: AnyAsset, partition: string | null): string {
  return partition === null ? asset.key : `${asset.key} [${partition}]`;
}
