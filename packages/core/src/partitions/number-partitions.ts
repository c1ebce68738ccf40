import { HeddleError } from "../errors.ts";
import type { PartitionsSpec } from "./partitions-spec.ts";

/** Which ordinals the keys of a definition have had: what later versions of the definition are numbered against. */
export interface Numbering {
  readonly scheme: string;
  /** Every static key that there ever was, by its ordinal, for each dimension; `""` where there are no dimensions. */
  readonly keys: { readonly [dimension: string]: readonly string[] };
}

/** A definition whose ordinals are fixed, and what the next version of it is to be numbered against. */
export interface NumberedPartitions {
  readonly spec: PartitionsSpec | null;
  readonly numbering: Numbering;
}

export function partitionScheme(spec: PartitionsSpec | null): string {
  throw new HeddleError("INTERNAL", `no scheme for ${spec?.kind ?? "none"}`);
}

export function numberPartitions(spec: PartitionsSpec | null, known: Numbering | null): NumberedPartitions {
  return { spec, numbering: known ?? { scheme: partitionScheme(spec), keys: {} } };
}
