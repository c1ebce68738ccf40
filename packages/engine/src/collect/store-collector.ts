import { HeddleError, type AnyAsset, type AnyIoManager, type Definitions, type StoredValue } from "@heddle/core";
import { serializeError, type SerializedError } from "@heddle/core/internal";
import type { DeploymentDefaults } from "../worker/protocol.ts";
import type { AgedObject, CollectReply, CollectRequest, RemovalOutcome, ValueToRemove } from "./collect-protocol.ts";
import { claimStore, findStores, withStore, type KnownStore } from "./known-stores.ts";

/** Removals under way at once. */
const CONCURRENCY = 8;
/** Objects of one page of what is listed. */
const PAGE = 1_000;
/** Longest that the removal of one value may take. */
const REMOVE_TIMEOUT_MS = 120_000;
/** Longest that the list of what an I/O manager has stored of one asset may take. */
const LIST_TIMEOUT_MS = 300_000;
/** Longest that a sweep of one store may take. */
const SWEEP_TIMEOUT_MS = 300_000;

/**
 * Removes stored values and objects, inside a process that has loaded the project: only its I/O managers know how.
 * Everything may be repeated. A store that fails keeps no other from its turn.
 */
export class StoreCollector {
  readonly #definitions: Definitions;
  readonly #defaults: DeploymentDefaults;
  readonly #stores: readonly KnownStore[];
  #graceMs = Infinity;
  #listing: AsyncGenerator<AgedObject | SerializedError> | undefined;

  constructor(definitions: Definitions, defaults: DeploymentDefaults) {
    this.#definitions = definitions;
    this.#defaults = defaults;
    this.#stores = findStores(definitions, defaults);
  }

  async answer(request: CollectRequest): Promise<CollectReply> {
    switch (request.kind) {
      case "begin":
        this.#graceMs = request.graceMs;
        this.#listing = this.#list();
        return { kind: "begun", problems: await this.#claimStores(request.deploymentId) };
      case "remove":
        return { kind: "removed", outcomes: await inParallel(request.values, (value) => this.#remove(value)) };
      case "list":
        return this.#nextPage();
      case "delete":
        return this.#delete(request.objects);
      case "sweep":
        return this.#sweep();
    }
  }

  async #claimStores(deploymentId: string): Promise<SerializedError[]> {
    const claimed = await inParallel(this.#stores, (known) =>
      attempt(() => claimStore(known, deploymentId, AbortSignal.timeout(REMOVE_TIMEOUT_MS))),
    );
    for (const [index, error] of claimed.entries()) {
      const known = this.#stores[index];
      // Whatever it is, nothing may be removed there now.
      if (error !== undefined && known !== undefined) known.down = error.cause;
    }
    return claimed.flatMap((error) => (error === undefined ? [] : [error.serialized]));
  }

  async #remove(value: ValueToRemove): Promise<RemovalOutcome> {
    const { assetKey, partitionKey, stored } = value;
    const found = this.#find(value);
    if (found === undefined) return { kind: "out_of_reach", error: serializeError(outOfReach(value)) };
    const { io, known } = found;
    const signal = AbortSignal.timeout(REMOVE_TIMEOUT_MS);
    const failed = await attempt(() =>
      withStore(known, async (store) => {
        if (io !== undefined) return io.remove(stored, { assetKey, partitionKey, store, signal });
        for (const { key } of stored.objects) await store.delete(key);
      }),
    );
    return failed === undefined ? { kind: "removed" } : { kind: "failed", error: failed.serialized };
  }

  /** Who can remove a value: the asset's I/O manager, when it stores where the value lies, or whatever store that is. */
  #find({ assetKey, stored }: ValueToRemove): { readonly io?: AnyIoManager; readonly known: KnownStore } | undefined {
    const asset = this.#definitions.assets.get(assetKey);
    if (asset?.kind === "asset") {
      const io = asset.io ?? this.#defaults.io;
      const known = this.#stores.find(({ assets }) => assets.includes(asset));
      if (io.name === stored.io && known !== undefined && liesIn(known, stored)) return { io, known };
    }
    if (stored.objects.length === 0 || stored.location === undefined) return undefined;
    const known = this.#stores.find((other) => liesIn(other, stored));
    return known === undefined ? undefined : { known };
  }

