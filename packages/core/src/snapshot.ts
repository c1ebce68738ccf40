import type { SchemaDrift } from "./io-manager.ts";
import type { AutomationRunsData } from "./automation/automation-runs.ts";
import type { AutomationSpec } from "./automation/condition-spec.ts";
import type { FreshnessSpec } from "./freshness/freshness-spec.ts";
import type { MappingSpec } from "./partitions/mapping-spec.ts";
import type { Multiplicity } from "./partitions/partition-mapping.ts";
import type { NotificationSnapshot } from "./notifications/notification.ts";
import type { PartitionsSpec } from "./partitions/partitions-spec.ts";
import type { PoolSnapshot, PoolUse } from "./pool.ts";
import type { WaitPolicy } from "./partitions/wait-policy.ts";
import type { ScheduleSnapshot, SensorSnapshot } from "./tick/tick-snapshot.ts";
import type { JsonValue } from "./types.ts";

/** Where something is declared: path relative to the project, 1-based line. */
export interface SourceLocation {
  readonly file: string;
  readonly line: number;
}

/** A retry policy as data. */
export interface RetryPolicy {
  /** How often a step is tried in all, the first time included. @default 1 */
  readonly attempts: number;
  /** How the delay grows from one retry to the next. @default "constant" */
  readonly backoff: "constant" | "linear" | "exponential";
  /**
   * Delay before the first retry, in milliseconds; or a list with the delay before each retry, of which the last one
   * holds for all that follow. @default 0
   */
  readonly delayMs: number | readonly number[];
  /** By how much an exponential delay grows from one retry to the next. @default 2 */
  readonly factor?: number;
  /** Longest delay, in milliseconds. @default 3_600_000 */
  readonly maxDelayMs: number;
  /** Whether each delay is drawn at random between nothing and itself. @default false */
  readonly jitter: boolean;
  /** What holds for certain errors: the first rule that fits an error replaces what it states. @default none */
  readonly rules?: readonly RetryRule[];
}

/** What a retry policy says of certain errors. */
export interface RetryRule extends Partial<Omit<RetryPolicy, "rules">> {
  /** Name or code of the error, or of an error that caused it, such as `RateLimitError` or `ECONNRESET`. */
  readonly error?: string;
  /** Text that the error's message contains. */
  readonly message?: string;
}

/** One dependency of an asset: the name under which its function sees it, and how partitions map. */
export interface DependencySnapshot {
  readonly name: string;
  readonly upstream: string;
  readonly mapping: MappingSpec;
  /** Whether the asset's function gets one value, or a `PartitionedInput` of any number. */
  readonly multiplicity: Multiplicity;
  /** Which partitions are read, as a sentence for people, whether the mapping was declared or derived. */
  readonly rule: string;
  /** How many of the partitions that are read must be there. @default all of them */
  readonly wait?: WaitPolicy;
  readonly columns?: readonly string[];
}

