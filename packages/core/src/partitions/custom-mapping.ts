import type { DimensionKeys, TimeWindow } from "../asset-context.ts";
import { HeddleError } from "../errors.ts";
import { describeType } from "../json-value.ts";
import { dimensionKeysOf } from "./dimension-keys.ts";
import type { MappingSpec } from "./mapping-spec.ts";
import { defineMapping, type CompletingEnds, type PartitionMapping } from "./partition-mapping.ts";
import type { PartitionSpace } from "./partition-space.ts";
import type { PartitionSet } from "./partition-set.ts";
import type { PartitionsSpec } from "./partitions-spec.ts";
import { nearestKeys } from "./range-text.ts";
import { resolvePartitions } from "./resolve-partitions.ts";

/** Most downstream partitions that a function is asked for. */
export const MAX_CUSTOM_PARTITIONS = 100_000;
/** Most upstream keys that it may answer in all: what it answered is stored with the definitions. */
export const MAX_CUSTOM_KEYS = 500_000;
/** Windows past the last one that exists for which it is asked, so that it need not be asked again every day. */
export const CUSTOM_WINDOWS_AHEAD = 1000;

/** What the function of {@link customMapping} gets besides the downstream key. */
export interface CustomMappingContext {
  /** The time that the downstream partition stands for; `undefined` unless it is cut by time. */
  readonly window: TimeWindow | undefined;
  /** Its key in each dimension; `undefined` unless it is cut in several dimensions. */
  readonly dimensions: DimensionKeys;
}

/** Says which upstream partitions one downstream partition reads. */
export type CustomMappingFunction<TKey extends string = string> = (
  downstreamKey: string,
  context: CustomMappingContext,
) => readonly TKey[];

/**
 * A mapping by a function of your own: upstream keys for a downstream key, none of them for a partition that reads
 * nothing. It must be pure. It is asked when the definitions are loaded, twice for every downstream partition that exists
 * and for the next 1,000 windows; partitions after those need the project to be loaded again. What it answers is checked:
 * a key that the upstream can never have, or another answer the second time, is a problem of the definitions.
 *
 * @example
 * customMapping((month, { window }) => (window === undefined ? [] : [`${window.start.getUTCFullYear()}`]))
 */
export function customMapping<const TKey extends string = string>(
  upstreamKeys: CustomMappingFunction<TKey>,
): PartitionMapping<"many", TKey> {
  return defineMapping({ kind: "custom", keys: {}, until: null }, "many", {
    complete: (ends) => askFunction(upstreamKeys, ends),
  });
}

/**
 * What a function answers for all partitions that it is asked for.
 * @throws MAPPING_INVALID
 */
function askFunction(ask: CustomMappingFunction, { upstream, downstream, now }: CompletingEnds): MappingSpec {
  if (typeof ask !== "function") throw invalid(`it is ${describeType(ask)} and no function`, "Give a function.");
  if (hasDynamic(downstream)) {
    throw invalid(
      "the downstream has dynamic partitions, which come and go without the project being loaded",
      "Use a mapping by rule, such as identityMapping(), allPartitions() or multiMapping({ … }).",
    );
  }
  const ends = {
    upstream: resolvePartitions(upstream, { now }),
    downstream: resolvePartitions(widened(downstream), { now }),
  };
  const { all } = ends.downstream;
  if (all.size > MAX_CUSTOM_PARTITIONS) {
    throw invalid(
      `the downstream has ${all.size} partitions, the next windows among them, and a function is asked for ${MAX_CUSTOM_PARTITIONS} at most`,
      "Use a mapping by rule, or a function for one dimension in multiMapping({ … }).",
    );
  }
  const keys: { [downstreamKey: string]: readonly string[] } = {};
  const budget = { left: MAX_CUSTOM_KEYS };
  for (const ordinal of all) {
    const key = ends.downstream.keyOf(ordinal) ?? "";
    // Another prototype would make a key such as "__proto__" disappear.
    Object.defineProperty(keys, key, { value: answerFor({ ask, key, ordinal, budget }, ends), enumerable: true });
  }
  return { kind: "custom", keys, until: isOpen(downstream) ? lastKey(all, ends.downstream) : null };
}

