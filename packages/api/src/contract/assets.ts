import type { JsonValue, StoredValue } from "@heddle/core";
import type { AssetSnapshot, MappingSpec, PartitionsSpec } from "@heddle/core/internal";
import type { AssetRef, Instant, Ranges, SentencePart, StatusCode } from "./common.ts";

/**
 * `assets.snapshot`: every asset that is declared now, in columns; row `i` of each column is one asset. Rows are in
 * topological order within a code location. `version` changes when any definition does: give the one you hold as
 * `knownVersion` and get `unchanged`.
 */
export type AssetsSnapshotResult =
  | { readonly kind: "unchanged"; readonly version: string }
  | ({ readonly kind: "snapshot" } & AssetsSnapshot);

export interface AssetsSnapshot {
  readonly version: string;
  /** Asset ids; what all other answers name assets by. */
  readonly ids: readonly number[];
  readonly keys: readonly string[];
  /** Names of the groups; `groupOf[i]` is an index into it. */
  readonly groups: readonly string[];
  readonly groupOf: readonly number[];
  /** Names of the code locations; `codeLocationOf[i]` is an index into it. */
  readonly codeLocations: readonly string[];
  readonly codeLocationOf: readonly number[];
  /** 1 where the asset is external. */
  readonly external: readonly (0 | 1)[];
  /** First line of the description, 200 characters at most; "" without one. */
  readonly summaries: readonly string[];
  readonly owners: readonly (readonly string[])[];
  readonly tags: readonly { readonly [name: string]: string }[];
  readonly kinds: readonly (readonly string[])[];
  /** Distinct partitions definitions; `partitionsOf[i]` is an index into it, -1 for an unpartitioned asset. */
  readonly partitions: readonly PartitionsSpec[];
  readonly partitionsOf: readonly number[];
  /** How many checks each asset has. */
  readonly checkCounts: readonly number[];
  /**
   * Lineage: row `i` reads `counts[i]` other rows. `back` holds, row after row, how many rows before it each of these stands;
   * negative where it stands after it. Written so because small numbers travel in half the bytes.
   */
  readonly edges: { readonly counts: readonly number[]; readonly back: readonly number[] };
}

/**
 * `assets.status`: what every asset is in now, in columns. `cursor` is the position in the event stream that this
 * answer already holds: subscribe to `events.stream` with it and nothing is missed.
 */
export interface AssetStatuses {
  readonly cursor: string;
  /** Version of the `assets.snapshot` that the rows belong to; with another one in hand, read both again. */
  readonly definitionsVersion: string;
  readonly now: Instant;
  readonly ids: readonly number[];
  /** The one status to show: the most urgent of the asset's partitions. */
  readonly codes: readonly StatusCode[];
  readonly lastMaterializedAt: readonly (Instant | null)[];
  /** Partitions that exist (1 for an unpartitioned asset). */
  readonly totals: readonly number[];
  /**
   * Partitions by status; the columns of one row add up to its total, or to 0 for an external asset. Which of them are
   * `stale` is as the daemon has judged it, see `staleAsOf`.
   */
  readonly counts: PartitionCountColumns;
  /** What is shown of staleness holds up to this instant: what happened then or later is not judged yet. `null`: up to now. */
  readonly staleAsOf: Instant | null;
  /** Freshness: 0 pass, 1 warn, 2 fail; -1 without a policy, and where nobody knows. */
  readonly freshness: readonly number[];
  /** Newest results of checks, one for each check and partition. */
  readonly checks: {
    readonly passed: readonly number[];
    readonly warned: readonly number[];
    readonly failed: readonly number[];
  };
}

/** How many partitions are in each status, a column for each. */
export interface PartitionCountColumns {
  readonly missing: readonly number[];
  readonly fresh: readonly number[];
  readonly stale: readonly number[];
  readonly failed: readonly number[];
  readonly running: readonly number[];
  readonly queued: readonly number[];
  readonly skipped: readonly number[];
}

/** How many partitions of one asset are in each status. */
export interface PartitionCounts {
  readonly missing: number;
  readonly fresh: number;
  readonly stale: number;
  readonly failed: number;
  readonly running: number;
  readonly queued: number;
  readonly skipped: number;
}

/** `assets.get` */
export type AssetResult =
  | ({ readonly kind: "asset" } & AssetDetail)
  | {
      readonly kind: "unknown";
      readonly key: string;
      /** Most alike first, 5 at most. */ readonly nearest: readonly string[];
    };

export interface AssetDetail {
  readonly id: number;
  readonly definition: AssetSnapshot;
  readonly codeLocation: string;
  /** When it disappeared from its code location; its history stays. `null` while it is declared. */
  readonly removedAt: Instant | null;
  readonly code: StatusCode;
  readonly counts: PartitionCounts;
  readonly total: number;
  readonly lastMaterializedAt: Instant | null;
  /** Why it is in this status: one sentence an entry, the most important first. */
  readonly why: readonly (readonly SentencePart[])[];
  /** The newest of all materializations. */
  readonly latest: Materialization | null;
  readonly upstream: readonly AssetLink[];
  readonly downstream: readonly AssetLink[];
  readonly checks: readonly CheckStanding[];
  /** What was materialized and is outside the definition now: its start moved, or keys are gone. */
  readonly former: FormerPartitions;
  /** What the asset was before its partitions were numbered otherwise; the newest first, 50 at most. */
  readonly formerDefinitions: readonly FormerDefinition[];
}

/** Materialized partitions that do not exist any more. `partitions.detail` opens them like others. */
export interface FormerPartitions {
  readonly count: number;
  readonly partitions: Ranges;
  /** The same for people, shortened; "" without any. */
  readonly text: string;
}

