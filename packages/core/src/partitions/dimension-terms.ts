import { HeddleError, isHeddleError } from "../errors.ts";
import { formatNearest } from "../nearest.ts";
import type { MixedRadix } from "./mixed-radix.ts";
import type { PartitionSet } from "./partition-set.ts";
import type { PartitionSpace } from "./partition-space.ts";
import { splitOutsideQuotes } from "./quoted-text.ts";

/** What terms that name a dimension are read with. */
interface TermScope {
  readonly names: readonly string[];
  readonly spaces: readonly PartitionSpace[];
  readonly radix: MixedRadix;
  /** Reads a term that names all dimensions at once. */
  readonly parseWhole: (text: string) => PartitionSet;
}

/** What a name of a dimension may look like in front of `=`. */
const NAMED = /^\s*([\p{L}_][\p{L}\p{N}_.-]*)\s*=(.*)$/su;

/**
 * Reads `region=eu,us & 2024-01..2024-03`: what lies in all of the terms. A term names its dimension, or is read in the only
 * one that understands it. `null` where no term names a dimension and the text can be read as a whole.
 * @throws PARTITION_UNKNOWN
 */
export function readDimensionTerms(text: string, scope: TermScope): PartitionSet | null {
  const terms = splitOutsideQuotes(text, "&");
  if (!terms.some((term) => NAMED.test(term))) return readUnnamed(terms, scope);
  return terms.map((term) => readTerm(term, scope)).reduce((both, term) => both.intersect(term));
}

/** Terms of which none names a dimension; `null` when the text is better read, or refused, as a whole. */
function readUnnamed(terms: readonly string[], scope: TermScope): PartitionSet | null {
  const sets = terms.map((term) => attempt(() => scope.parseWhole(term)) ?? readInOnly(term, scope));
  const known = sets.filter((set) => set !== null);
  const isWhole = known.length < sets.length || terms.every((term) => attempt(() => scope.parseWhole(term)) !== null);
  return isWhole ? null : known.reduce((both, set) => both.intersect(set));
}

function readTerm(term: string, scope: TermScope): PartitionSet {
  const named = NAMED.exec(term);
  if (named === null) return readInOnly(term, scope) ?? scope.parseWhole(term.trim());
  const [, name = "", part = ""] = named;
  const place = scope.names.indexOf(name);
  if (place < 0) throw unknownDimension(name, scope.names);
  return inDimension(name, () => readPart(part, place, scope));
}

/** The term in the one dimension that understands it; `null` when none does, or several do. */
function readInOnly(term: string, scope: TermScope): PartitionSet | null {
  if (/[|=]/u.test(term)) return null;
  const read = scope.names.map((_, place) => attempt(() => readPart(term, place, scope))).filter((set) => set !== null);
  return read.length === 1 ? (read[0] ?? null) : null;
}

/** All combinations with a part of one dimension. */
function readPart(text: string, place: number, { spaces, radix }: TermScope): PartitionSet {
  return radix.product(spaces.map((space, other) => (other === place ? space.parseRange(text.trim()) : space.all)));
}

function attempt(read: () => PartitionSet): PartitionSet | null {
  try {
    return read();
  } catch (error) {
    if (isHeddleError(error, "PARTITION_UNKNOWN")) return null;
    throw error;
  }
}

function unknownDimension(name: string, names: readonly string[]): HeddleError {
  const near = formatNearest(name, names);
  const all = `The dimensions are ${names.join(", ")}.`;
  return new HeddleError("PARTITION_UNKNOWN", `there is no dimension ${JSON.stringify(name)}`, {
    hint: near === null ? all : `${near} ${all}`,
    details: { dimension: name },
  });
}

/** An unknown key of one dimension says which dimension that is. */
export function inDimension<T>(name: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!isHeddleError(error, "PARTITION_UNKNOWN")) throw error;
    const { message, hint, details } = error;
    throw new HeddleError("PARTITION_UNKNOWN", `in the dimension "${name}" ${message}`, {
      ...(hint !== undefined && { hint }),
      details: { ...details, dimension: name },
    });
  }
}
