import { brand, hasBrand } from "./brand.ts";
import type { AnyAsset } from "./declarations.ts";
import { runLimitsData, type RunLimits, type RunLimitsOptions } from "./run/run-limits.ts";
import type { PlanPredicate } from "./run/run-plan.ts";
import type { JsonValue } from "./types.ts";

/**
 * Which partitions of the chosen assets. `latest`: the newest window that has ended by the tick. `ended`: every window that
 * has ended since the tick before. They are read by the first chosen asset that has partitions (by time), and the others
 * take the partitions that these map to. Any other text is read as a launch reads it: `"all"`, `"last 7"`,
 * `"2026-01-01..2026-02-01"`. A list holds keys.
 */
export type RequestedPartitions = "latest" | "ended" | (string & {}) | readonly string[];

/** What a run is to make, and how. What is left out is as the schedule or sensor says. */
export interface RunRequest {
  /** Assets, or a selection such as `group:finance`. */
  readonly selection?: string | readonly AnyAsset[] | undefined;
  readonly partitions?: RequestedPartitions | undefined;
  /**
   * Names what asks for this run, such as a file: of one schedule or sensor a key makes one run for ever, however often it
   * is asked for. Requests without one that agree in everything but partitions become one run.
   */
  readonly runKey?: string | undefined;
  /** Config by asset key. */
  readonly config?: Readonly<Record<string, JsonValue>> | undefined;
  readonly tags?: Readonly<Record<string, string>> | undefined;
  /** Higher goes first. */
  readonly priority?: number | undefined;
  /** By when it has to begin and to end, instead of what the schedule or sensor says. */
  readonly limits?: RunLimitsOptions | undefined;
}

/** What every run of a schedule or a sensor is like, unless a request says otherwise. */
export interface RunDefaults {
  /** Assets, or a selection such as `group:finance` or `+key:report`. */
  readonly selection?: string | readonly AnyAsset[] | undefined;
  /** @default "latest" for assets with partitions by time, else all */
  readonly partitions?: RequestedPartitions | undefined;
  /** Of those partitions, only the ones in these states. @default all of them */
  readonly only?: readonly PlanPredicate[] | undefined;
  /**
   * What becomes of partitions that runs which are not over hold: they are left to those runs, made again after those
   * runs, or the tick is skipped. @default "leave_out"
   */
  readonly overlap?: "leave_out" | "wait" | "refuse" | undefined;
  /** Config by asset key. @default none */
  readonly config?: Readonly<Record<string, JsonValue>> | undefined;
  /** @default none */
  readonly tags?: Readonly<Record<string, string>> | undefined;
  /** Higher goes first. @default 0 */
  readonly priority?: number | undefined;
  /** By when each run has to begin and to end. @default no limit */
  readonly limits?: RunLimitsOptions | undefined;
}

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

/** {@link RequestedPartitions} as data. */
export type PartitionsRule =
  | { readonly kind: "latest" }
  | { readonly kind: "ended" }
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "keys"; readonly keys: readonly string[] };

/** A {@link RunRequest} as data: what leaves the process of user code. `null` where it is as declared. */
export interface RunRequestData {
  readonly assets: ChosenAssets | null;
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
  /** `null`: the newest window of assets by time, else all. */
  readonly partitions: PartitionsRule | null;
  readonly only: readonly PlanPredicate[] | null;
  readonly overlap: "leave_out" | "wait" | "refuse";
  readonly config: Readonly<Record<string, JsonValue>>;
  readonly tags: Readonly<Record<string, string>>;
  readonly priority: number;
  /** Absent: none. */
  readonly limits?: RunLimits;
}

/** Writes chosen assets as data. */
export function chosenAssets(selection: string | readonly AnyAsset[]): ChosenAssets {
  return typeof selection === "string" ? { selection } : { keys: selection.map(({ key }) => key) };
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
    assets: options.selection === undefined ? null : chosenAssets(options.selection),
    partitions: options.partitions === undefined ? null : partitionsRule(options.partitions),
    only: options.only ?? null,
    overlap: options.overlap ?? "leave_out",
    config: options.config ?? {},
    tags: options.tags ?? {},
    priority: options.priority ?? 0,
    ...(options.limits !== undefined && { limits: runLimitsData(options.limits) }),
  };
}
