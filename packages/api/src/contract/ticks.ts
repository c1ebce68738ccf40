import type { CatchUp, ChosenAssets, Consumption, JsonValue } from "@heddle/core";
import type {
  ChosenChecks,
  PartitionsRule,
  RequestPreview,
  RunLimits,
  SourceLocation,
  TickKeys,
  WatchedEvents,
} from "@heddle/core/internal";
import type { Instant, RecordedError } from "./common.ts";

/** What every run of a schedule or a sensor is like. */
export interface TickRuns {
  /** `null`: every tick says it. */
  readonly assets: ChosenAssets | null;
  /** Those that its runs run on what is stored, while they make nothing; `null`: they make the assets. */
  readonly checks: ChosenChecks | null;
  /** `null`: the newest window of assets by time, else all. */
  readonly partitions: PartitionsRule | null;
  readonly tags: { readonly [name: string]: string };
  readonly priority: number;
  /** `null` for none. */
  readonly limits: RunLimits | null;
}

/** What became of a tick of a schedule, or of an evaluation of a sensor. */
export interface Tick {
  readonly id: number;
  /** When a schedule's tick was due; when the evaluation of a sensor began. */
  readonly at: Instant;
  /** Whether a person asked for it, beside the chain of ticks. */
  readonly isManual: boolean;
  readonly outcome: "requested" | "skipped" | "failed" | "missed";
  /** Why nothing was requested; `null` when something was, or it failed. */
  readonly reason: string | null;
  readonly error: RecordedError | null;
  readonly runIds: readonly number[];
  /** Ticks that this one stands for: missed ones, or evaluations that were skipped for the same reason. */
  readonly count: number;
  /** The last of these; `null` for a single one. */
  readonly until: Instant | null;
  /** How long the function took; `null` without one. */
  readonly durationMs: number | null;
  /** What the function logged and printed. */
  readonly log: readonly TickLogLine[];
  /** Where it has moved the cursor of a sensor; `null` when it stayed, and for one of more than 4,096 characters. */
  readonly cursor: string | null;
  readonly recordedAt: Instant;
}

/** Who has paused or resumed something by hand last; both as that person says. */
export interface TickSwitch {
  readonly at: Instant;
  readonly actor: string | null;
  readonly reason: string | null;
}

/** One line that the function of a tick logged or printed. */
export interface TickLogLine {
  readonly level: "debug" | "info" | "warn" | "error";
  readonly message: string;
  readonly fields: { readonly [name: string]: JsonValue } | null;
}

/** One schedule. */
export interface Schedule {
  readonly name: string;
  readonly codeLocation: string;
  readonly description: string | null;
  readonly crons: readonly string[];
  readonly timeZone: string;
  readonly catchUp: CatchUp;
  readonly isPaused: boolean;
  /** Who has paused or resumed it last; `null` when nobody has: it is as it is declared. */
  readonly switched: TickSwitch | null;
  /** The newest 100 entries of its history, the newest last: `r` requested, `s` skipped, `f` failed, `m` missed. */
  readonly marks: string;
  /** Whether a function turns its ticks into runs. */
  readonly isEvaluated: boolean;
  readonly runs: TickRuns;
  /** The next ten, paused or not. */
  readonly next: readonly Instant[];
  /** The newest tick; `null` before the first one. */
  readonly last: Tick | null;
  /** The tick that failed and is tried again; `null` when none is. */
  readonly retry: {
    readonly at: Instant;
    readonly failures: number;
    readonly notBefore: Instant;
    readonly error: RecordedError | null;
  } | null;
  readonly source: SourceLocation | null;
}

/** `schedules.list` */
export interface Schedules {
  /** By the clock that schedules tick by. */
  readonly now: Instant;
  /** By name, 1,000 at most. */
  readonly schedules: readonly Schedule[];
}

/** One sensor. */
export interface Sensor {
  readonly name: string;
  readonly codeLocation: string;
  readonly description: string | null;
  readonly intervalMs: number;
  /** What it reacts to, and how it takes these events; `null` for one that looks by itself. */
  readonly watches: { readonly events: WatchedEvents; readonly consume: Consumption } | null;
  readonly isPaused: boolean;
  /** Who has paused or resumed it last; `null` when nobody has: it is as it is declared. */
  readonly switched: TickSwitch | null;
  /** The newest 100 entries of its history, the newest last: `r` requested, `s` skipped, `f` failed, `m` missed. */
  readonly marks: string;
  readonly runs: TickRuns;
  /** What it goes on from; `null` before it has said so, and for one that reacts to events. In a list the first 200 characters. */
  readonly cursor: string | null;
  /** Evaluations that failed, one after the other. */
  readonly failures: number;
  /** When it is evaluated next, or looks for events; `null` while it is paused. */
  readonly nextAt: Instant | null;
  /** The newest evaluation; `null` before the first one. */
  readonly last: Tick | null;
  readonly source: SourceLocation | null;
}

/** `sensors.list` */
export interface Sensors {
  readonly now: Instant;
  /** By name, 1,000 at most. */
  readonly sensors: readonly Sensor[];
}

/** One entry of `sensors.cursors`: what a sensor had to go on from, until the next one. */
export interface SensorCursor {
  readonly at: Instant;
  /** `null`: it was reset, to begin anew. */
  readonly cursor: string | null;
  /** The evaluation that has moved it; `null` when somebody has set it by hand. */
  readonly tickId: number | null;
  readonly actor: string | null;
  readonly reason: string | null;
}

/** Answer of `pause`, `resume` and `sensors.setCursor`. */
export interface TickOwnerChange {
  readonly name: string;
  /** False when it was so already. */
  readonly changed: boolean;
}

/** Answer of `evaluate`. */
export interface TickEvaluation {
  readonly at: Instant;
  readonly outcome: "requested" | "skipped" | "failed";
  readonly reason: string | null;
  readonly error: RecordedError | null;
  /** Of a dry run: what would be requested, the first 50. */
  readonly requests: readonly RequestPreview[];
  /** How many runs would be requested. */
  readonly requestCount: number;
  /** The runs that were launched; none by a dry run. */
  readonly runIds: readonly number[];
  /** What the cursor of a sensor is then; `null` where it stays. */
  readonly cursor: string | null;
  readonly addPartitions: readonly TickKeys[];
  readonly removePartitions: readonly TickKeys[];
  readonly durationMs: number | null;
  readonly log: readonly TickLogLine[];
}