  async #nextPage(): Promise<CollectReply> {
    const objects: AgedObject[] = [];
    const problems: SerializedError[] = [];
    while (objects.length < PAGE) {
      const next = await this.#listing?.next();
      if (next === undefined || next.done === true) return { kind: "listed", objects, isLast: true, problems };
      if ("key" in next.value) objects.push(next.value);
      else problems.push(next.value);
    }
    return { kind: "listed", objects, isLast: false, problems };
  }

  /** What attempts have stored, asset by asset: of what else lies in a store it sees next to nothing. */
  async *#list(): AsyncGenerator<AgedObject | SerializedError> {
    const before = Date.now() - this.#graceMs;
    for (const known of this.#stores) {
      for (const asset of known.assets) {
        // A store that has failed before has been reported.
        if (known.isOurs && known.down === undefined) {
          yield* orError(this.#listObjects(asset, known, before), (error) => (known.down = error));
        }
        yield* orError(this.#listValues(asset, known, before));
      }
    }
  }

  async *#listObjects({ key: assetKey }: AnyAsset, known: KnownStore, before: number): AsyncGenerator<AgedObject> {
    const { keys } = this.#defaults;
    if (keys === undefined) return;
    for await (const { key, bytes, modifiedAt } of known.store.list(keys.prefixOf(assetKey))) {
      const parsed = modifiedAt < before ? keys.parse(key, assetKey) : null;
      if (parsed !== null) yield { store: known.index, key, bytes, modifiedAt, assetKey, ...parsed };
    }
  }

  /** Of an I/O manager that keeps its values elsewhere than in objects. */
  async *#listValues({ key: assetKey, io }: AnyAsset, known: KnownStore, before: number): AsyncGenerator<AgedObject> {
    const signal = AbortSignal.timeout(LIST_TIMEOUT_MS);
    for await (const listed of (io ?? this.#defaults.io).listStored?.({ assetKey, signal }) ?? []) {
      const { partitionKey, attemptId, stored: value, modifiedAt } = listed;
      if (modifiedAt >= before) continue;
      const key = JSON.stringify([assetKey, partitionKey, attemptId, value.details ?? null]);
      yield { store: known.index, key, value, bytes: 0, modifiedAt, assetKey, partitionKey, attemptId };
    }
  }

  async #delete(objects: readonly AgedObject[]): Promise<CollectReply> {
    const failures = await inParallel(objects, (object) =>
      attempt(async () => {
        const known = this.#stores[object.store];
        if (known !== undefined) await this.#deleteFrom(known, object);
      }),
    );
    const removed = objects.filter((_, index) => failures[index] === undefined);
    return {
      kind: "deleted",
      objects: removed.length,
      bytes: removed.reduce((sum, { bytes }) => sum + bytes, 0),
      problems: failures.flatMap((error) => (error === undefined ? [] : [error.serialized])),
    };
  }

  async #deleteFrom(known: KnownStore, { key, value, assetKey, partitionKey }: AgedObject): Promise<void> {
    if (value === undefined) return withStore(known, (store) => store.delete(key));
    const asset = this.#definitions.assets.get(assetKey);
    if (asset?.kind !== "asset") return;
    const { store } = known;
    const signal = AbortSignal.timeout(REMOVE_TIMEOUT_MS);
    await (asset.io ?? this.#defaults.io).remove(value, { assetKey, partitionKey, store, signal });
  }

  async #sweep(): Promise<CollectReply> {
    let pieces = 0;
    const problems: SerializedError[] = [];
    const olderThanMs = this.#graceMs;
    for (const known of this.#stores.filter(({ isOurs, down }) => isOurs && down === undefined)) {
      const failed = await attempt(async () => {
        const signal = AbortSignal.timeout(SWEEP_TIMEOUT_MS);
        pieces += await withStore(known, (store) => store.removeAbandoned({ olderThanMs, signal }));
      });
      if (failed !== undefined) problems.push(failed.serialized);
    }
    return { kind: "swept", pieces, problems };
  }
}

/** Whether an object of a value lies where the store would look for it. One that does not say where is taken to. */
function liesIn({ store }: KnownStore, { objects: [object], location }: StoredValue): boolean {
  return object === undefined || location === undefined || store.locate(object.key) === location;
}

function outOfReach({ assetKey, partitionKey, stored }: ValueToRemove): HeddleError {
  const what = partitionKey === null ? assetKey : `${assetKey} [${partitionKey}]`;
  const where = stored.location === undefined ? `with the I/O manager "${stored.io}"` : `at ${stored.location}`;
  return new HeddleError(
    "COLLECTION_OUT_OF_REACH",
    `a replaced value of ${what} is stored ${where}, and no asset of the project stores there any more`,
    {
      hint: "Remove it by hand; its record stays, and says where it is.",
      details: { asset: assetKey, partition: partitionKey, io: stored.io, location: stored.location ?? null },
    },
  );
}

/** Gives an error in the place of what could not be listed, and tells somebody. */
async function* orError(
  listed: AsyncIterable<AgedObject>,
  tell: (error: unknown) => void = () => {},
): AsyncGenerator<AgedObject | SerializedError> {
  try {
    yield* listed;
  } catch (error) {
    tell(error);
    yield serializeError(error);
  }
}

interface Failed {
  readonly cause: unknown;
  readonly serialized: SerializedError;
}

async function attempt(act: () => Promise<void>): Promise<Failed | undefined> {
  try {
    await act();
    return undefined;
  } catch (error) {
    return { cause: error, serialized: serializeError(error) };
  }
}

/** Does something with every item, a few at a time, and gives the results in the order of the items. */
async function inParallel<TItem, TResult>(
  items: readonly TItem[],
  act: (item: TItem) => Promise<TResult>,
): Promise<TResult[]> {
  const results: TResult[] = [];
  const entries = items.entries();
  const work = async (): Promise<void> => {
    for (const [index, item] of entries) results[index] = await act(item);
  };
  await Promise.all(Array.from({ length: Math.min(CONCURRENCY, items.length) }, work));
  return results;
}
