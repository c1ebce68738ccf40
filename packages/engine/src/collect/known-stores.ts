import { HeddleError, isHeddleError, type AnyAsset, type Definitions, type ObjectStore } from "@heddle/core";
import type { DeploymentDefaults } from "../worker/protocol.ts";

/** A store that fails so often, one time after the other, is left alone until the next collection. */
const FAILURES_IN_A_ROW = 3;
/** Names the deployment whose values lie in a store. Of two parts, it can be no key of an asset's object. */
export const OWNER_KEY = "_heddle/deployment.json";

/** A store that assets of the code location use. */
export interface KnownStore {
  readonly index: number;
  readonly store: ObjectStore;
  /** Assets that store there now. */
  readonly assets: AnyAsset[];
  /** Whether what lies there is this deployment's; false until it is known. */
  isOurs: boolean;
  failures: number;
  /** Why it is left alone. */
  down: unknown;
}

/** The stores of a code location, each once, however many I/O managers name it. */
export function findStores(definitions: Definitions, defaults: DeploymentDefaults): KnownStore[] {
  const byPlace = new Map<string, KnownStore>();
  const know = (store: ObjectStore): KnownStore => {
    // Two stores that put the same key at the same place are one.
    const place = `${store.name} ${store.locate(OWNER_KEY)}`;
    let known = byPlace.get(place);
    if (known === undefined) {
      known = { index: byPlace.size, store, assets: [], isOurs: false, failures: 0, down: undefined };
      byPlace.set(place, known);
    }
    return known;
  };
  know(defaults.store);
  for (const asset of definitions.assets.values()) {
    if (asset.kind === "asset") know((asset.io ?? defaults.io).store ?? defaults.store).assets.push(asset);
  }
  return [...byPlace.values()];
}

/** Does something with a store, unless it has failed too often. */
export async function withStore<T>(known: KnownStore, act: (store: ObjectStore) => Promise<T>): Promise<T> {
  if (known.down !== undefined) throw known.down;
  try {
    const result = await act(known.store);
    known.failures = 0;
    return result;
  } catch (error) {
    known.failures += 1;
    if (known.failures >= FAILURES_IN_A_ROW) known.down = error;
    throw error;
  }
}

/**
 * Makes sure that what lies in a store belongs to this deployment: the first one that collects there writes down that it
 * does. Two deployments that share a place would take each other's values for abandoned ones.
 *
 * @throws COLLECTION_STORE_SHARED
 */
export async function claimStore(known: KnownStore, deploymentId: string, signal: AbortSignal): Promise<void> {
  await withStore(known, async (store) => {
    // Where nothing lies there is nothing to collect, and nothing to write down.
    for await (const _ of store.list("")) {
      await writeOwner(store, deploymentId, signal);
      known.isOurs = true;
      return;
    }
  });
}

async function writeOwner(store: ObjectStore, deploymentId: string, signal: AbortSignal): Promise<void> {
  const body = new TextEncoder().encode(`${JSON.stringify({ deployment: deploymentId })}\n`);
  try {
    await store.put(OWNER_KEY, body, { signal });
  } catch (error) {
    if (!isHeddleError(error, "IO_OBJECT_EXISTS")) throw error;
    throw new HeddleError(
      "COLLECTION_STORE_SHARED",
      `nothing is collected at ${placeOf(store)}: another deployment of Heddle has its values there`,
      {
        hint:
          "Give each deployment a directory, bucket or prefix of its own. When that deployment is gone and this one has " +
          `taken its place, delete ${store.locate(OWNER_KEY)}.`,
        details: { location: placeOf(store), deployment: deploymentId },
        cause: error,
      },
    );
  }
}

/** Where a store lies, for people. */
export function placeOf(store: ObjectStore): string {
  return store.locate(OWNER_KEY).replace(new RegExp(`[/\\\\]?${OWNER_KEY.replace("/", "[/\\\\]")}$`), "");
}
