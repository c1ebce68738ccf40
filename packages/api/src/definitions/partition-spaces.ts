import { resolvePartitions, type DynamicKeys, type PartitionSpace, type PartitionsSpec } from "@heddle/core";
import type { IndexedAsset } from "./definitions-index.ts";

/** Partitions definitions resolved at one instant, each of them once. */
export class PartitionSpaces {
  /** Epoch milliseconds. */
  readonly now: number;
  /** The keys of dynamic definitions that exist, by ordinal. */
  readonly dynamicKeys: DynamicKeys;
  readonly #formerKeys: DynamicKeys;
  readonly #spaces = new Map<PartitionsSpec | null, PartitionSpace>();
  readonly #byText = new Map<string, PartitionSpace>();

  /** Made by `DefinitionsCache.spaces`, which reads the keys. `formerKeys` holds those of removed partitions as well. */
  constructor(now: number, keys: { readonly dynamicKeys: DynamicKeys; readonly formerKeys: DynamicKeys }) {
    this.now = now;
    this.dynamicKeys = keys.dynamicKeys;
    this.#formerKeys = keys.formerKeys;
  }

  of(asset: IndexedAsset): PartitionSpace {
    return this.resolve(asset.definition.partitions);
  }

  resolve(spec: PartitionsSpec | null): PartitionSpace {
    let space = this.#spaces.get(spec);
    if (space === undefined) this.#spaces.set(spec, (space = this.#resolveAnew(spec)));
    return space;
  }

  /** A plan has a definition for each asset, and mostly they are alike: resolving one takes longer than comparing. */
  #resolveAnew(spec: PartitionsSpec | null): PartitionSpace {
    const text = JSON.stringify(spec);
    let space = this.#byText.get(text);
    if (space === undefined) {
      space = this.#withFormerKeys(
        resolvePartitions(spec, { now: this.now, dynamicKeys: (name) => this.dynamicKeys[name] ?? [] }),
      );
      this.#byText.set(text, space);
    }
    return space;
  }

  /** What was made of a partition outlives it, and is still called by its key. */
  #withFormerKeys(space: PartitionSpace): PartitionSpace {
    if (space.spec?.kind !== "dynamic") return space;
    const former = this.#formerKeys[space.spec.name] ?? [];
    return { ...space, keyOf: (ordinal) => space.keyOf(ordinal) ?? former[ordinal] ?? null };
  }
}

/** The key of a partition for people: an ordinal that no key belongs to any more keeps its number. */
export function partitionKeyOf(space: PartitionSpace, ordinal: number): string {
  return space.keyOf(ordinal) ?? `#${ordinal}`;
}
