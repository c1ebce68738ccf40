import { HeddleError } from "@heddle/core";
import { DEFAULT_COLLECTION_SETTINGS, type CollectionSettings } from "@heddle/core/internal";
import type { NotificationSettings } from "@heddle/engine/daemon";
import type { DefaultsConfig } from "@heddle/engine/worker";
import { join } from "node:path";

/** What the daemon and the worker are told by their environment. */
export interface ProcessConfig {
  readonly databaseUrl: string;
  /** Directory of the project whose assets are declared. */
  readonly projectDirectory: string;
  /** Whether the project is loaded again when its files change. */
  readonly watch: boolean;
  readonly defaults: DefaultsConfig;
  readonly processes: number | undefined;
  readonly concurrency: number | undefined;
  readonly heapMb: number | undefined;
  /** Lease of a worker; see `startWorker`. */
  readonly workerLeaseMs: number | undefined;
  /** Lease of the leading daemon; see `startDaemon`. */
  readonly daemonLeaseMs: number | undefined;
  /** How long a step may take to end after its signal was aborted. */
  readonly cancelGraceMs: number | undefined;
  /** How long running steps may go on after a stop was asked for, before they are handed back. */
  readonly stopGraceMs: number | undefined;
  /** Whether schedules and sensors tick by themselves, and not only when somebody asks for it. */
  readonly ticks: boolean;
  /** When stored values are removed that nothing refers to any more; null: never. */
  readonly collection: CollectionSettings | null;
  readonly notifications: NotificationSettings;
}

/** Reads the configuration. @throws CONFIG_INVALID naming the variable. */
export function readConfig(env: NodeJS.ProcessEnv): ProcessConfig {
  const projectDirectory = required(env, "HEDDLE_PROJECT");
  return {
    databaseUrl: required(env, "DATABASE_URL"),
    projectDirectory,
    watch: env["HEDDLE_WATCH"] === "1",
    defaults: {
      module: import.meta.resolve("@heddle/io/defaults"),
      options: { root: env["HEDDLE_STORAGE"] ?? join(projectDirectory, ".heddle", "storage") },
    },
    processes: positiveInteger(env, "HEDDLE_PROCESSES"),
    concurrency: positiveInteger(env, "HEDDLE_CONCURRENCY"),
    heapMb: positiveInteger(env, "HEDDLE_STEP_HEAP_MB"),
    workerLeaseMs: positiveInteger(env, "HEDDLE_WORKER_LEASE_MS"),
    daemonLeaseMs: positiveInteger(env, "HEDDLE_DAEMON_LEASE_MS"),
    cancelGraceMs: positiveInteger(env, "HEDDLE_CANCEL_GRACE_MS"),
    stopGraceMs: positiveInteger(env, "HEDDLE_STOP_GRACE_MS"),
    ticks: env["HEDDLE_TICKS"] !== "never",
    collection: collectionSettings(env),
    notifications: {
      allowedHosts: list(env, "HEDDLE_NOTIFY_ALLOW_HOSTS"),
      publicUrl: publicUrl(env),
    },
  };
}

/** Where people open the catalog: links in notifications begin with it. */
function publicUrl(env: NodeJS.ProcessEnv): string | null {
  const value = env["HEDDLE_PUBLIC_URL"];
  if (value === undefined || value === "") return null;
  if (URL.canParse(value) && /^https?:$/u.test(new URL(value).protocol)) return value.replace(/\/+$/u, "");
  throw new HeddleError("CONFIG_INVALID", `the environment variable HEDDLE_PUBLIC_URL is ${JSON.stringify(value)}`, {
    hint: "It has to be an address such as https://heddle.example.com.",
  });
}

function collectionSettings(env: NodeJS.ProcessEnv): CollectionSettings | null {
  if (env["HEDDLE_COLLECT_INTERVAL_MS"] === "never") return null;
  const { graceMs, intervalMs } = DEFAULT_COLLECTION_SETTINGS;
  return {
    graceMs: positiveInteger(env, "HEDDLE_COLLECT_GRACE_MS") ?? graceMs,
    intervalMs: positiveInteger(env, "HEDDLE_COLLECT_INTERVAL_MS") ?? intervalMs,
  };
}

/** A list with commas: `alerts.internal:8080, 10.0.0.7`. */
function list(env: NodeJS.ProcessEnv, name: string): string[] {
  const entries = (env[name] ?? "").split(",").map((entry) => entry.trim().toLowerCase());
  return entries.filter((entry) => entry !== "");
}

function required(env: NodeJS.ProcessEnv, name: string): string {
  const value = env[name];
  if (value !== undefined && value !== "") return value;
  throw new HeddleError("CONFIG_INVALID", `the environment variable ${name} is not set`, {
    hint: "`heddle dev` sets it; a process that is started by itself needs it in its environment.",
  });
}

function positiveInteger(env: NodeJS.ProcessEnv, name: string): number | undefined {
  const value = env[name];
  if (value === undefined || value === "") return undefined;
  const number = Number(value);
  if (Number.isSafeInteger(number) && number > 0) return number;
  throw new HeddleError("CONFIG_INVALID", `the environment variable ${name} is ${JSON.stringify(value)}`, {
    hint: "It has to be a whole number above zero.",
  });
}
