import { resolvePartitions, type PartitionSpace, type PartitionsSpec } from "@heddle/core";
import type { IndexedAsset } from "./definitions-index.ts";

/** Partitions definitions resolved at one instant, each of them once. */
export class PartitionSpaces {
  /** Epoch milliseconds. */
  readonly now: number;
  readonly #spaces = new Map<PartitionsSpec | null, PartitionSpace>();
  readonly #byText = new Map<string, PartitionSpace>();

  constructor(now: number) {
    this.now = now;
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
    if (space === undefined) this.#byText.set(text, (space = resolvePartitions(spec, { now: this.now })));
    return space;
  }
}

/** The key of a partition for people: an ordinal that no key belongs to any more keeps its number. */
export function partitionKeyOf(space: PartitionSpace, ordinal: number): string {
  return space.keyOf(ordinal) ?? `#${ordinal}`;
}
