import type { PartitionSet } from "@heddle/core/internal";
import type { Claim, StepOutcome, StoredInput, StoredInputs } from "@heddle/storage";

/** Values that are kept at hand; the assets whose values came first go first. */
const VALUE_LIMIT = 20_000;

interface PublishedAsset {
  readonly assetId: number;
  readonly byOrdinal: Map<number, StoredInput>;
}

/** Partitions of an asset, as those who read it name it. */
export interface WantedValues {
  readonly assetKey: string;
  readonly partitions: PartitionSet;
}

/**
 * What this worker has made, by run and asset. A step mostly reads what the steps before it have just made, and
 * asking the database for it would cost a chain of quick steps a third of its time. Only values of the same run are
 * given: a run reads what it made itself, also when another run makes the same partitions at the same time.
 */
export class PublishedValues {
  /** By asset id within a run; oldest first. */
  readonly #assets = new Map<string, PublishedAsset>();
  /** The same for what is not settled yet. */
  readonly #staged = new Map<string, Map<number, StoredInput>>();
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
    this.unstage(outcome);
    const { runId, assetId, ordinal, stored } = outcome;
    const place = `${runId}/${assetId}`;
    let asset = this.#assets.get(place);
    if (asset === undefined) this.#assets.set(place, (asset = { assetId, byOrdinal: new Map() }));
    this.#size -= asset.byOrdinal.size;
    asset.byOrdinal.set(ordinal, { ordinal, runId, stored });
    this.#size += asset.byOrdinal.size;
    if (this.#size > VALUE_LIMIT) this.#forgetOldest();
  }

  /** Takes note of a value that is staged and checked, and not settled: what runs ahead may read it. */
  stage(outcome: StepOutcome): void {
    if (outcome.kind !== "success") return;
    const { runId, assetId, ordinal, stored } = outcome;
    const place = `${runId}/${assetId}`;
    let values = this.#staged.get(place);
    if (values === undefined) this.#staged.set(place, (values = new Map()));
    values.set(ordinal, { ordinal, runId, stored });
  }

  /** Forgets a value that was staged: it is published by now, or never will be. */
  unstage({ runId, assetId, ordinal }: Pick<StepOutcome, "runId" | "assetId" | "ordinal">): void {
    const place = `${runId}/${assetId}`;
    const values = this.#staged.get(place);
    if (values?.delete(ordinal) === true && values.size === 0) this.#staged.delete(place);
  }

  /** Gives the values of some partitions if all of them are published. */
  find(runId: number, { assetKey, partitions }: WantedValues): StoredInputs | undefined {
    const assetId = this.#ids.get(`${runId}/${assetKey}`);
    const asset = assetId === undefined ? undefined : this.#assets.get(`${runId}/${assetId}`);
    if (asset === undefined || asset.byOrdinal.size < partitions.size) return undefined;
    for (const ordinal of partitions) if (!asset.byOrdinal.has(ordinal)) return undefined;
    return asset;
  }

  /** Gives the values of some partitions if each of them is published or staged. */
  findStaged(runId: number, { assetKey, partitions }: WantedValues): StoredInputs | undefined {
    const assetId = this.#ids.get(`${runId}/${assetKey}`);
    if (assetId === undefined) return undefined;
    const published = this.#assets.get(`${runId}/${assetId}`)?.byOrdinal;
    const staged = this.#staged.get(`${runId}/${assetId}`);
    if ((published?.size ?? 0) + (staged?.size ?? 0) < partitions.size) return undefined;
    const byOrdinal = new Map<number, StoredInput>();
    for (const ordinal of partitions) {
      const value = staged?.get(ordinal) ?? published?.get(ordinal);
      if (value === undefined) return undefined;
      byOrdinal.set(ordinal, value);
    }
    return { assetId, byOrdinal };
  }

  #forgetOldest(): void {
    const [oldest] = this.#assets;
    if (oldest === undefined) return;
    this.#size -= oldest[1].byOrdinal.size;
    this.#assets.delete(oldest[0]);
  }
}
