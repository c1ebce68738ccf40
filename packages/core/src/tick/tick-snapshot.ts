import type { RunDefaultsData } from "../run-request.ts";
import type { SourceLocation } from "../snapshot.ts";
import type { WatchedEvents } from "../event-sensor.ts";
import type { Consumption } from "./consume-events.ts";
import type { CatchUp } from "./due-ticks.ts";
import type { ScheduleClock } from "./schedule-clock.ts";

/** A schedule as data. */
export interface ScheduleSnapshot {
  readonly name: string;
  readonly description: string | null;
  readonly clock: ScheduleClock;
  readonly catchUp: CatchUp;
  readonly enabledByDefault: boolean;
  readonly run: RunDefaultsData;
  /** Whether a function turns its ticks into runs. */
  readonly isEvaluated: boolean;
  /** For the function, in milliseconds. */
  readonly timeoutMs: number;
  readonly source: SourceLocation | null;
}

/** A sensor as data. */
export interface SensorSnapshot {
  readonly name: string;
  readonly description: string | null;
  /** From the start of one evaluation to the start of the next, in milliseconds. */
  readonly intervalMs: number;
  /** What it reacts to; `null` or absent for one that looks by itself. */
  readonly events?: WatchedEvents | null;
  /** How it takes these. */
  readonly consume?: Consumption;
  /** Whether it has a function. @default true */
  readonly isEvaluated?: boolean;
  readonly enabledByDefault: boolean;
  readonly run: RunDefaultsData;
  /** For the function, in milliseconds. */
  readonly timeoutMs: number;
  readonly source: SourceLocation | null;
}
