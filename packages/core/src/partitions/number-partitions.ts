import { HeddleError } from "../errors.ts";
import { canBeNumbered, capacitiesOf } from "./dimension-layout.ts";
import { partitionScheme } from "./partition-scheme.ts";
import type { MultiPartitionsSpec, PartitionsSpec, StaticPartitionsSpec } from "./partitions-spec.ts";

/** Which ordinals the keys of a definition have had: what later versions of the definition are numbered against. */
export interface Numbering {
  /** See `partitionScheme`. */
  readonly scheme: string;
  /** Every static key that there ever was, by its ordinal, for each dimension; `""` where there are no dimensions. */
  readonly keys: { readonly [dimension: string]: readonly string[] };
  /** The room of dimensions beside others, by name, where it is not the usual. @default that of every one is */
  readonly capacities?: { readonly [dimension: string]: number };
}

/** A definition whose ordinals are fixed, and what the next version of it is to be numbered against. */
export interface NumberedPartitions {
  readonly spec: PartitionsSpec | null;
  readonly numbering: Numbering;
}

/**
 * Fixes the ordinals of a definition. Keys that `known` has keep their ordinals, new ones come after them, and an ordinal
 * is never given to another key. Where the definition does not fit `known`, because it is cut in another way or because a
 * static dimension has outgrown its room, it is numbered anew and its numbering has another scheme.
 *
 * Pure: the same input gives the same numbering. `partitionScheme` of the result is the scheme of its numbering.
 * @throws PARTITIONS_INVALID when a dimension has outgrown its room and no larger one is possible
 */
export function numberPartitions(spec: PartitionsSpec | null, known: Numbering | null): NumberedPartitions {
  if (spec?.kind === "static") {
    const keys = appendKeys(known?.scheme === "static" ? known.keys[""] : undefined, spec.keys);
    return { spec: withOrdinals(spec, keys), numbering: { scheme: "static", keys: { "": keys } } };
  }
  if (spec?.kind === "multi") return numberDimensions(spec, known);
  return { spec, numbering: { scheme: partitionScheme(spec), keys: {} } };
}

function numberDimensions(spec: MultiPartitionsSpec, known: Numbering | null): NumberedPartitions {
  const plain = withCapacities(spec, new Map());
  if (known === null) return numberWith(plain, {}, capacitiesOf(plain.dimensions));
  const kept = new Map(Object.entries(known.capacities ?? {}));
  const isAlike = partitionScheme(withCapacities(plain, kept)) === known.scheme;
  if (!isAlike) return numberWith(plain, {}, capacitiesOf(plain.dimensions));
  const together = new Map(
    plain.dimensions.map(({ name, partitions }) => [
      name,
      partitions.kind === "static" ? appendKeys(known.keys[name], partitions.keys).length : 0,
    ]),
  );
  const outgrown = [...kept].filter(([name, capacity]) => (together.get(name) ?? 0) > capacity);
  if (outgrown.length === 0) return numberWith(plain, known.keys, kept);
  const larger = new Map(kept);
  for (const [name, capacity] of outgrown) larger.set(name, roomFor(countKeys(plain, name), capacity));
  if (!canBeNumbered(withCapacities(plain, larger).dimensions)) throw outgrew(outgrown[0]?.[0] ?? "");
  return numberWith(plain, {}, larger);
}

/** Twice the room that was outgrown, and more where the keys need it. */
function roomFor(keys: number, outgrown: number): number {
  let capacity = 2 * outgrown;
  while (capacity < keys) capacity *= 2;
  return capacity;
}

function countKeys({ dimensions }: MultiPartitionsSpec, name: string): number {
  const found = dimensions.find((dimension) => dimension.name === name)?.partitions;
  return found?.kind === "static" ? found.keys.length : 0;
}

function numberWith(
  spec: MultiPartitionsSpec,
  known: Numbering["keys"],
  capacities: ReadonlyMap<string, number>,
): NumberedPartitions {
  const keys: { [dimension: string]: readonly string[] } = {};
  const dimensions = withCapacities(spec, capacities).dimensions.map((dimension) => {
    if (dimension.partitions.kind !== "static") return dimension;
    const own = appendKeys(known[dimension.name], dimension.partitions.keys);
    keys[dimension.name] = own;
    return { ...dimension, partitions: withOrdinals(dimension.partitions, own) };
  });
  const numbered = { ...spec, dimensions };
  const numbering = { scheme: partitionScheme(numbered), keys, capacities: Object.fromEntries(capacities) };
  return { spec: numbered, numbering };
}

/** The definition with these rooms, and without the ordinals of an earlier numbering. */
function withCapacities(spec: MultiPartitionsSpec, capacities: ReadonlyMap<string, number>): MultiPartitionsSpec {
  const dimensions = spec.dimensions.map(({ name, partitions }) => {
    const capacity = capacities.get(name);
    const plain = partitions.kind === "static" ? { kind: "static" as const, keys: partitions.keys } : partitions;
    return { name, partitions: plain, ...(capacity !== undefined && { capacity }) };
  });
  return { kind: "multi", dimensions };
}

function appendKeys(known: readonly string[] = [], keys: readonly string[]): readonly string[] {
  return [...new Set([...known, ...keys])];
}

/** @param numbered every key that there ever was, by ordinal */
function withOrdinals({ keys }: StaticPartitionsSpec, numbered: readonly string[]): StaticPartitionsSpec {
  const ordinalOf = new Map(numbered.map((key, ordinal) => [key, ordinal]));
  const ordinals = keys.map((key) => ordinalOf.get(key) ?? 0);
  const present = new Set(keys);
  const former = numbered.flatMap((key, ordinal) => (present.has(key) ? [] : [{ key, ordinal }]));
  const isPlain = ordinals.every((ordinal, index) => ordinal === index);
  return { kind: "static", keys, ...(!isPlain && { ordinals }), ...(former.length > 0 && { former }) };
}

function outgrew(name: string): HeddleError {
  return new HeddleError(
    "PARTITIONS_INVALID",
    `the dimension ${JSON.stringify(name)} has had more keys than it has room for beside the others`,
    {
      hint: "Give the dimension another name: the partitions are then numbered anew, and the old ones stay in the history.",
    },
  );
}
