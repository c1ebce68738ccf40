import { type PartitionSpace } from "@heddle/core";
import {
  createPartitionSpaces,
  type DependencySnapshot,
  type DynamicKeys,
  type PartitionsSpec,
  type ResolvedMapping,
} from "@heddle/core/internal";
import type { IndexedAsset } from "./definitions-index.ts";

/** Partitions definitions and mappings resolved at one instant, each of them once. */
export class PartitionSpaces {
  /** Epoch milliseconds. */
  readonly now: number;
  /** The keys of dynamic definitions that exist, by ordinal. */
  readonly dynamicKeys: DynamicKeys;
  readonly #resolved: ReturnType<typeof createPartitionSpaces>;

  /** Made by `DefinitionsCache.spaces`, which reads the keys. `formerKeys` holds those of removed partitions as well. */
  constructor(now: number, keys: { readonly dynamicKeys: DynamicKeys; readonly formerKeys: DynamicKeys }) {
    this.now = now;
    this.dynamicKeys = keys.dynamicKeys;
    this.#resolved = createPartitionSpaces(now, keys.dynamicKeys, keys.formerKeys);
  }

  of(asset: IndexedAsset): PartitionSpace {
    return this.resolve(asset.definition.partitions);
  }

  resolve(spec: PartitionsSpec | null): PartitionSpace {
    return this.#resolved.spaceOf(spec);
  }

  /** What `downstream` reads of `upstream` through one of its dependencies. @throws MAPPING_INVALID */
  mapping(dep: DependencySnapshot, ends: { upstream: IndexedAsset; downstream: IndexedAsset }): ResolvedMapping {
    const spaceOf = ({ definition }: IndexedAsset) => this.#resolved.spaceOf(definition.partitions);
    const spaces = { upstream: spaceOf(ends.upstream), downstream: spaceOf(ends.downstream) };
    return this.#resolved.mappingOf(dep.mapping, spaces);
  }
}

/** The key of a partition for people: an ordinal that no key belongs to any more keeps its number. */
export function partitionKeyOf(space: PartitionSpace, ordinal: number): string {
  return space.keyOf(ordinal) ?? `#${ordinal}`;
}
