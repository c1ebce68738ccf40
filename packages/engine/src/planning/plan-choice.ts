import type { JsonValue } from "@heddle/core";
import type { PlanPredicate, PlanReuse } from "@heddle/core/internal";

/** Which partitions of the chosen assets a plan is for. Assets without partitions always take part whole. */
export type PartitionsChoice =
  /** Every partition that exists. */
  | { readonly kind: "all" }
  /**
   * In words, read by the definition of `asset`, or of the first chosen asset that has partitions; the others take the
   * partitions that these map to.
   */
  | { readonly kind: "text"; readonly text: string; readonly asset?: string | undefined }
  /** Keys of the first chosen asset that has partitions; the others take the partitions that these map to. */
  | { readonly kind: "keys"; readonly keys: readonly string[] }
  /** Ordinals of the definition of one chosen asset; the others take the partitions that these map to. */
  | { readonly kind: "ranges"; readonly asset: string; readonly ranges: readonly number[] }
  /** Asset by asset, in words or as ordinals. Chosen assets that are not named take the partitions that the named map to. */
  | { readonly kind: "each"; readonly assets: { readonly [key: string]: string | readonly number[] } }
  /** The newest window of the first chosen asset that has partitions by time; the others take what it maps to. */
  | { readonly kind: "latest" }
  /** The windows of that asset that have come to exist after an instant (epoch milliseconds); the others likewise. */
  | { readonly kind: "ended"; readonly since: number }
  /** All that several choices name. */
  | { readonly kind: "union"; readonly of: readonly PartitionsChoice[] };

/** What is to be planned. */
export interface PlanChoice {
  /** A selection, or `keys`: exactly one of them. */
  readonly selection?: string | undefined;
  readonly keys?: readonly string[] | undefined;
  readonly partitions: PartitionsChoice;
  /** Of those partitions, only the ones in these states. All when left out. */
  readonly only?: readonly PlanPredicate[] | undefined;
  /** What else to make: missing partitions that are needed, or everything that reads what is made. */
  readonly cascade: "self" | "upstream_missing" | "downstream";
  /** Which partitions of an asset go first. */
  readonly order: "oldest" | "newest";
  /** Partitions in one step; left out: as the assets declare it. */
  readonly chunk?: number | "range" | undefined;
  /** Which assets skip what is up to date; left out: those that declare it. */
  readonly reuse?: PlanReuse | undefined;
  /** Keys of assets that skip it besides those that declare it. None when left out. */
  readonly reusing?: ReadonlySet<string> | undefined;
  /** Attempts that a step has at most, instead of what the assets declare. */
  readonly attempts?: number | undefined;
  /** Config by asset key. */
  readonly config?: Readonly<Record<string, JsonValue>> | undefined;
  /** Keys of assets whose newer value is waited for where another run makes it. None when left out. */
  readonly awaitNewer?: ReadonlySet<string> | undefined;
  /** Leaves out partitions that read others which do not exist, instead of refusing the plan. */
  readonly leaveOutUnreadable: boolean;
  /** What becomes of partitions that runs which are not over hold. */
  readonly overlap: "leave_out" | "wait" | "refuse";
}
