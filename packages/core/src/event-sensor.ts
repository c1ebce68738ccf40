import { NO_RESOURCES } from "./asset-options.ts";
import { brand } from "./brand.ts";
import type { AnyUpstream } from "./declarations.ts";
import type { ResourceValues, SlotsOf } from "./dependency-types.ts";
import type { Logger } from "./logger.ts";
import type { ResourcesShape } from "./resource.ts";
import type { ChosenAssets, RunDefaults } from "./run-request.ts";
import { DEFAULT_TICK_TIMEOUT_MS, type ScheduleResult } from "./schedule.ts";
import { EVENT_SENSOR_INTERVAL_MS, type Sensor } from "./sensor.ts";
import { captureSourceLocation } from "./source-location.ts";
import type { RunStatus } from "./statuses.ts";
import type { Consumption } from "./tick/consume-events.ts";
import type { JsonValue, MaybePromise } from "./types.ts";
import type { WebhookSignature } from "./webhook-sensor.ts";

/** Partitions of one asset that were materialized together. */
export interface MaterializedEvent {
  readonly kind: "materialized";
  readonly at: Date;
  readonly assetKey: string;
  /** The keys, 1,000 at most; none for an asset without partitions. */
  readonly partitionKeys: readonly string[];
  /** How many partitions. */
  readonly count: number;
  readonly runId: number;
}

/** The end of a run. */
export interface RunEndedEvent {
  readonly kind: "run-ended";
  readonly at: Date;
  readonly runId: number;
  readonly status: "success" | "failed" | "canceled";
  /** Why the run existed: `{ kind: "manual" | "schedule" | …, … }`. */
  readonly origin: Readonly<Record<string, JsonValue>>;
  readonly tags: Readonly<Record<string, string>>;
}

/** Results of one check that came out alike, of partitions that were settled together. */
export interface CheckedEvent {
  readonly kind: "checked";
  readonly at: Date;
  readonly assetKey: string;
  /** Name of the check. */
  readonly check: string;
  /** `warned`: it did not pass, with severity `warn`. */
  readonly outcome: "passed" | "warned" | "failed";
  /** The keys, 1,000 at most; none for an asset without partitions. */
  readonly partitionKeys: readonly string[];
  /** How many partitions. */
  readonly count: number;
  readonly runId: number;
}

/** What the function of an event sensor gets. */
export interface EventSensorContext<TEvent, TResources = Readonly<Record<string, unknown>>> {
  /** In the order in which they happened; one at least. */
  readonly events: readonly TEvent[];
  readonly resources: TResources;
  /** Aborted when the time for the evaluation is over, or when nobody waits for it any more. */
  readonly signal: AbortSignal;
  /** Lines are kept with the tick. */
  readonly log: Logger;
}

/**
 * How events are taken. `each`: one after the other. `latest`: what has gathered, at once, of which the function sees the
 * newest. `batch`: up to so many at once, as soon as they are there or the first one is `withinMs` old. `debounceMs`: what
 * lies together without a pause of that length, when the pause is over.
 */
export type ConsumeOption =
  | "each"
  | "latest"
  | { readonly batch: number; readonly withinMs: number }
  | { readonly debounceMs: number };

/** What every event sensor takes. */
export type EventSensorOptions<TEvent, TResources extends ResourcesShape> = EventSensorOwnOptions<TEvent, TResources> &
  RunDefaults;

interface EventSensorOwnOptions<TEvent, TResources extends ResourcesShape> {
  /** Name of the sensor, one for each schedule and sensor: letters, digits, `_` and `-`. Its place among the events belongs to it. */
  readonly name: string;
  readonly description?: string | undefined;
  /** @default "each" */
  readonly consume?: ConsumeOption | undefined;
  /** Whether it looks for events as soon as it is loaded for the first time. @default true */
  readonly enabledByDefault?: boolean | undefined;
  readonly resources?: TResources | undefined;
  /**
   * Turns events into runs, or skips them. It may be called more than once for the same events, after a crash or a failure,
   * and its answer is taken once. Left out: the declared run.
   */
  readonly evaluate?:
    | ((context: EventSensorContext<TEvent, ResourceValues<TResources>>) => MaybePromise<ScheduleResult>)
    | undefined;
  /** Longest time that `evaluate` may take, in milliseconds. @default 60_000 */
  readonly timeoutMs?: number | undefined;
}

/** What {@link assetSensor} takes. */
export type AssetSensorOptions<TResources extends ResourcesShape> = EventSensorOptions<
  MaterializedEvent,
  TResources
> & {
  /** The assets whose materializations are waited for: these, or those that a selection names. */
  readonly assets: string | readonly AnyUpstream[];
};

/** What {@link runStatusSensor} takes. */
export type RunStatusSensorOptions<TResources extends ResourcesShape> = EventSensorOptions<
  RunEndedEvent,
  TResources
> & {
  /** Ends that are waited for: `success`, `failed`, `canceled`. */
  readonly statuses: readonly ("success" | "failed" | "canceled")[];
};

