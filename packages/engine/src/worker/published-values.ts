import type { PartitionSet } from "@heddle/core";
import type { Claim, StepOutcome, StoredInput, StoredInputs } from "@heddle/storage";

/** Values that are kept at hand; the assets whose values came first go first. */
const VALUE_LIMIT = 20_000;

interface PublishedAsset {
  readonly assetId: number;
  readonly byOrdinal: Map<number, StoredInput>;
}

/**
 * What this worker has published, by run and asset. A step mostly reads what the steps before it have just made, and
 * asking the database for it would cost a chain of quick steps a third of its time. Only values of the same run are
 * given: a run reads what it made itself, also when another run makes the same partitions at the same time.
 */
export class PublishedValues {
  /** By asset id within a run; oldest first. */
  readonly #assets = new Map<string, PublishedAsset>();
  /** Asset ids by key within a run. */
  readonly #ids = new Map<string, number>();
  #size = 0;

  /** Takes note of the key by which others name an asset. */
  name({ runId, assetId, assetKey }: Pick<Claim, "runId" | "assetId" | "assetKey">): void {
    this.#ids.set(`${runId}/${assetKey}`, assetId);
    const [oldest] = this.#ids.keys();
    if (this.#ids.size > VALUE_LIMIT && oldest !== undefined) this.#ids.delete(oldest);
  }

  add(outcome: StepOutcome): void {
    if (outcome.kind !== "success") return;
    const { runId, assetId, ordinal, stored } = outcome;
    const place = `${runId}/${assetId}`;
    let asset = this.#assets.get(place);
    if (asset === undefined) this.#assets.set(place, (asset = { assetId, byOrdinal: new Map() }));
    this.#size -= asset.byOrdinal.size;
    asset.byOrdinal.set(ordinal, { ordinal, runId, stored });
    this.#size += asset.byOrdinal.size;
    if (this.#size > VALUE_LIMIT) this.#forgetOldest();
  }

  /** Gives the values of some partitions if all of them are known. */
  find(
    runId: number,
    { assetKey, partitions }: { readonly assetKey: string; readonly partitions: PartitionSet },
  ): StoredInputs | undefined {
    const assetId = this.#ids.get(`${runId}/${assetKey}`);
    const asset = assetId === undefined ? undefined : this.#assets.get(`${runId}/${assetId}`);
    if (asset === undefined || asset.byOrdinal.size < partitions.size) return undefined;
    for (const ordinal of partitions) if (!asset.byOrdinal.has(ordinal)) return undefined;
    return asset;
  }

  #forgetOldest(): void {
    const [oldest] = this.#assets;
    if (oldest === undefined) return;
    this.#size -= oldest[1].byOrdinal.size;
    this.#assets.delete(oldest[0]);
  }
}