/** One asset as data: all that the daemon, the server and the browser know of it. */
export interface AssetSnapshot {
  readonly key: string;
  readonly kind: "asset" | "external";
  /** Whether an external asset is observed: by steps of runs that make nothing. @default false */
  readonly observed?: true;
  readonly description: string | null;
  readonly group: string;
  readonly owners: readonly string[];
  readonly tags: { readonly [name: string]: string };
  readonly kinds: readonly string[];
  readonly metadata: { readonly [name: string]: JsonValue };
  readonly partitions: PartitionsSpec | null;
  readonly deps: readonly DependencySnapshot[];
  readonly resources: readonly string[];
  readonly retry: RetryPolicy;
  /** Hard limit for one attempt, in milliseconds. */
  readonly timeoutMs: number;
  /** Longest time without a sign of progress, in milliseconds; absent for no limit of its own. */
  readonly noProgressMs?: number;
  /** Whether a partition that is up to date is skipped. @default false */
  readonly cache?: boolean;
  /** `process` gives every step a process of its own. */
  readonly isolation: "shared" | "process";
  /** Pools that each of its steps counts against; absent for none. */
  readonly pools?: readonly PoolUse[];
  /** How many partitions its function makes at a time: a number, or all of a run that are free; `null` or absent: one. */
  readonly chunk?: number | "range" | null;
  /** What a run may pass to its function; `null` or absent when it takes nothing. */
  readonly config?: ConfigSnapshot | null;
  /** When its partitions are made without anybody asking; absent for never. */
  readonly automation?: AutomationSpec;
  /** What the runs are like that its condition asks for; absent for as usual. */
  readonly automationRuns?: AutomationRunsData;
  /** How old it may get before it counts as overdue; absent for any age. */
  readonly freshness?: FreshnessSpec;
  /** Name of the I/O manager. */
  readonly io: string;
  /** For an asset whose I/O manager stores tables: which changes of its columns are allowed. `null` or absent: no table. */
  readonly table?: { readonly drift: SchemaDrift } | null;
  /** Whether its I/O manager shows what is published to readers that do not come through Heddle. @default false */
  readonly publishesOutside?: boolean;
  /** What is declared about its columns, in their order; absent when nothing is. */
  readonly columns?: readonly ColumnSnapshot[];
  readonly source: SourceLocation | null;
  readonly codeVersion: string;
  readonly checks: readonly CheckSnapshot[];
}

/** One column of an asset as data. */
export interface ColumnSnapshot {
  readonly name: string;
  /** The Arrow type's name; absent where only a value tells it. */
  readonly type?: string;
  readonly nullable?: boolean;
  readonly description?: string;
  /** Where it comes from; absent: not known, empty: from no other asset. */
  readonly from?: readonly ColumnSource[];
  /** Whether `from` was found out and not declared. */
  readonly derived?: true;
  /** Why it could not be found out; absent where nobody tried. */
  readonly unknownBecause?: string;
}

/** What a column takes from one upstream asset. */
export interface ColumnSource {
  readonly upstream: string;
  readonly columns: readonly string[];
  /** Whether the one column is passed through as it is. */
  readonly passes: boolean;
}

/** The config that an asset takes, as data. */
export interface ConfigSnapshot {
  /** JSON schema of what a run passes; `null` when the library that it was written with cannot say. */
  readonly jsonSchema: JsonValue;
  /** Whether a run without config is refused: the schema does not take an empty object. */
  readonly required: boolean;
}

/** One asset check as data. */
export interface CheckSnapshot {
  readonly name: string;
  readonly description: string | null;
  readonly severity: "warn" | "error";
  readonly blocking: boolean;
  /** When it runs by itself, besides on every materialization; absent for never. */
  readonly automation?: AutomationSpec;
  /** What the runs are like that its condition asks for; absent for as usual. */
  readonly automationRuns?: AutomationRunsData;
  readonly source: SourceLocation | null;
}

/** Everything that one code location declares. Assets are in topological order. */
export interface DefinitionsSnapshot {
  /** Format of this object; a reader refuses what it does not know. */
  readonly protocol: 1;
  readonly assets: readonly AssetSnapshot[];
  /** Absent where the code was loaded by a version without them. */
  readonly schedules?: readonly ScheduleSnapshot[];
  readonly sensors?: readonly SensorSnapshot[];
  /** Absent where it declares none. */
  readonly notifications?: readonly NotificationSnapshot[];
  /** Limits that it declares, those of single assets among them. */
  readonly pools?: readonly PoolSnapshot[];
  /** Resources that something takes; absent where nothing does, and where an older version loaded the code. */
  readonly resources?: readonly ResourceSnapshot[];
}

/** A resource, and what takes it. */
export interface ResourceSnapshot {
  /** Its name, or that of the slot which it fills. */
  readonly key: string;
  readonly description: string | null;
  readonly source: SourceLocation | null;
  /** How many of each take it. */
  readonly users: {
    readonly assets: number;
    readonly checks: number;
    readonly schedules: number;
    readonly sensors: number;
  };
}