/** What {@link checkSensor} takes. */
export type CheckSensorOptions<TResources extends ResourcesShape> = EventSensorOptions<CheckedEvent, TResources> & {
  /** The assets whose checks are waited for: these, or those that a selection names. */
  readonly assets: string | readonly AnyUpstream[];
  /** Only checks of these names. @default all of them */
  readonly checks?: readonly string[] | undefined;
  /** @default ["failed"] */
  readonly outcomes?: readonly ("passed" | "warned" | "failed")[] | undefined;
};

/** What an event sensor waits for, as data. */
export type WatchedEvents =
  | { readonly kind: "materialized"; readonly assets: ChosenAssets }
  | { readonly kind: "run-ended"; readonly statuses: readonly RunStatus[] }
  | {
      readonly kind: "checked";
      readonly assets: ChosenAssets;
      /** `null`: whatever their name. */
      readonly checks: readonly string[] | null;
      readonly outcomes: readonly ("passed" | "warned" | "failed")[];
    }
  | {
      readonly kind: "webhook";
      readonly signature: WebhookSignature;
      /** Names the environment variable of the server that holds the secret. */
      readonly secretEnv: string;
      readonly toleranceMs: number;
    };

/**
 * Declares a sensor that reacts to materializations. Those of runs that it has asked for itself are left out, so that it does
 * not set itself off.
 *
 * @example
 * export const refreshed = assetSensor({
 *   name: "refreshed",
 *   assets: [orders],
 *   consume: { debounceMs: 60_000 },
 *   selection: [report],
 * });
 */
export function assetSensor<TResources extends ResourcesShape = Record<never, never>>(
  options: AssetSensorOptions<TResources>,
): Sensor<SlotsOf<TResources>, EventSensorContext<MaterializedEvent, ResourceValues<TResources>>> {
  const watched: WatchedEvents = { kind: "materialized", assets: chosenUpstream(options.assets) };
  return declareEventSensor(options, watched, captureSourceLocation(assetSensor));
}

/**
 * Declares a sensor that reacts to results of checks, also of values that were not published because of them. Those of runs
 * that it has asked for itself are left out.
 *
 * @example
 * export const doubts = checkSensor({
 *   name: "doubts",
 *   assets: [orders],
 *   outcomes: ["failed", "warned"],
 *   evaluate({ events, log }) {
 *     for (const { check, partitionKeys } of events) log.warn(check, { partitions: [...partitionKeys] });
 *     return skip("told");
 *   },
 * });
 */
export function checkSensor<TResources extends ResourcesShape = Record<never, never>>(
  options: CheckSensorOptions<TResources>,
): Sensor<SlotsOf<TResources>, EventSensorContext<CheckedEvent, ResourceValues<TResources>>> {
  const { checks = null, outcomes = ["failed"] } = options;
  const watched: WatchedEvents = { kind: "checked", assets: chosenUpstream(options.assets), checks, outcomes };
  return declareEventSensor(options, watched, captureSourceLocation(checkSensor));
}

function chosenUpstream(assets: string | readonly AnyUpstream[]): ChosenAssets {
  return typeof assets === "string" ? { selection: assets } : { keys: assets.map(({ key }) => key) };
}

/**
 * Declares a sensor that reacts to the end of runs. Runs that it has asked for itself are left out.
 *
 * @example
 * export const alarm = runStatusSensor({
 *   name: "alarm",
 *   statuses: ["failed"],
 *   resources: { chat },
 *   async evaluate({ events, resources }) {
 *     for (const { runId } of events) await resources.chat.say(`run ${runId} failed`);
 *     return skip("told");
 *   },
 * });
 */
export function runStatusSensor<TResources extends ResourcesShape = Record<never, never>>(
  options: RunStatusSensorOptions<TResources>,
): Sensor<SlotsOf<TResources>, EventSensorContext<RunEndedEvent, ResourceValues<TResources>>> {
  return declareEventSensor(
    options,
    { kind: "run-ended", statuses: options.statuses },
    captureSourceLocation(runStatusSensor),
  );
}

/** Declares a sensor that reacts to events of one kind. */
export function declareEventSensor<TEvent, TResources extends ResourcesShape>(
  options: EventSensorOptions<TEvent, TResources>,
  events: WatchedEvents,
  source: Sensor["source"],
): Sensor<SlotsOf<TResources>, EventSensorContext<TEvent, ResourceValues<TResources>>> {
  return brand(
    {
      kind: "sensor",
      name: options.name,
      description: options.description ?? null,
      intervalMs: EVENT_SENSOR_INTERVAL_MS,
      events,
      consume: consumption(options.consume ?? "each"),
      enabledByDefault: options.enabledByDefault ?? true,
      run: options,
      resources: options.resources ?? NO_RESOURCES,
      evaluate: options.evaluate ?? null,
      timeoutMs: options.timeoutMs ?? DEFAULT_TICK_TIMEOUT_MS,
      source,
    },
    "sensor",
  );
}

function consumption(option: ConsumeOption): Consumption {
  if (typeof option === "string") return { kind: option };
  if ("batch" in option) return { kind: "batch", size: option.batch, withinMs: option.withinMs };
  return { kind: "debounce", quietMs: option.debounceMs };
}
