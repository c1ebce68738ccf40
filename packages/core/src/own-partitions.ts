import { brand, hasBrand } from "./brand.ts";
import type { PartitionMapping } from "./partitions/partition-mapping.ts";
import type { WaitPolicy } from "./partitions/wait-policy.ts";

/** A dependency of an asset on earlier partitions of itself; made by {@link ownPartitions}. */
export interface OwnPartitions<
  TValue = unknown,
  TMapping extends PartitionMapping = PartitionMapping,
  TWait extends WaitPolicy | undefined = WaitPolicy | undefined,
> {
  readonly kind: "own-partitions";
  readonly mapping: TMapping;
  readonly wait: TWait;
  /** Only types: they do not exist at run time. */
  readonly types?: { readonly value: TValue };
}

/** What {@link ownPartitions} takes. */
export interface OwnPartitionsOptions<TMapping, TWait> {
  /** Which earlier partitions are read: `previousPartition()`, or windows that all lie before the partition's own. */
  readonly mapping: TMapping;
  /** How many of them must be there, where many are read. @default all that can be */
  readonly wait?: TWait | undefined;
}

/**
 * A dependency of an asset on earlier partitions of itself, which are made before. `TValue` is what the asset makes: the
 * compiler cannot find it out from a function that reads it. The first partition reads nothing.
 *
 * @example
 * asset({
 *   key: "balance",
 *   partitions: days,
 *   deps: { before: ownPartitions<number>()({ mapping: previousPartition() }), payments },
 *   materialize: ({ deps }) => (deps.before ?? 0) + deps.payments.length,
 * });
 */
export function ownPartitions<TValue>() {
  return <TMapping extends PartitionMapping, TWait extends WaitPolicy | undefined = undefined>(
    options: OwnPartitionsOptions<TMapping, TWait>,
  ): OwnPartitions<TValue, TMapping, TWait> => {
    // `wait` is absent exactly when TWait was not inferred, and is then its default, `undefined`.
    const wait = options.wait as TWait;
    return brand({ kind: "own-partitions", mapping: options.mapping, wait } as const, "own-partitions");
  };
}

/** Says whether `value` was made by {@link ownPartitions}. */
export function isOwnPartitions(value: unknown): value is OwnPartitions {
  return hasBrand(value, "own-partitions");
}
