import { brand, hasBrand } from "./brand.ts";
import type { AnyAsset, AnyAssetCheck } from "./declarations.ts";
import { runLimitsData, type RunLimits, type RunLimitsOptions } from "./run/run-limits.ts";
import type { PlanPredicate, PlanReuse } from "./run/run-plan.ts";
import type { JsonValue } from "./types.ts";

/**
 * Which partitions of the chosen assets. `latest`: the newest window that has ended by the tick. `ended`: every window that
 * has ended since the tick before. They are read by the first chosen asset that has partitions (by time), and the others
 * take the partitions that these map to. Any other text is read as a launch reads it: `"all"`, `"last 7"`,
 * `"2026-01-01..2026-02-01"`. A list holds keys.
 */
export type RequestedPartitions = "latest" | "ended" | (string & {}) | readonly string[];

/** What is the same of all requests for runs. */
interface RequestOptions {
  /** Of runs that run checks alone: each asset reads them by itself, and what has no value is left out. */
  readonly partitions?: RequestedPartitions | undefined;
  /**
   * Names what asks for this run, such as a file: of one schedule or sensor a key makes one run for ever, however often it
   * is asked for. Requests without one that agree in everything but partitions become one run.
   */
  readonly runKey?: string | undefined;
  readonly tags?: Readonly<Record<string, string>> | undefined;
  /** Higher goes first. */
  readonly priority?: number | undefined;
  /** By when it has to begin and to end, instead of what the schedule or sensor says. */
  readonly limits?: RunLimitsOptions | undefined;
}

/** A request for a run that makes assets. */
interface MakingRequest {
  /** Assets, or a selection such as `group:finance`. */
  readonly selection?: string | readonly AnyAsset[] | undefined;
  readonly runChecks?: undefined;
  /** Config by asset key. */
  readonly config?: Readonly<Record<string, JsonValue>> | undefined;
}

/** A request for a run of the checks that some assets have. */
interface CheckingRequest {
  /** Assets, or a selection such as `group:finance`. */
  readonly selection?: string | readonly AnyAsset[] | undefined;
  /** All checks of these assets, and nothing is made. */
  readonly runChecks: "all";
  readonly config?: undefined;
}

/** A request for a run of checks. */
interface ListedChecksRequest {
  readonly selection?: undefined;
  /** These checks, and nothing is made. */
  readonly runChecks: readonly AnyAssetCheck[];
  readonly config?: undefined;
}

/**
 * What a run is to make, or which checks it is to run on what is stored, and how. What is left out is as the schedule or
 * sensor says; one that declares `runChecks` never makes anything.
 */
export type RunRequest = RequestOptions & (MakingRequest | CheckingRequest | ListedChecksRequest);

/** What is the same of the runs of all schedules and sensors. */
interface DefaultOptions {
  /**
   * Of runs that run checks alone: each asset reads them by itself, and what has no value is left out.
   * @default "latest" for assets with partitions by time, else all
   */
  readonly partitions?: RequestedPartitions | undefined;
  /** @default none */
  readonly tags?: Readonly<Record<string, string>> | undefined;
  /** Higher goes first. @default 0 */
  readonly priority?: number | undefined;
  /** By when each run has to begin and to end. @default no limit */
  readonly limits?: RunLimitsOptions | undefined;
}

/** Runs that make assets. */
interface MakingDefaults {
  /** Assets, or a selection such as `group:finance` or `+key:report`. */
  readonly selection?: string | readonly AnyAsset[] | undefined;
  readonly runChecks?: undefined;
  /** Of the partitions, only the ones in these states. @default all of them */
  readonly only?: readonly PlanPredicate[] | undefined;
  /**
   * What becomes of partitions that runs which are not over hold: they are left to those runs, made again after those
   * runs, or the tick is skipped. @default "leave_out"
   */
  readonly overlap?: "leave_out" | "wait" | "refuse" | undefined;
  /**
   * Which assets skip partitions that are up to date when their step would start: those that declare `cache`, all of them
   * (`fresh`), or none (`never`). @default "declared"
   */
  readonly reuse?: PlanReuse | undefined;
  /** Config by asset key. @default none */
  readonly config?: Readonly<Record<string, JsonValue>> | undefined;
}

/** What only runs that make something have. */
interface NothingMade {
  readonly only?: undefined;
  readonly overlap?: undefined;
  readonly reuse?: undefined;
  readonly config?: undefined;
}

/** Runs of all checks that some assets have. */
interface CheckingDefaults extends NothingMade {
  /** Assets, or a selection such as `group:finance`. */
  readonly selection?: string | readonly AnyAsset[] | undefined;
  /** All checks of these assets are run on what is stored, and nothing is made. */
  readonly runChecks: "all";
}

