import { NO_RESOURCES } from "./asset-options.ts";
import { brand, hasBrand } from "./brand.ts";
import type { ResourceValues, SlotsOf } from "./dependency-types.ts";
import type { Logger } from "./logger.ts";
import type { ResourcesShape } from "./resource.ts";
import type { RunDefaults, RunRequest, Skip } from "./run-request.ts";
import type { SourceLocation } from "./snapshot.ts";
import { captureSourceLocation } from "./source-location.ts";
import type { CatchUp } from "./tick/due-ticks.ts";
import type { MaybePromise } from "./types.ts";

/** Longest time that the function of a tick may take when it does not say: a minute. */
export const DEFAULT_TICK_TIMEOUT_MS = 60_000;

/** What the function of a schedule gets. */
export interface ScheduleContext<TResources = Readonly<Record<string, unknown>>> {
  /** When the tick was due: its name, however late it is evaluated. */
  readonly scheduledAt: Date;
  /** When the tick before it was due, evaluated or not. */
  readonly previousAt: Date;
  readonly resources: TResources;
  /** Aborted when the time for the tick is over, or when nobody waits for it any more. */
  readonly signal: AbortSignal;
  /** Lines are kept with the tick. */
  readonly log: Logger;
}

/** What the function of a schedule gives back: what to run, or why nothing. Nothing at all is the run that was declared. */
export type ScheduleResult = RunRequest | readonly RunRequest[] | Skip | undefined | void;

/** What {@link schedule} takes. */
export type ScheduleOptions<TResources extends ResourcesShape> = ScheduleOwnOptions<TResources> & RunDefaults;

interface ScheduleOwnOptions<TResources extends ResourcesShape> {
  /**
   * Name of the schedule, one for each schedule and sensor: letters, digits, `_` and `-`. It is what the history belongs
   * to: a schedule that is renamed is a new one.
   */
  readonly name: string;
  readonly description?: string | undefined;
  /**
   * Cron expressions; it ticks whenever one of them does. Left out: whenever a window of the selected assets' partitions
   * ends, in the time zone of these.
   */
  readonly cron?: string | readonly string[] | undefined;
  /** Name of the IANA database. @default "UTC" */
  readonly timeZone?: string | undefined;
  /**
   * What becomes of ticks that were due while no daemon ran. `latest`: the newest one is evaluated; `{ all: 10 }`: the
   * newest ten are, one after the other; `none`: none is. Those that are not are recorded as missed. @default "latest"
   */
  readonly catchUp?: "latest" | "none" | { readonly all: number } | undefined;
  /** Whether it ticks as soon as it is loaded for the first time. Pausing and resuming it wins over this. @default true */
  readonly enabledByDefault?: boolean | undefined;
  readonly resources?: TResources | undefined;
  /**
   * Turns a tick into runs, or skips it. It may be called more than once for one tick, after a crash or a failure, and its
   * answer is taken once. Left out: each tick makes the declared run.
   */
  readonly evaluate?:
    | ((context: ScheduleContext<ResourceValues<TResources>>) => MaybePromise<ScheduleResult>)
    | undefined;
  /** Longest time that `evaluate` may take, in milliseconds. @default 60_000 */
  readonly timeoutMs?: number | undefined;
}

/**
 * A schedule as declared; made by {@link schedule}. `TSlots`: the resources that `definitions` must provide; `TContext`: what
 * its function gets.
 */
export interface Schedule<TSlots = object, TContext = never> {
  readonly kind: "schedule";
  readonly name: string;
  readonly description: string | null;
  /** `null`: by the partitions of the selected assets. */
  readonly crons: readonly string[] | null;
  readonly timeZone: string | null;
  readonly catchUp: CatchUp;
  readonly enabledByDefault: boolean;
  readonly run: RunDefaults;
  readonly resources: ResourcesShape;
  /** The function that was declared, as it is: call it in a unit test with a context of your own. */
  readonly evaluate: ((context: TContext) => MaybePromise<ScheduleResult>) | null;
  readonly timeoutMs: number;
  readonly source: SourceLocation | null;
  /** Only types: they do not exist at run time. */
  readonly types?: { readonly slots: TSlots };
}

/** Any schedule. */
export type AnySchedule = Schedule;

/**
 * Declares a schedule: runs that are launched at fixed times, each exactly once, whatever happens to daemons.
 *
 * A local time that the clock skips ticks once, at the first instant after the gap. A time that comes twice ticks once, or
 * both times when the expression ticks every hour.
 *
 * @example
 * export const nightly = schedule({
 *   name: "nightly",
 *   cron: "0 2 * * *",
 *   timeZone: "Europe/Berlin",
 *   selection: [rawWeather, summary],
 *   partitions: "latest",
 * });
 *
 * // Checks alone, on what is stored: nothing is made again.
 * export const quality = schedule({ name: "quality", cron: "0 5 * * *", selection: "group:finance", runChecks: "all" });
 */
export function schedule<TResources extends ResourcesShape = Record<never, never>>(
  options: ScheduleOptions<TResources>,
): Schedule<SlotsOf<TResources>, ScheduleContext<ResourceValues<TResources>>> {
  const { cron, catchUp = "latest" } = options;
  const declared: Schedule<SlotsOf<TResources>, ScheduleContext<ResourceValues<TResources>>> = {
    kind: "schedule",
    name: options.name,
    description: options.description ?? null,
    crons: cron === undefined ? null : typeof cron === "string" ? [cron] : cron,
    timeZone: options.timeZone ?? null,
    catchUp: typeof catchUp === "object" ? { kind: "all", most: catchUp.all } : { kind: catchUp },
    enabledByDefault: options.enabledByDefault ?? true,
    run: options,
    resources: options.resources ?? NO_RESOURCES,
    evaluate: options.evaluate ?? null,
    timeoutMs: options.timeoutMs ?? DEFAULT_TICK_TIMEOUT_MS,
    source: captureSourceLocation(schedule),
  };
  return brand(declared, "schedule");
}

/** Says whether `value` was made by {@link schedule}. */
export function isSchedule(value: unknown): value is AnySchedule {
  return hasBrand(value, "schedule");
}
