/** Cadences whose ordinals follow from calendar arithmetic alone. */
export const REGULAR_CADENCES = ["hourly", "daily", "weekly", "monthly"] as const;
/** One of {@link REGULAR_CADENCES}. */
export type RegularCadence = (typeof REGULAR_CADENCES)[number];
/** How time is cut: regularly, or by a cron expression. */
export type Cadence = RegularCadence | "cron";

/** A static definition as data: the keys in their order. */
export interface StaticPartitionsSpec {
  readonly kind: "static";
  readonly keys: readonly string[];
  /**
   * The ordinals of the keys, index by index: set where keys were numbered before, so that a key that was inserted or
   * moved changes no ordinal of another one. @default the index of each key
   */
  readonly ordinals?: readonly number[];
  /** Keys that the definition had and has no longer, so that history can name them. @default none */
  readonly former?: readonly { readonly key: string; readonly ordinal: number }[];
}

/** A definition by time as data. Local times are ISO without offset, read in `timeZone`. */
export interface TimeWindowPartitionsSpec {
  readonly kind: "time-window";
  readonly cadence: Cadence;
  /** Always given: the cron expression whose ticks bound the windows. */
  readonly cron: string;
  readonly timeZone: string;
  readonly start: string;
  /** Exclusive; `null` for an open end. */
  readonly end: string | null;
  /** How many windows past the current one exist already (negative: how many are held back). */
  readonly endOffset: number;
  /** strftime-like format of the keys. */
  readonly format: string;
  /**
   * Windows that do not exist. A date (`2024-12-25`) leaves out every window that starts on it, a month (`2024-12`) or a
   * year likewise, two dates
   * (`2024-12-24..2025-01-01`) every window that starts on one of them or between them, a date with a time the one window
   * that starts then, a cron expression every window that starts at one of its ticks. Other windows keep their bounds and
   * their ordinals.
   */
  readonly exclusions?: readonly string[];
}

/** Keys that are added and removed while Heddle runs; the store keeps the key of every ordinal. */
export interface DynamicPartitionsSpec {
  readonly kind: "dynamic";
  readonly name: string;
}

/** One dimension of a definition with several. */
export interface PartitionsDimensionSpec {
  readonly name: string;
  readonly partitions: PartitionsSpec;
  /**
   * How many ordinals a static or dynamic dimension has room for beside others, so that keys can be added without
   * numbering the combinations anew. Set by `numberPartitions`. @default by the number of keys
   */
  readonly capacity?: number;
}

/** Several dimensions in mixed radix, keys joined by `|`. A dimension has no dimensions of its own. */
export interface MultiPartitionsSpec {
  readonly kind: "multi";
  readonly dimensions: readonly PartitionsDimensionSpec[];
}

/** A partitions definition as plain data: what leaves the code location, is stored and reaches the browser. */
export type PartitionsSpec =
  | StaticPartitionsSpec
  | TimeWindowPartitionsSpec
  | DynamicPartitionsSpec
  | MultiPartitionsSpec;
