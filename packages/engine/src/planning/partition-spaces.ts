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
  readonly #formerKeys: DynamicKeys;
  readonly #resolved: ReturnType<typeof createPartitionSpaces>;
  readonly #spaces = new Map<PartitionSpace, PartitionSpace>();

  /** Made by `DefinitionsCache.spaces`, which reads the keys. `formerKeys` holds those of removed partitions as well. */
  constructor(now: number, keys: { readonly dynamicKeys: DynamicKeys; readonly formerKeys: DynamicKeys }) {
    this.now = now;
    this.dynamicKeys = keys.dynamicKeys;
    this.#formerKeys = keys.formerKeys;
    this.#resolved = createPartitionSpaces(now, keys.dynamicKeys);
  }

  of(asset: IndexedAsset): PartitionSpace {
    return this.resolve(asset.definition.partitions);
  }

  resolve(spec: PartitionsSpec | null): PartitionSpace {
    const plain = this.#resolved.spaceOf(spec);
    let space = this.#spaces.get(plain);
    if (space === undefined) this.#spaces.set(plain, (space = this.#withFormerKeys(plain)));
    return space;
  }

  /** What `downstream` reads of `upstream` through one of its dependencies. @throws MAPPING_INVALID */
  mapping(dep: DependencySnapshot, ends: { upstream: IndexedAsset; downstream: IndexedAsset }): ResolvedMapping {
    const spaceOf = ({ definition }: IndexedAsset) => this.#resolved.spaceOf(definition.partitions);
    const spaces = { upstream: spaceOf(ends.upstream), downstream: spaceOf(ends.downstream) };
    return this.#resolved.mappingOf(dep.mapping, spaces);
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