/** A definition that is not in force any more. Its history stays; give `assetId` to `partitions.status` and `.detail`. */
export interface FormerDefinition {
  readonly assetId: number;
  /** How its ordinals and keys belong together. */
  readonly scheme: string;
  /** For people. */
  readonly description: string;
  /** Partitions that were materialized. */
  readonly materialized: number;
  readonly supersededAt: Instant;
}

/** A neighbour in the asset graph, and how the partitions of the downstream end map to those of the upstream end. */
export interface AssetLink extends AssetRef {
  readonly code: StatusCode;
  readonly lastMaterializedAt: Instant | null;
  readonly mapping: MappingSpec;
  /** Which partitions are read, for people. */
  readonly rule: string;
  /** How many of them must be there, for people; `null` where it is all of them. */
  readonly waits: string | null;
}

/** The record that one partition was made. */
export interface Materialization {
  readonly ordinal: number;
  /** "" for an unpartitioned asset. */
  readonly partitionKey: string;
  readonly runId: number;
  /** 1 for a first attempt. */
  readonly attempt: number;
  /** As in `LogLine.attemptId`. */
  readonly attemptId: string;
  /** The asset's own, as in its definition, when it was made; `null` when that version is no longer kept. */
  readonly codeVersion: string | null;
  readonly startedAt: Instant;
  readonly durationMs: number;
  readonly publishedAt: Instant;
  readonly dataVersion: string | null;
  /** Where and how the value is stored: I/O manager, object keys, bytes, checksums, rows, columns. */
  readonly stored: StoredValue | null;
  readonly metadata: { readonly [name: string]: JsonValue };
  /** What it read. */
  readonly inputs: readonly MaterializationInput[];
  /** Since when its data is removed, because a later one had taken its place; `null` while it is there. */
  readonly collectedAt: Instant | null;
  /** Whether consumers read this one. */
  readonly current: boolean;
}

/** Upstream partitions that a materialization read, and the run that had made them. */
export interface MaterializationInput {
  readonly asset: AssetRef;
  readonly partitions: Ranges;
  /** The same for people, shortened. */
  readonly text: string;
  readonly runId: number;
}

/** `assets.report` */
export interface ReportResult {
  /** The run that stands for the report. */
  readonly runId: number;
  readonly partitions: number;
  /** False when the same report was made before. */
  readonly created: boolean;
}

/** `assets.observe` */
export interface ObserveResult {
  /** The run that looks. */
  readonly runId: number;
  /** Assets and partitions that it looks at. */
  readonly assets: number;
  readonly partitions: number;
  /** False when the same was asked for before. */
  readonly created: boolean;
}

/** `assets.wipe` */
export interface WipeResult {
  /** Partitions that were made or had failed, and are missing now. */
  readonly partitions: number;
  /** The same for people, shortened. */
  readonly text: string;
  /** False when nothing of them was there, or when the same wipe was done before. */
  readonly changed: boolean;
}

/** How a check stands: the worst of its newest results over all partitions; `never` without any. */
export type CheckState = "failed" | "warned" | "passed" | "never";

/** One check of one asset as it stands now (`checks.forAsset`, `assets.get`). */
export interface CheckStanding {
  readonly name: string;
  readonly description: string | null;
  readonly severity: "warn" | "error";
  readonly blocking: boolean;
  /** Whether the asset still declares it. */
  readonly declared: boolean;
  readonly state: CheckState;
  /** Partitions by their newest result. */
  readonly passed: Ranges;
  readonly warned: Ranges;
  readonly failed: Ranges;
  /** The newest result, on whatever partition. */
  readonly last: CheckResult | null;
  /** The result on the last partition that stands worst; `null` while all pass. */
  readonly problem: CheckResult | null;
}

/** One result of one check on one partition. */
export interface CheckResult {
  readonly id: number;
  readonly name: string;
  readonly ordinal: number;
  readonly partitionKey: string;
  readonly runId: number;
  readonly passed: boolean;
  readonly severity: "warn" | "error";
  readonly blocking: boolean;
  readonly description: string | null;
  readonly metadata: { readonly [name: string]: JsonValue };
  readonly at: Instant;
}

/** `checks.forAsset` */
export interface AssetChecks {
  readonly asset: AssetRef;
  readonly checks: readonly CheckStanding[];
}

/** `selection.evaluate` */
export type SelectionResult =
  | {
      readonly kind: "matched";
      /** The selection in its canonical form. */
      readonly canonical: string;
      readonly ids: readonly number[];
    }
  | {
      readonly kind: "invalid";
      readonly message: string;
      readonly hint: string | null;
      /** Offset of the first wrong character, from 0. */
      readonly position: number;
    };

/** A number that is recorded of materializations. */
export interface NumberSeries {
  readonly name: string;
  /** `bytes`, `ms`, or whatever was reported. */
  readonly unit: string | null;
  /** One for each point; `null` where it was not recorded. */
  readonly values: readonly (number | null)[];
}

/** Something that happened between two materializations. */
export interface MetadataMark {
  readonly at: Instant;
  /** `deploy`: from here on other code of the asset made it. */
  readonly kind: "deploy" | "failed";
  readonly text: string;
  readonly runId: number;
  readonly ordinal: number;
}

/** `assets.metadataSeries`: every number of an asset along time, or along what is in use of its last partitions. */
export interface MetadataSeries {
  readonly axis: "time" | "partition";
  /** Ascending: instants, or ordinals. */
  readonly at: readonly number[];
  /** Key, ordinal and run of each point. */
  readonly partitions: readonly string[];
  readonly ordinals: readonly number[];
  readonly runIds: readonly number[];
  readonly series: readonly NumberSeries[];
  /** Of time alone, ascending. */
  readonly marks: readonly MetadataMark[];
}
