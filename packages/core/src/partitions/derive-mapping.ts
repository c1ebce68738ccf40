import { HeddleError, isHeddleError } from "../errors.ts";
import { describeMapping, isNestedIn } from "./describe-mapping.ts";
import type { MappingSpec } from "./mapping-spec.ts";
import type { Multiplicity } from "./partition-mapping.ts";
import type { MultiPartitionsSpec, PartitionsSpec, TimeWindowPartitionsSpec } from "./partitions-spec.ts";
import { haveSameWindows, isSameTimeZone } from "./same-ordinals.ts";

/** A mapping that follows from two partitions definitions. */
export interface DerivedMapping {
  readonly mapping: MappingSpec;
  /** The rule that gave it, as a sentence for people. */
  readonly rule: string;
  /** The same as the type `InferMultiplicity` says. */
  readonly multiplicity: Multiplicity;
}

/**
 * Derives which upstream partitions a downstream partition reads, where no mapping is stated.
 * @throws MAPPING_NOT_DERIVABLE saying why
 */
export function deriveMapping(upstream: PartitionsSpec | null, downstream: PartitionsSpec | null): DerivedMapping {
  const found = derive(upstream, downstream);
  return { ...found, rule: describeMapping(found.mapping, { upstream, downstream }) };
}

interface Derivation {
  readonly mapping: MappingSpec;
  readonly multiplicity: Multiplicity;
}

const IDENTITY: Derivation = { mapping: { kind: "identity" }, multiplicity: "one" };

function derive(upstream: PartitionsSpec | null, downstream: PartitionsSpec | null): Derivation {
  if (upstream === null) return { mapping: { kind: "unpartitioned" }, multiplicity: "one" };
  if (downstream === null) return { mapping: { kind: "all" }, multiplicity: "many" };
  if (upstream.kind === "multi") {
    return downstream.kind === "multi" ? betweenDimensions(upstream, downstream) : fromDimensions(upstream, downstream);
  }
  if (downstream.kind === "multi") return toDimensions(upstream, downstream);
  if (upstream.kind === "time-window" && downstream.kind === "time-window") return betweenTimes(upstream, downstream);
  if (upstream.kind === "static" && downstream.kind === "static") {
    const known = new Set(upstream.keys);
    const missing = downstream.keys.find((key) => !known.has(key));
    if (missing === undefined) return IDENTITY;
    throw notDerivable(`the upstream has no partition ${JSON.stringify(missing)}`, "staticMapping({ … })");
  }
  if (upstream.kind === "dynamic" && downstream.kind === "dynamic") {
    if (upstream.name === downstream.name) return IDENTITY;
    throw notDerivable(`${upstream.name} and ${downstream.name} are different dynamic partitions`, "identityMapping()");
  }
  throw notDerivable(
    `the upstream is ${describe(upstream)} and the downstream is ${describe(downstream)}`,
    "allPartitions()",
  );
}

const OVERLAPPING = { kind: "time-window", startOffset: 0, endOffset: 0 } as const;
function betweenTimes(upstream: TimeWindowPartitionsSpec, downstream: TimeWindowPartitionsSpec): Derivation {
  const isSame = upstream.cadence === downstream.cadence && upstream.cadence !== "cron";
  if (isSame) {
    requireSingle(upstream, downstream, {
      fits: haveSameWindows(upstream, downstream),
      leftOut: downstream.exclusions,
    });
    return IDENTITY;
  }
  if (isNestedIn(downstream.cadence, upstream.cadence)) {
    // An exclusion means other windows in another cadence, so the same words of the downstream are no help.
    requireSingle(upstream, downstream, { fits: isNested(upstream, downstream), leftOut: [] });
    return { mapping: OVERLAPPING, multiplicity: "one" };
  }
  return { mapping: OVERLAPPING, multiplicity: "many" };
}

interface Single {
  /** Whether each downstream window lies within one upstream window. */
  readonly fits: boolean;
  /** Exclusions that the downstream shares. */
  readonly leftOut: readonly string[] | undefined;
}

/** Refuses where one value is expected and some partition would read two, or none. */
function requireSingle(
  upstream: TimeWindowPartitionsSpec,
  downstream: TimeWindowPartitionsSpec,
  { fits, leftOut = [] }: Single,
): void {
  const missing = (upstream.exclusions ?? []).find((exclusion) => !leftOut.includes(exclusion));
  if (missing !== undefined) {
    throw notDerivable(
      `the upstream leaves out ${JSON.stringify(missing)} and the downstream reads it`,
      "timeWindowMapping()",
    );
  }
  if (fits) return;
  const why = isSameTimeZone(upstream, downstream)
    ? `their windows begin at different times (${upstream.cron} and ${downstream.cron})`
    : `they are in different time zones (${upstream.timeZone} and ${downstream.timeZone})`;
  throw notDerivable(`some partitions overlap two: ${why}`, "timeWindowMapping()");
}

