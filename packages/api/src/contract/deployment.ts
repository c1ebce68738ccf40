import type { Instant } from "./common.ts";

/** One reason why a code location's newest code does not load. */
export interface LoadProblem {
  readonly code: string;
  readonly message: string;
  readonly hint: string | null;
  readonly assetKey: string | null;
  /** Path relative to the project; `null` when unknown. */
  readonly file: string | null;
  /** 1-based. */
  readonly line: number | null;
  readonly stack: string | null;
}

/** A project whose definitions are loaded. */
export interface CodeLocationHealth {
  readonly name: string;
  readonly directory: string;
  /** Content hash of the bundle that is served; `null` when no version ever loaded. */
  readonly codeVersion: string | null;
  readonly loadedAt: Instant | null;
  readonly assetCount: number;
  /** Why the newest code does not load: then `codeVersion` is the last good one. Empty when all is well. */
  readonly problems: readonly LoadProblem[];
}

/** A supervisor of steps. */
export interface WorkerHealth {
  readonly id: string;
  readonly host: string;
  readonly pid: number;
  readonly slots: number;
  /** Steps that it holds now. */
  readonly runningSteps: number;
  readonly startedAt: Instant;
  /** Until when its lease lasts, by database time. */
  readonly leaseUntil: Instant;
  readonly alive: boolean;
  /** Whether it was asked to end as soon as it has finished what it holds; it takes no new steps. */
  readonly draining: boolean;
}

/** The processes that admit runs, release retries and notice lost workers. */
export interface DaemonHealth {
  /** Whether at least one is connected to the database. */
  readonly alive: boolean;
  readonly count: number;
}

/** `deployment.get` */
export interface Deployment {
  /** Version of Heddle that serves this. */
  readonly version: string;
  /** Database time. */
  readonly now: Instant;
  readonly environment: string;
  readonly codeLocations: readonly CodeLocationHealth[];
  readonly daemon: DaemonHealth;
  /** Workers that live or ended within the last hour, the living first. At most 500. */
  readonly workers: readonly WorkerHealth[];
  /** Runs that are not over, by status. */
  readonly openRuns: {
    readonly queued: number;
    readonly running: number;
    readonly paused: number;
    readonly canceling: number;
  };
  /** Version of `assets.snapshot`. */
  readonly definitionsVersion: string;
}
