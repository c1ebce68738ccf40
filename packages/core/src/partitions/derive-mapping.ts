import { HeddleError, isHeddleError } from "../errors.ts";
import type { MappingSpec } from "./mapping-spec.ts";
import type { Multiplicity } from "./partition-mapping.ts";
import type { Cadence, MultiPartitionsSpec, PartitionsSpec, TimeWindowPartitionsSpec } from "./partitions-spec.ts";
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
  if (upstream === null)
    return derived({ kind: "unpartitioned" }, "one", "The upstream has no partitions: its one value is read.");
  if (downstream === null) {
    return derived(
      { kind: "all" },
      "many",
      "The downstream has no partitions: all partitions of the upstream are read.",
    );
  }
  if (upstream.kind === "multi") {
    return downstream.kind === "multi" ? betweenDimensions(upstream, downstream) : fromDimensions(upstream, downstream);
  }
  if (downstream.kind === "multi") return toDimensions(upstream, downstream);
  if (upstream.kind === "time-window" && downstream.kind === "time-window") return betweenTimes(upstream, downstream);
  if (upstream.kind === "static" && downstream.kind === "static") {
    const missing = downstream.keys.filter((key) => !upstream.keys.includes(key));
    if (missing.length === 0)
      return derived({ kind: "identity" }, "one", "Each key reads the partition with the same key.");
    throw notDerivable(`the upstream has no partition ${JSON.stringify(missing[0])}`, "staticMapping({ … })");
  }
  if (upstream.kind === "dynamic" && downstream.kind === "dynamic") {
    if (upstream.name === downstream.name) {
      return derived(
        { kind: "identity" },
        "one",
        `Each key of ${upstream.name} reads the partition with the same key.`,
      );
    }
    throw notDerivable(`${upstream.name} and ${downstream.name} are different dynamic partitions`, "identityMapping()");
  }
  throw notDerivable(
    `the upstream is ${describe(upstream)} and the downstream is ${describe(downstream)}`,
    "allPartitions()",
  );
}

function derived(mapping: MappingSpec, multiplicity: Multiplicity, rule: string): DerivedMapping {
  return { mapping, multiplicity, rule };
}

const OVERLAPPING = { kind: "time-window", startOffset: 0, endOffset: 0 } as const;
const UNIT: { readonly [cadence in Cadence]: string } = {
  hourly: "hour",
  daily: "day",
  weekly: "week",
  monthly: "month",
  cron: "window",
};
/** Cadences whose windows lie each within one window of the key's cadence; the type `InferMultiplicity` has the same table. */
const NESTED: { readonly [cadence in Cadence]: readonly Cadence[] } = {
  hourly: [],
  daily: ["hourly"],
  weekly: ["hourly", "daily"],
  monthly: ["hourly", "daily"],
  cron: [],
};

function betweenTimes(upstream: TimeWindowPartitionsSpec, downstream: TimeWindowPartitionsSpec): DerivedMapping {
  const [up, down] = [UNIT[upstream.cadence], UNIT[downstream.cadence]];
  const isSame = upstream.cadence === downstream.cadence && upstream.cadence !== "cron";
  if (isSame) {
    requireSingle(upstream, downstream, {
      fits: haveSameWindows(upstream, downstream),
      leftOut: downstream.exclusions,
    });
    return derived({ kind: "identity" }, "one", `Each ${down} reads the same ${up}.`);
  }
  if (NESTED[upstream.cadence].includes(downstream.cadence)) {
    // An exclusion means other windows in another cadence, so the same words of the downstream are no help.
    requireSingle(upstream, downstream, { fits: isNested(upstream, downstream), leftOut: [] });
    return derived(OVERLAPPING, "one", `Each ${down} reads the ${up} that it lies in.`);
  }
  return derived(OVERLAPPING, "many", `Each ${down} reads the ${up}s that overlap it.`);
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
function betweenDimensions(upstream: MultiPartitionsSpec, downstream: MultiPartitionsSpec): DerivedMapping {
  const parts = upstream.dimensions.map(({ name, partitions }) => {
    const own = downstream.dimensions.find((dimension) => dimension.name === name);
    return { name, found: own === undefined ? null : deriveMapping(partitions, own.partitions) };
  });
  const shared = parts.flatMap(({ name, found }) => (found === null ? [] : [{ name, found }]));
  if (shared.length === 0) throw notDerivable("the two have no dimension of the same name", "multiMapping({ … })");
  const isOne = shared.length === parts.length && shared.every(({ found }) => found.multiplicity === "one");
  const dimensions = shared.map(({ name, found }) => ({ upstream: name, downstream: name, mapping: found.mapping }));
  const rules = parts.map(({ name, found }) => `${name}: ${found === null ? "All of it is read." : found.rule}`);
  return derived({ kind: "multi", dimensions }, isOne ? "one" : "many", rules.join(" "));
}

function fromDimensions(upstream: MultiPartitionsSpec, downstream: PartitionsSpec): DerivedMapping {
  const { name, found } = onlyDimension(upstream, (partitions) => deriveMapping(partitions, downstream));
  const dimensions = [{ upstream: name, downstream: null, mapping: found.mapping }];
  const rest = upstream.dimensions.length > 1 ? " All of the other dimensions is read." : "";
  return derived({ kind: "multi", dimensions }, "many", `${name}: ${found.rule}${rest}`);
}

function toDimensions(upstream: PartitionsSpec, downstream: MultiPartitionsSpec): DerivedMapping {
  const { name, found } = onlyDimension(downstream, (partitions) => deriveMapping(upstream, partitions));
  const dimensions = [{ upstream: null, downstream: name, mapping: found.mapping }];
  return derived({ kind: "multi", dimensions }, found.multiplicity, `${name}: ${found.rule}`);
}

interface NamedDerivation {
  readonly name: string;
  readonly found: DerivedMapping;
}

/** The one dimension for which a mapping can be derived. */
function onlyDimension(
  spec: MultiPartitionsSpec,
  derive: (partitions: PartitionsSpec) => DerivedMapping,
): NamedDerivation {
  const candidates = spec.dimensions.flatMap(({ name, partitions }): NamedDerivation[] => {
    try {
      return [{ name, found: derive(partitions) }];
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
