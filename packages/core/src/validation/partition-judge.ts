import { hasBrand } from "../brand.ts";
import { HeddleError, isHeddleError } from "../errors.ts";
import { describeType } from "../json-value.ts";
import { deriveMapping } from "../partitions/derive-mapping.ts";
import { requireCommonKeys } from "../partitions/keys-meet.ts";
import type { MappingSpec } from "../partitions/mapping-spec.ts";
import { dimensionOf, type CompletingEnds, type PartitionMapping } from "../partitions/partition-mapping.ts";
import type { PartitionsDefinition } from "../partitions/partitions-definition.ts";
import type { PartitionsProblem } from "../partitions/partitions-problem.ts";
import type { PartitionsSpec } from "../partitions/partitions-spec.ts";
import { resolveMapping } from "../partitions/resolve-mapping.ts";
import { resolvePartitions } from "../partitions/resolve-partitions.ts";
import { haveSameOrdinals, haveSameWindows } from "../partitions/same-ordinals.ts";
import { validatePartitionsSpec } from "../partitions/validate-partitions-spec.ts";

/**
 * Judges partitions and mappings, each different one once: thousands of assets are cut by a handful of definitions, and
 * reading time zones and calendars takes about a millisecond.
 */
export class PartitionJudge {
  readonly #problems = new Map<unknown, readonly PartitionsProblem[]>();
  readonly #mappings = new Map<string, HeddleError | null>();
  readonly #numbers = new Map<unknown, number>();
  readonly #now: number;

  /** @param now epoch milliseconds up to which functions of mappings are asked for what exists */
  constructor(now: number) {
    this.#now = now;
  }

  /** What is wrong with the partitions of an asset. */
  problemsOf(partitions: PartitionsDefinition | undefined): readonly PartitionsProblem[] {
    if (partitions === undefined) return [];
    if (!hasBrand(partitions, "partitions-definition")) return [notPartitions(partitions)];
    const identity = identityOf(partitions.spec);
    const known = this.#problems.get(identity);
    if (known !== undefined) return known;
    const problems = validatePartitionsSpec(partitions.spec);
    this.#problems.set(identity, problems);
    return problems;
  }

  /** Why a mapping, declared or to be derived (`null`), does not fit two definitions that can be used. */
  misfitOf(
    mapping: PartitionMapping | null,
    from: PartitionsSpec | null,
    to: PartitionsSpec | null,
  ): HeddleError | null {
    // Two functions are two mappings, whatever they look like as text.
    const isPlain = mapping?.complete === undefined;
    const own = isPlain ? JSON.stringify(mapping) : `function ${this.#numberOfValue(mapping)}`;
    const identity = `${this.#numberOf(from)} ${this.#numberOf(to)} ${own}`;
    const known = this.#mappings.get(identity);
    if (known !== undefined) return known;
    const misfit = findMisfit(mapping, { upstream: from, downstream: to, now: this.#now });
    this.#mappings.set(identity, misfit);
    return misfit;
  }

  #numberOf(spec: PartitionsSpec | null): number {
    return this.#numberOfValue(identityOf(spec));
  }

  #numberOfValue(identity: unknown): number {
    const number = this.#numbers.get(identity) ?? this.#numbers.size;
    this.#numbers.set(identity, number);
    return number;
  }
}

/** Definitions by time are small and often made anew for each asset; others may have many keys and are shared. */
function identityOf(spec: PartitionsSpec | null): unknown {
  return spec?.kind === "time-window" ? JSON.stringify(spec) : spec;
}

function notPartitions(given: unknown): PartitionsProblem {
  return {
    code: "PARTITIONS_INVALID",
    message: `partitions is ${describeType(given)} and no partitions definition`,
    hint: "Make it with dailyPartitions(), staticPartitions() or another of these.",
  };
}

function findMisfit(mapping: PartitionMapping | null, ends: CompletingEnds): HeddleError | null {
  const { upstream, downstream } = ends;
  try {
    if (mapping === null) deriveMapping(upstream, downstream);
    else {
      requireMapping(mapping);
      const spec = mapping.complete?.(ends) ?? mapping.spec;
      // Whether a mapping fits does not depend on the instant: what exists may be nothing yet.
      const at = { now: 0 };
      resolveMapping(spec, {
        upstream: resolvePartitions(upstream, at),
        downstream: resolvePartitions(downstream, at),
      });
      requireCommonKeys(spec, upstream, downstream);
      if (mapping.multiplicity === "one") requireOne(spec, upstream, downstream);
    }
    return null;
  } catch (error) {
    if (isHeddleError(error)) return error;
    throw error;
  }
}

/** Refuses windows that may overlap several others where one value is promised. */
function requireOne(spec: MappingSpec, upstream: PartitionsSpec | null, downstream: PartitionsSpec | null): void {
  if (spec.kind === "multi") {
    for (const { upstream: from, downstream: to, mapping } of spec.dimensions) {
      requireOne(mapping, dimensionOf(upstream, from) ?? null, dimensionOf(downstream, to) ?? null);
    }
    return;
  }
  if (spec.kind !== "time-window" || upstream === null || downstream === null) return;
  const isByTime = upstream.kind === "time-window" && downstream.kind === "time-window";
  if (isByTime ? haveSameWindows(upstream, downstream) : haveSameOrdinals(upstream, downstream)) return;
  throw new HeddleError(
    "MAPPING_INVALID",
    "the mapping reads the partition before, and the two have different partitions",
    {
      hint: "Use timeWindowMapping({ startOffset: -1, endOffset: -1 }), which reads any number of windows.",
    },
  );
}

function requireMapping(mapping: PartitionMapping): void {
  if (hasBrand(mapping, "partition-mapping")) return;
  throw new HeddleError("MAPPING_INVALID", `the mapping is ${describeType(mapping)} and no partition mapping`, {
    hint: "Make it with identityMapping(), allPartitions() or another of these.",
  });
}
