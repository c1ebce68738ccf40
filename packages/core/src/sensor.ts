import { NO_RESOURCES } from "./asset-options.ts";
import { brand, hasBrand } from "./brand.ts";
import type { ResourceValues, SlotsOf } from "./dependency-types.ts";
import type { Logger } from "./logger.ts";
import type { DynamicPartitionsDefinition } from "./partitions/partitions-definition.ts";
import type { ResourcesShape } from "./resource.ts";
import type { WatchedEvents } from "./event-sensor.ts";
import type { RunDefaults, RunRequest, Skip } from "./run-request.ts";
import { DEFAULT_TICK_TIMEOUT_MS, type ScheduleResult } from "./schedule.ts";
import type { SourceLocation } from "./snapshot.ts";
import { captureSourceLocation } from "./source-location.ts";
import type { Consumption } from "./tick/consume-events.ts";
import type { MaybePromise } from "./types.ts";

/** How often a sensor is evaluated when it does not say. */
export const DEFAULT_SENSOR_INTERVAL_MS = 30_000;
/** How often a sensor that reacts to events looks whether there are any. */
export const EVENT_SENSOR_INTERVAL_MS = 1_000;

/** What the function of a sensor gets. */
export interface SensorContext<TResources = Readonly<Record<string, unknown>>> {
  /** What the last evaluation that succeeded gave back; `null` before the first one, and after a reset. */
  readonly cursor: string | null;
  /** When the evaluation before this one began; `null` for the first one. */
  readonly lastTickAt: Date | null;
  readonly resources: TResources;
  /** Aborted when the time for the evaluation is over, or when nobody waits for it any more. */
  readonly signal: AbortSignal;
  /** Lines are kept with the tick. */
  readonly log: Logger;
}

/** Keys for a dynamic partitions definition. */
export interface SensorPartitions {
  /** Name of the definition, or what `dynamicPartitions()` returned. */
  readonly definition: string | DynamicPartitionsDefinition;
  readonly keys: readonly string[];
}

/** What the function of a sensor gives back; all of it takes effect in one transaction, or none. */
export interface SensorEvaluation {
  /** @default none */
  readonly requests?: readonly RunRequest[] | undefined;
  /** At most 64 KB. Left out: as it was. */
  readonly cursor?: string | undefined;
  /** Keys that are added before the requests are looked at. @default none */
  readonly addPartitions?: readonly SensorPartitions[] | undefined;
  /** Keys that are removed. @default none */
  readonly removePartitions?: readonly SensorPartitions[] | undefined;
  /** Why there are no requests, for the history: as `skip` says it, where the cursor moves all the same. */
  readonly reason?: string | undefined;
}

/** What the function of a sensor gives back: what to do, or why nothing. Nothing at all is nothing to do. */
export type SensorResult = SensorEvaluation | Skip | undefined | void;

/** What {@link sensor} takes. */
export type SensorOptions<TResources extends ResourcesShape> = SensorOwnOptions<TResources> & RunDefaults;

interface SensorOwnOptions<TResources extends ResourcesShape> {
  /**
   * Name of the sensor, one for each schedule and sensor: letters, digits, `_` and `-`. Its cursor and its run keys belong
   * to the name.
   */
  readonly name: string;
  readonly description?: string | undefined;
  /** From the start of one evaluation to the start of the next, in milliseconds; a second at least. @default 30_000 */
  readonly intervalMs?: number | undefined;
  /** Whether it is evaluated as soon as it is loaded for the first time. @default true */
  readonly enabledByDefault?: boolean | undefined;
  readonly resources?: TResources | undefined;
  /**
   * Looks for what has happened. It may be called more than once for one cursor, after a crash or a failure, and what it
   * gives back takes effect once.
   */
  evaluate(context: SensorContext<ResourceValues<TResources>>): MaybePromise<SensorResult>;
  /** Longest time that `evaluate` may take, in milliseconds. @default 60_000 */
  readonly timeoutMs?: number | undefined;
}

/**
 * A sensor as declared; made by {@link sensor}, `assetSensor` and `runStatusSensor`. `TSlots`: the resources that
 * `definitions` must provide; `TContext`: what its function gets.
 */
export interface Sensor<TSlots = object, TContext = never> {
  readonly kind: "sensor";
  readonly name: string;
  readonly description: string | null;
  readonly intervalMs: number;
  /** What it reacts to; `null` for one that looks by itself. */
  readonly events: WatchedEvents | null;
  /** How it takes these. */
  readonly consume: Consumption;
  readonly enabledByDefault: boolean;
  readonly run: RunDefaults;
  readonly resources: ResourcesShape;
  /** The function that was declared, as it is: call it in a unit test with a context of your own. */
  readonly evaluate: ((context: TContext) => MaybePromise<SensorResult | ScheduleResult>) | null;
  readonly timeoutMs: number;
  readonly source: SourceLocation | null;
  /** Only types: they do not exist at run time. */
  readonly types?: { readonly slots: TSlots };
}

/** Any sensor. */
export type AnySensor = Sensor;

/**
 * Declares a sensor: a function that is called again and again, looks for what has happened elsewhere, and asks for runs.
 *
 * @example
 * export const newFiles = sensor({
 *   name: "new_files",
 *   intervalMs: 60_000,
 *   selection: [rawFiles],
 *   async evaluate({ cursor, resources }) {
 *     const names = await resources.bucket.listAfter(cursor ?? "");
 *     if (names.length === 0) return skip("no new files");
 *     return {
 *       addPartitions: [{ definition: files, keys: names }],
 *       requests: names.map((name) => ({ partitions: [name], runKey: name })),
 *       cursor: names.at(-1),
 *     };
 *   },
 * });
 */
export function sensor<TResources extends ResourcesShape = Record<never, never>>(
  options: SensorOptions<TResources>,
): Sensor<SlotsOf<TResources>, SensorContext<ResourceValues<TResources>>> {
  const declared: Sensor<SlotsOf<TResources>, SensorContext<ResourceValues<TResources>>> = {
    kind: "sensor",
    name: options.name,
    description: options.description ?? null,
    intervalMs: options.intervalMs ?? DEFAULT_SENSOR_INTERVAL_MS,
    events: null,
    consume: { kind: "each" },
    enabledByDefault: options.enabledByDefault ?? true,
    run: options,
    resources: options.resources ?? NO_RESOURCES,
    evaluate: options.evaluate,
    timeoutMs: options.timeoutMs ?? DEFAULT_TICK_TIMEOUT_MS,
    source: captureSourceLocation(sensor),
  };
  return brand(declared, "sensor");
}

/** Says whether `value` was made by {@link sensor}. */
export function isSensor(value: unknown): value is AnySensor {
  return hasBrand(value, "sensor");
}
