/** How the partitions of one upstream dimension follow from those of one downstream dimension. */
export interface DimensionMappingSpec {
  /** Name of the upstream dimension; `null` when the upstream has no dimensions. */
  readonly upstream: string | null;
  /** Name of the downstream dimension; `null` when the downstream has no dimensions. */
  readonly downstream: string | null;
  readonly mapping: MappingSpec;
}

/**
 * A partition mapping as plain data: which upstream partitions one downstream partition reads. A mapping by a function
 * stays in the code location; what it answered leaves it, as `custom`.
 */
export type MappingSpec =
  /** Both unpartitioned, or the upstream is: the one upstream value. */
  | { readonly kind: "unpartitioned" }
  /** The partition with the same key. */
  | { readonly kind: "identity" }
  /**
   * Every upstream window that overlaps the downstream window, or one of the downstream windows from `startOffset` after
   * it to `endOffset` after it: -1 and 0 mean the window before it and itself.
   */
  | {
      readonly kind: "time-window";
      readonly startOffset: number;
      readonly endOffset: number;
      /** Upstream windows that do not exist (yet) are left out instead of being waited for. @default false */
      readonly allowNonexistent?: boolean;
    }
  | { readonly kind: "all" }
  | { readonly kind: "last" }
  | { readonly kind: "first" }
  | { readonly kind: "specific"; readonly keys: readonly string[] }
  /** Downstream key → upstream keys. */
  | { readonly kind: "static"; readonly keys: { readonly [downstreamKey: string]: readonly string[] } }
  /**
   * What a function answered, by downstream key, when the definitions were loaded. `until` is the last downstream key
   * that it was asked for, `null` when it was asked for all that there can be; partitions after it are not known.
   */
  | {
      readonly kind: "custom";
      readonly keys: { readonly [downstreamKey: string]: readonly string[] };
      readonly until: string | null;
    }
  /**
   * Dimension by dimension. All of an upstream dimension that is not named is read; a downstream dimension that is not
   * named makes no difference.
   */
  | { readonly kind: "multi"; readonly dimensions: readonly DimensionMappingSpec[] };
