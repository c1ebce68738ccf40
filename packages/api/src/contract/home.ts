import type { RunStatus } from "@heddle/core";
import type { AssetRef, Instant } from "./common.ts";
import type { RunOrigin } from "./runs.ts";

/**
 * `home.attention`: assets that need a person, those first on which the most depends. What was acknowledged or snoozed is
 * among them, marked, so that nothing is hidden from who looks for it.
 */
export interface Attention {
  readonly now: Instant;
  /** The first by rank, 200 at most. */
  readonly items: readonly AttentionItem[];
  /** How many assets need a person in all, those that were acknowledged or snoozed left out. */
  readonly total: number;
  /** How many of all assets with problems were acknowledged or are snoozed. */
  readonly quiet: number;
  /** Schedules and sensors that are on and whose last tick failed, the newest failure first. 100 at most. */
  readonly rules: readonly AttentionRule[];
}

/** A schedule or a sensor that fails: what it would ask for is not made. */
export interface AttentionRule {
  readonly kind: "schedule" | "sensor";
  readonly name: string;
  /** When it failed last. */
  readonly at: Instant;
  /** How often it has failed, one time after the other. */
  readonly failures: number;
  /** First line of the error; "" where it is no longer kept. */
  readonly message: string;
}

/** One asset with everything that is wrong with it. */
export interface AttentionItem {
  readonly asset: AssetRef;
  /** `warn` where nothing worse than a warning is wrong: of checks, or of its freshness policy. */
  readonly severity: "error" | "warn";
  /** How many assets depend on it, directly or by way of others. */
  readonly downstream: number;
  /** How many of its partitions failed. */
  readonly failedPartitions: number;
  /** These for people, shortened; "" for an asset without partitions, and without any. */
  readonly failedText: string;
  /** The newest failure; `null` when no partition failed, or its run is no longer kept. */
  readonly failure: AttentionFailure | null;
  /** Since when it is older than its freshness policy allows; `null` while it is not. */
  readonly overdue: AttentionFreshness | null;
  /** Checks whose newest results did not pass, those that failed first; silenced ones are left out. 20 at most. */
  readonly checks: readonly AttentionCheck[];
  /** Names the problems: an acknowledgement holds as long as there are no others. */
  readonly problem: string;
  /** What somebody has said about these problems, while it holds. */
  readonly note: AttentionNote | null;
}

/** What made partitions of an asset fail the last time. */
export interface AttentionFailure {
  readonly runId: number;
  readonly at: Instant;
  /** First line of the error. */
  readonly message: string;
  readonly ordinal: number;
  /** "" for an asset without partitions. */
  readonly partitionKey: string;
}

/** An asset that is not fresh, by its own policy. */
export interface AttentionFreshness {
  /** `warn` before it is overdue. */
  readonly state: "warn" | "fail";
  readonly since: Instant;
}

/** A check that did not pass on some partitions. */
export interface AttentionCheck {
  readonly name: string;
  readonly failed: number;
  readonly warned: number;
}

/** Problems were seen (`until` is null: as long as there are no others), or are left alone until an instant. */
export interface AttentionNote {
  readonly text: string;
  readonly at: Instant;
  readonly until: Instant | null;
}

/** Answer of `home.acknowledge` and `home.unacknowledge`. */
export interface AttentionNoteChange {
  /** False when there was nothing to take back. */
  readonly changed: boolean;
}

/** `home.upcoming`: ticks of everything that is not paused, within a span of time from now on. */
export interface UpcomingTicks {
  readonly now: Instant;
  readonly until: Instant;
  /** By their first tick, 200 at most; those that do not tick before `until` are left out. */
  readonly owners: readonly UpcomingOwner[];
  /** How many there are in all. */
  readonly total: number;
}

/** A schedule or sensor, and when it ticks. */
export interface UpcomingOwner {
  readonly kind: "schedule" | "sensor";
  readonly name: string;
  /** How often, for people: crons or an interval. */
  readonly rhythm: string;
  /** A schedule's ticks, 300 at most; a sensor's next evaluation. */
  readonly at: readonly Instant[];
  /** Whether there are more of them. */
  readonly more: boolean;
}

/** `home.runs`: runs that were queued or under way at any time of a span. */
export interface RunsOfSpan {
  readonly now: Instant;
  /** The newest first. */
  readonly runs: readonly RunBar[];
  /** Whether there are more than were asked for. */
  readonly more: boolean;
}

/** One run as a bar. */
export interface RunBar {
  readonly id: number;
  readonly status: RunStatus;
  readonly origin: RunOrigin;
  readonly tags: { readonly [name: string]: string };
  readonly createdAt: Instant;
  readonly startedAt: Instant | null;
  readonly endedAt: Instant | null;
  /** Steps in all, and those that failed. */
  readonly total: number;
  readonly failed: number;
  readonly assetCount: number;
  /** The first 5 by position in the run. */
  readonly assets: readonly AssetRef[];
  /** Groups of these, and those in which anything failed. */
  readonly groups: readonly string[];
  /** Groups of the first 100 assets of which a step failed; "" for assets without a group. */
  readonly failedGroups: readonly string[];
}

/** A page of the catalog with its filters, under a name. */
export interface SavedView {
  readonly id: number;
  readonly name: string;
  /** Parameters of the address, as they stand after its `?`. */
  readonly search: string;
  readonly savedAt: Instant;
}

/** `views.list`: by name, 500 at most. */
export interface SavedViews {
  readonly views: readonly SavedView[];
}

/** Answer of `views.delete`. */
export interface SavedViewDeletion {
  /** False when there was none. */
  readonly changed: boolean;
}

/** `favourites.list`: keys of the assets that are starred, those first that were last; 1,000 at most. */
export interface Favourites {
  readonly keys: readonly string[];
}

/** Answer of `favourites.set`. */
export interface FavouriteChange {
  /** False when it was so already. */
  readonly changed: boolean;
}