/** Runs of checks. */
interface ListedChecksDefaults extends NothingMade {
  readonly selection?: undefined;
  /** These checks are run on what is stored, and nothing is made. */
  readonly runChecks: readonly AnyAssetCheck[];
}

/** What every run of a schedule or a sensor is like, unless a request says otherwise. */
export type RunDefaults = DefaultOptions & (MakingDefaults | CheckingDefaults | ListedChecksDefaults);

/** Says that a tick asks for nothing, and why; made by {@link skip}. */
export interface Skip {
  readonly kind: "skip";
  readonly reason: string;
}

/**
 * What a tick gives back when there is nothing to do. The reason is kept with the tick.
 *
 * @example
 * if (files.length === 0) return skip("no new files");
 */
export function skip(reason: string): Skip {
  return brand({ kind: "skip", reason }, "skip");
}

/** Says whether `value` was made by {@link skip}. */
export function isSkip(value: unknown): value is Skip {
  return hasBrand(value, "skip");
}

/** Assets as data: a selection, or keys. */
export type ChosenAssets = { readonly selection: string } | { readonly keys: readonly string[] };

/** Checks that are run by themselves, as data: all of the chosen assets, or these, by asset key. */
export type ChosenChecks = "all" | Readonly<Record<string, readonly string[]>>;

/** {@link RequestedPartitions} as data. */
export type PartitionsRule =
  | { readonly kind: "latest" }
  | { readonly kind: "ended" }
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "keys"; readonly keys: readonly string[] };

/** A {@link RunRequest} as data: what leaves the process of user code. `null` where it is as declared. */
export interface RunRequestData {
  readonly assets: ChosenAssets | null;
  /** Absent: as declared. Those that are named come with their assets. */
  readonly checks?: ChosenChecks;
  readonly partitions: PartitionsRule | null;
  readonly runKey: string | null;
  readonly config: Readonly<Record<string, JsonValue>> | null;
  readonly tags: Readonly<Record<string, string>> | null;
  readonly priority: number | null;
  /** Absent: as declared. */
  readonly limits?: RunLimits;
}

/** {@link RunDefaults} as data. */
export interface RunDefaultsData {
  /** `null`: every request says it. */
  readonly assets: ChosenAssets | null;
  /** Absent: the assets are made. Those that are named come with their assets. */
  readonly checks?: ChosenChecks;
  /** `null`: the newest window of assets by time, else all. */
  readonly partitions: PartitionsRule | null;
  readonly only: readonly PlanPredicate[] | null;
  readonly overlap: "leave_out" | "wait" | "refuse";
  readonly config: Readonly<Record<string, JsonValue>>;
  readonly tags: Readonly<Record<string, string>>;
  readonly priority: number;
  /** Absent: as assets declare it. */
  readonly reuse?: PlanReuse;
  /** Absent: none. */
  readonly limits?: RunLimits;
}

/** Writes chosen assets as data. */
export function chosenAssets(selection: string | readonly AnyAsset[]): ChosenAssets {
  return typeof selection === "string" ? { selection } : { keys: selection.map(({ key }) => key) };
}

/** Writes what is to be made, or checked, as data. */
export function chosenWork({ selection, runChecks }: Pick<RunRequest, "selection" | "runChecks">): {
  readonly assets: ChosenAssets | null;
  readonly checks?: ChosenChecks;
} {
  if (typeof runChecks === "object") {
    const checks = chosenChecks(runChecks);
    return { assets: { keys: Object.keys(checks) }, checks };
  }
  const assets = selection === undefined ? null : chosenAssets(selection);
  return runChecks === undefined ? { assets } : { assets, checks: runChecks };
}

function chosenChecks(checks: readonly AnyAssetCheck[]): Readonly<Record<string, readonly string[]>> {
  const byAsset = Map.groupBy(new Set(checks), ({ asset }) => asset.key);
  return Object.fromEntries([...byAsset].map(([key, own]) => [key, own.map(({ name }) => name)]));
}

/** Writes requested partitions as data. */
export function partitionsRule(partitions: RequestedPartitions): PartitionsRule {
  if (typeof partitions !== "string") return { kind: "keys", keys: [...partitions] };
  if (partitions === "latest") return { kind: "latest" };
  if (partitions === "ended") return { kind: "ended" };
  return { kind: "text", text: partitions };
}

/** Writes what all runs of a schedule or sensor are like as data. */
export function runDefaults(options: RunDefaults): RunDefaultsData {
  return {
    ...chosenWork(options),
    partitions: options.partitions === undefined ? null : partitionsRule(options.partitions),
    only: options.only ?? null,
    overlap: options.overlap ?? "leave_out",
    config: options.config ?? {},
    tags: options.tags ?? {},
    priority: options.priority ?? 0,
    ...(options.reuse !== undefined && { reuse: options.reuse }),
    ...(options.limits !== undefined && { limits: runLimitsData(options.limits) }),
  };
}
