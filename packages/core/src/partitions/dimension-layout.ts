import { parseCronFields } from "../cron/cron-expression.ts";
import type { Digit } from "./mixed-radix.ts";
import type {
  PartitionsDimensionSpec,
  PartitionsSpec,
  RegularCadence,
  StaticPartitionsSpec,
  TimeWindowPartitionsSpec,
} from "./partitions-spec.ts";

/** Ordinals that a dimension by time has room for, half of them before 1970: all from 1800 to 2200. */
const TIME_SIZE: { readonly [cadence in RegularCadence]: number } = {
  hourly: 2 ** 22,
  daily: 2 ** 18,
  weekly: 2 ** 15,
  monthly: 2 ** 13,
};
/** Days in 400 years, after which the calendar repeats. */
const DAYS_OF_CYCLE = 146_097;
/** Keys that a dynamic dimension has room for beside others, where there is so much room. */
const DYNAMIC_SIZE = 2 ** 20;
/** Least room of a static dimension: a list of regions or tenants grows while the history stays. */
const LEAST_CAPACITY = 64;
/** Ordinals are exact numbers up to here. */
const MAX_ORDINAL = 2 ** 52;

/** How much room dimensions get beside others. */
interface CapacityRule {
  readonly dynamic: number;
  /** Room of a static dimension, by the number of its keys. */
  readonly fixed: (keys: number) => number;
}

const roomy = (keys: number): number => Math.max(LEAST_CAPACITY, powerOfTwo(4 * keys));

/** From the most room to the least; the first that fits is taken. */
const CAPACITY_RULES: readonly CapacityRule[] = [
  { dynamic: DYNAMIC_SIZE, fixed: roomy },
  { dynamic: DYNAMIC_SIZE, fixed: (keys) => powerOfTwo(2 * keys) },
  { dynamic: DYNAMIC_SIZE, fixed: powerOfTwo },
  { dynamic: DYNAMIC_SIZE, fixed: (keys) => keys },
  { dynamic: 2 ** 16, fixed: roomy },
  { dynamic: 2 ** 13, fixed: roomy },
  { dynamic: 2 ** 10, fixed: roomy },
  { dynamic: 2 ** 10, fixed: (keys) => keys },
];

/** How the ordinals of several dimensions make up one. */
export interface DimensionLayout {
  /** Place of the dimension of the most significant digit. */
  readonly major: number;
  /** The others, most significant first. */
  readonly minor: readonly Digit[];
}

/**
 * How the ordinals of several dimensions make up one; `null` when there are too many combinations. The first dimension by
 * time comes first, or else the first dynamic one: it may grow without bound, and a backfill goes through time in order.
 * The others follow as they are declared, each with room for what it may grow to.
 * @throws CRON_INVALID
 */
export function layoutOf(dimensions: readonly PartitionsDimensionSpec[]): DimensionLayout | null {
  const major = majorOf(dimensions);
  for (const rule of CAPACITY_RULES) {
    const digits = dimensions.map((dimension, place) => digitOf(dimension, place, place === major ? null : rule));
    const size = digits.reduce((product, digit) => product * digit.size, 1);
    if (digits.length === 0 || size <= 0) return null;
    if (size <= MAX_ORDINAL) return { major, minor: digits.filter(({ dimension }) => dimension !== major) };
  }
  return null;
}

function majorOf(dimensions: readonly PartitionsDimensionSpec[]): number {
  const kinds = dimensions.map(({ partitions }) => partitions.kind);
  const byTime = kinds.indexOf("time-window");
  return byTime >= 0 ? byTime : Math.max(0, kinds.indexOf("dynamic"));
}

function digitOf(
  { partitions, capacity }: PartitionsDimensionSpec,
  dimension: number,
  rule: CapacityRule | null,
): Digit {
  switch (partitions.kind) {
    case "time-window": {
      const size = timeSizeOf(partitions);
      return { dimension, first: -size / 2, size };
    }
    case "dynamic":
      // The most significant digit may grow without bound; this is what is reckoned with.
      return { dimension, first: 0, size: rule === null ? DYNAMIC_SIZE : (capacity ?? rule.dynamic) };
    case "static": {
      const count = countOrdinals(partitions);
      return { dimension, first: 0, size: rule === null ? count : (capacity ?? rule.fixed(count)) };
    }
    case "multi":
      return { dimension, first: 0, size: 0 };
  }
}

function timeSizeOf({ cadence, cron }: TimeWindowPartitionsSpec): number {
  if (cadence !== "cron") return TIME_SIZE[cadence];
  const { hours, minutes } = parseCronFields(cron);
  return powerOfTwo(2 * hours.length * minutes.length * DAYS_OF_CYCLE);
}

/** How many ordinals the keys of a static definition take up. */
export function countOrdinals({ keys, ordinals }: Pick<StaticPartitionsSpec, "keys" | "ordinals">): number {
  return (ordinals ?? []).reduce((count, ordinal) => Math.max(count, ordinal + 1), keys.length);
}

/**
 * The room of each static dimension beside others by its name, as the definition says or as the rule gives it; that of a
 * dynamic one where it is not the usual.
 */
export function capacitiesOf(dimensions: readonly PartitionsDimensionSpec[]): Map<string, number> {
  const capacities = new Map<string, number>();
  for (const { dimension, size } of layoutOf(dimensions)?.minor ?? []) {
    const found = dimensions[dimension];
    const isUsual = found?.partitions.kind === "dynamic" && size === DYNAMIC_SIZE;
    if (found !== undefined && found.partitions.kind !== "time-window" && !isUsual) capacities.set(found.name, size);
  }
  return capacities;
}

/** Whether all combinations of the dimensions, as far as each may grow, have an ordinal of their own. */
export function canBeNumbered(
  dimensions: readonly { readonly name: string; readonly partitions: PartitionsSpec }[],
): boolean {
  return layoutOf(dimensions) !== null;
}

function powerOfTwo(least: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(1, least)));
}