/** Whether each upstream window begins with a downstream window. */
function isNested(upstream: TimeWindowPartitionsSpec, downstream: TimeWindowPartitionsSpec): boolean {
  if (!isSameTimeZone(upstream, downstream)) return false;
  const [minute, hour] = upstream.cron.trim().split(/\s+/);
  const [ownMinute, ownHour] = downstream.cron.trim().split(/\s+/);
  if (Number(minute) !== Number(ownMinute)) return false;
  // A day that begins inside a skipped hour begins late; an hour does so only on the full hour.
  const isAligned = Number(minute) === 0 || downstream.timeZone.toUpperCase() === "UTC";
  return downstream.cadence === "hourly" ? isAligned : Number(hour) === Number(ownHour);
}

/** Dimensions of the same name correspond; all of any other upstream dimension is read. */
function betweenDimensions(upstream: MultiPartitionsSpec, downstream: MultiPartitionsSpec): Derivation {
  const shared = upstream.dimensions.flatMap(({ name, partitions }) => {
    const own = downstream.dimensions.find((dimension) => dimension.name === name);
    return own === undefined ? [] : [{ name, found: derive(partitions, own.partitions) }];
  });
  if (shared.length === 0) throw notDerivable("the two have no dimension of the same name", "multiMapping({ … })");
  const isWhole = shared.length === upstream.dimensions.length;
  const isOne = isWhole && shared.every(({ found }) => found.multiplicity === "one");
  const dimensions = shared.map(({ name, found }) => ({ upstream: name, downstream: name, mapping: found.mapping }));
  return { mapping: { kind: "multi", dimensions }, multiplicity: isOne ? "one" : "many" };
}

function fromDimensions(upstream: MultiPartitionsSpec, downstream: PartitionsSpec): Derivation {
  const { name, found } = onlyDimension(upstream, (partitions) => derive(partitions, downstream));
  const dimensions = [{ upstream: name, downstream: null, mapping: found.mapping }];
  return { mapping: { kind: "multi", dimensions }, multiplicity: "many" };
}

function toDimensions(upstream: PartitionsSpec, downstream: MultiPartitionsSpec): Derivation {
  const { name, found } = onlyDimension(downstream, (partitions) => derive(upstream, partitions));
  const dimensions = [{ upstream: null, downstream: name, mapping: found.mapping }];
  return { mapping: { kind: "multi", dimensions }, multiplicity: found.multiplicity };
}

interface NamedDerivation {
  readonly name: string;
  readonly found: Derivation;
}

/** The one dimension for which a mapping can be derived. */
function onlyDimension(spec: MultiPartitionsSpec, find: (partitions: PartitionsSpec) => Derivation): NamedDerivation {
  const candidates = spec.dimensions.flatMap(({ name, partitions }): NamedDerivation[] => {
    try {
      return [{ name, found: find(partitions) }];
    } catch (error) {
      // Not derivable is an answer here: the dimension is no candidate.
      if (isHeddleError(error, "MAPPING_NOT_DERIVABLE")) return [];
      throw error;
    }
  });
  const [only] = candidates;
  if (only !== undefined && candidates.length === 1) return only;
  const names = candidates.map(({ name }) => name).join(", ");
  const why =
    only === undefined ? "no dimension corresponds to it" : `more than one dimension could correspond: ${names}`;
  throw notDerivable(why, 'fromDimension("…") or multiMapping({ … })');
}

function describe(spec: PartitionsSpec): string {
  switch (spec.kind) {
    case "time-window":
      return `partitioned by time (${spec.cadence})`;
    case "static":
      return "partitioned by fixed keys";
    case "dynamic":
      return `partitioned by the dynamic ${spec.name}`;
    case "multi":
      return "partitioned in several dimensions";
  }
}

function notDerivable(why: string, mapping: string): HeddleError {
  return new HeddleError("MAPPING_NOT_DERIVABLE", `how the partitions correspond cannot be derived: ${why}`, {
    hint: `State the mapping, such as dep(asset, { mapping: ${mapping} }).`,
  });
}
