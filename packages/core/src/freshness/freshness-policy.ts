import { brand, hasBrand } from "../brand.ts";
import type { FreshnessSpec } from "./freshness-spec.ts";

/** How old an asset may get before it counts as overdue; made by {@link freshWithin} or {@link freshBy}. */
export interface FreshnessPolicy {
  readonly spec: FreshnessSpec;
}

/** What {@link freshWithin} takes. */
export interface FreshWithinOptions {
  /** Age in milliseconds above which the asset is overdue; one minute at least. */
  readonly failMs: number;
  /** Age in milliseconds above which it warns; less than `failMs`. @default no warning */
  readonly warnMs?: number | undefined;
}

/** What {@link freshBy} takes. */
export interface FreshByOptions {
  /** The deadlines. */
  readonly cron: string;
  /** Name of the IANA database. @default "UTC" */
  readonly timeZone?: string | undefined;
  /** How long before a deadline, in milliseconds, a materialization counts for it; one minute at least. */
  readonly lowerBoundMs: number;
}

/**
 * Overdue when the newest materialization is too old. By time: when the newest window that has ended was not materialized
 * within that time of its end.
 *
 * @example
 * freshness: freshWithin({ failMs: 26 * 3_600_000, warnMs: 24 * 3_600_000 })
 */
export function freshWithin({ failMs, warnMs }: FreshWithinOptions): FreshnessPolicy {
  return policy({ version: 1, kind: "within", failMs, warnMs: warnMs ?? null });
}

/**
 * Overdue from each deadline by which the asset was not made anew, until it is. By time: when the newest window that had
 * ended at the deadline was not there.
 *
 * @example
 * freshness: freshBy({ cron: "0 9 * * 1-5", timeZone: "Europe/Berlin", lowerBoundMs: 3 * 3_600_000 }) // made from 6 to 9
 */
export function freshBy({ cron, timeZone = "UTC", lowerBoundMs }: FreshByOptions): FreshnessPolicy {
  return policy({ version: 1, kind: "by", cron, timeZone, lowerBoundMs });
}

function policy(spec: FreshnessSpec): FreshnessPolicy {
  return brand({ spec }, "freshness-policy");
}

/** Says whether `value` was made by {@link freshWithin} or {@link freshBy}. */
export function isFreshnessPolicy(value: unknown): value is FreshnessPolicy {
  return hasBrand(value, "freshness-policy");
}
