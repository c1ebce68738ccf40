import type { JsonValue } from "@heddle/core";
import type { SourceLocation } from "@heddle/core/internal";
import type { AssetRef, Instant } from "./common.ts";

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
  /** What the one that leads does again and again, by name; empty before the first one has led. */
  readonly loops: readonly DaemonLoop[];
}

/** Something that the daemon which leads does again and again. */
export interface DaemonLoop {
  readonly name: string;
  readonly host: string;
  readonly pid: number;
  /** When it was told last that it goes on: every few seconds. */
  readonly beatAt: Instant;
  /** How much later than it was due the last round began. */
  readonly lagMs: number;
  /** How long the last round took. */
  readonly durationMs: number;
  /** Rounds that have failed, one after the other. */
  readonly failures: number;
}

/** Who changed something. Until there is a login this is what the caller says of itself. */
export interface AuditActor {
  readonly kind: "catalog" | "command" | "api" | "webhook";
  /** The operating system's user, where the client told it. */
  readonly name: string | null;
}

/** One entry of `deployment.audit`: what a person changed, or was refused. */
export interface AuditEntry {
  readonly id: number;
  readonly at: Instant;
  readonly actor: AuditActor;
  /** The procedure, such as `runs.cancel`. */
  readonly action: string;
  /** What it was done to, for people: `run 41`; "" where that is not one thing. */
  readonly subject: string;
  readonly outcome: "done" | "refused";
  /** Why it was refused. */
  readonly errorCode: string | null;
  /** What was asked for; `null` where that is too long to be kept. */
  readonly input: JsonValue;
  /** SHA-256 of what was asked for, as JSON, in hexadecimal. */
  readonly inputDigest: string;
}

/** How long something is kept. */
export interface RetentionRule {
  readonly what: string;
  /** `null`: for ever. */
  readonly days: number | null;
}

/** `deployment.settings` */
export interface DeploymentSettings {
  readonly retention: readonly RetentionRule[];
  /** What is set for this server, by name, without secrets. */
  readonly settings: readonly { readonly name: string; readonly value: string; readonly hint: string }[];
}

/** `deployment.wiring`: what the code in force reads and writes by. */
export interface DeploymentWiring {
  /** By code location and key, 1,000 at most. */
  readonly resources: readonly WiredResource[];
  /** I/O managers by how many assets they store. */
  readonly ioManagers: readonly WiredIoManager[];
}

/** A resource, and what takes it. */
export interface WiredResource {
  readonly key: string;
  readonly codeLocation: string;
  readonly description: string | null;
  readonly source: SourceLocation | null;
  /** How many of each take it. */
  readonly users: {
    readonly assets: number;
    readonly checks: number;
    readonly schedules: number;
    readonly sensors: number;
  };
  /** The first assets that take it, 5 at most. */
  readonly assets: readonly AssetRef[];
}

/** What stores the values of assets. */
export interface WiredIoManager {
  readonly name: string;
  readonly codeLocation: string;
  /** Whether some of what it stores are tables whose columns are known. */
  readonly isTable: boolean;
  readonly assetCount: number;
  /** The first of these, 5 at most. */
  readonly assets: readonly AssetRef[];
}

/** Answer of `deployment.reload`. */
export interface ReloadAnswer {
  readonly name: string;
  /** Whether a daemon was asked. It loads the code within some seconds; `deployment.get` then says how that went. */
  readonly requested: boolean;
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
