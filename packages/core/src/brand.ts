/**
 * Brands tell Heddle's values apart without `instanceof`: a code location loads its own copy of this package, so a
 * class of one copy never matches an instance of another. `Symbol.for` is shared by every copy in a process.
 */
const BRAND = Symbol.for("heddle.brand");

/** The kinds of value that carry a brand. */
export type BrandName =
  | "asset"
  | "asset-check"
  | "automation-condition"
  | "definitions"
  | "dep"
  | "error"
  | "external-asset"
  | "failed"
  | "freshness-policy"
  | "io-manager"
  | "metadata"
  | "notification"
  | "object-store"
  | "output"
  | "own-partitions"
  | "partition-mapping"
  | "partitions-definition"
  | "resource"
  | "resource-slot"
  | "schedule"
  | "sensor"
  | "skip";

/** Marks `value` as a Heddle value of one kind; the mark is not enumerable, so it never reaches JSON or a spread. */
export function brand<TValue extends object>(value: TValue, name: BrandName): TValue {
  Object.defineProperty(value, BRAND, { value: name });
  return value;
}

/** Says whether `value` carries the brand `name`, whichever copy of this package made it. */
export function hasBrand(value: unknown, name: BrandName): boolean {
  return typeof value === "object" && value !== null && (value as { [BRAND]?: BrandName })[BRAND] === name;
}