interface Question {
  readonly ask: CustomMappingFunction;
  readonly key: string;
  readonly ordinal: number;
  readonly budget: { left: number };
}

function answerFor(
  { ask, key, ordinal, budget }: Question,
  { upstream, downstream }: { readonly upstream: PartitionSpace; readonly downstream: PartitionSpace },
): readonly string[] {
  const window = downstream.windowOf(ordinal);
  const question = (): unknown => {
    const context: CustomMappingContext = {
      window: window === null ? undefined : { start: new Date(window.start), end: new Date(window.end) },
      dimensions: dimensionKeysOf(downstream.spec, key),
    };
    try {
      return ask(key, context);
    } catch (error) {
      throw invalid(
        `it threw for ${JSON.stringify(key)}: ${String(error)}`,
        "Return [] for a partition that reads nothing.",
      );
    }
  };
  const [first, second] = [question(), question()];
  if (!isListOfTexts(first) || !isListOfTexts(second)) {
    throw invalid(
      `for ${JSON.stringify(key)} it returned ${describeAnswer(isListOfTexts(first) ? second : first)} and no list of keys`,
      "Return a list of upstream keys, without a promise.",
    );
  }
  if (first.length !== second.length || first.some((read, index) => read !== second[index])) {
    throw invalid(
      `asked twice for ${JSON.stringify(key)} it gave two answers`,
      "Let its answer depend on the key and its window alone: on no clock, no chance and nothing that it remembers.",
    );
  }
  const unknown = hasDynamic(upstream.spec) ? undefined : first.find((read) => upstream.ordinalOf(read) === null);
  if (unknown !== undefined) {
    const nearest = nearestKeys(unknown, upstream);
    throw invalid(
      `for ${JSON.stringify(key)} it returned ${JSON.stringify(unknown)}, which is no partition of the upstream`,
      `Return keys of the upstream: ${upstream.format(upstream.all)}.${nearest === null ? "" : ` ${nearest}`}`,
    );
  }
  budget.left -= first.length;
  if (budget.left < 0) {
    throw invalid(
      `it returned more than ${MAX_CUSTOM_KEYS} keys in all`,
      "Use a mapping by rule, such as timeWindowMapping() or allPartitions().",
    );
  }
  return [...first];
}

function describeAnswer(value: unknown): string {
  const odd: unknown = Array.isArray(value) ? value.find((item) => typeof item !== "string") : undefined;
  return Array.isArray(value) ? `a list with ${describeType(odd)} in it` : describeType(value);
}

function isListOfTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}

/** The definition with the windows that come next. */
function widened(spec: PartitionsSpec | null): PartitionsSpec | null {
  if (spec?.kind === "time-window") return { ...spec, endOffset: spec.endOffset + CUSTOM_WINDOWS_AHEAD };
  if (spec?.kind !== "multi") return spec;
  const dimensions = spec.dimensions.map((dimension) => ({
    ...dimension,
    partitions: widened(dimension.partitions) ?? dimension.partitions,
  }));
  return { ...spec, dimensions };
}

/** Whether windows go on coming. */
function isOpen(spec: PartitionsSpec | null): boolean {
  if (spec?.kind === "multi") return spec.dimensions.some(({ partitions }) => isOpen(partitions));
  return spec?.kind === "time-window" && spec.end === null;
}

function hasDynamic(spec: PartitionsSpec | null): boolean {
  if (spec?.kind === "multi") return spec.dimensions.some(({ partitions }) => hasDynamic(partitions));
  return spec?.kind === "dynamic";
}

function lastKey(all: PartitionSet, space: PartitionSpace): string | null {
  return all.last === undefined ? null : space.keyOf(all.last);
}

function invalid(why: string, hint: string): HeddleError {
  return new HeddleError("MAPPING_INVALID", `the custom mapping cannot be used: ${why}`, {
    hint,
    details: { kind: "custom" },
  });
}
