/** How fresh an asset is under its policy; `unknown` until it was first materialized, or first due. */
export const FRESHNESS_STATES = ["pass", "warn", "fail", "unknown"] as const;
/** One of {@link FRESHNESS_STATES}. */
export type FreshnessState = (typeof FRESHNESS_STATES)[number];

/** A freshness policy as data. */
export type FreshnessSpec =
  /** Fails when the newest materialization is older than `failMs`. */
  | {
      readonly version: 1;
      readonly kind: "within";
      readonly failMs: number;
      /** `null`: it never warns. */
      readonly warnMs: number | null;
    }
  /** Fails at each deadline by which nothing was materialized in the `lowerBoundMs` before it. */
  | {
      readonly version: 1;
      readonly kind: "by";
      readonly cron: string;
      readonly timeZone: string;
      readonly lowerBoundMs: number;
    };
