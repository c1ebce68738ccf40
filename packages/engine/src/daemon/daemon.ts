import { isHeddleError } from "@heddle/core";
import { decide, decideCollections, DEFAULT_COLLECTION_SETTINGS, type CollectionSettings } from "@heddle/core/internal";
import {
  acquireLease,
  executeCommand,
  loadCollectionStates,
  loadDaemonSnapshot,
  recordLoops,
  releaseLease,
  requestCollection,
  runRetention,
  type Database,
  type Lease,
} from "@heddle/storage";
import { randomUUID } from "node:crypto";
import { CodeLocation } from "../code-location/code-location.ts";
import type { Project } from "../code-location/project.ts";
import type { EngineLog } from "../ports.ts";
import { WakeSignal } from "../wake-signal.ts";
import { fence } from "./fence.ts";
import { AutomationLoop } from "./automation/automation-loop.ts";
import { LoopBeats } from "./loop-beats.ts";
import { Notifier } from "./notifications/notifier.ts";
import { StalenessLoop } from "./staleness/staleness-loop.ts";
import { watchReloads } from "./watch-reloads.ts";
import { Ticker } from "./ticks/ticker.ts";

/** The poll that finds what a lost notification would have told. */
const POLL_INTERVAL_MS = 10_000;
/** What is due and could not be done yet, because another transaction held it, is looked at again after this time. */
const SHORTEST_WAIT_MS = 50;
/** A run that was asked to stop is looked after this often. */
const CANCELING_WAIT_MS = 5_000;
/** After an error, so that a database that is away is not hammered. */
const ERROR_PAUSE_MS = 1_000;
const RETENTION_INTERVAL_MS = 3_600_000;
/** Whether a code location has its turn to be collected is looked at this often at least. */
const COLLECTION_LOOK_MS = 60_000;
/** Name of the daemons' leadership. */
const LEASE_NAME = "daemon";
const DEFAULT_LEASE_MS = 6_000;
const LOOP_NAME = "runs";
/** How often it is written down how the loops go on. */
const BEAT_INTERVAL_MS = 5_000;

/** What a daemon needs. */
export interface DaemonOptions {
  readonly db: Database;
  readonly log: EngineLog;
  /** Projects whose definitions it keeps loaded. */
  readonly projects: readonly Project[];
  /** Loads a project again when its files change. */
  readonly watch: boolean;
  /** Called after each attempt to load a project, with the error if it failed; without it errors go to the log. */
  readonly onLoad?: (project: Project, error?: unknown) => void;
  /** After this time without a sign of the leading daemon another one takes over. @default 6_000 */
  readonly leaseMs?: number;
  /** Whether schedules and sensors tick by themselves. @default true */
  readonly ticks?: boolean;
  /** Whether conditions and freshness policies are evaluated. @default as `ticks` */
  readonly automation?: boolean;
  /** Environment in which their runs are launched. @default "production" */
  readonly environment?: string;
  /**
   * When stored values are removed that nothing refers to any more; null: never.
   * @default every hour, what was replaced or left behind a day ago
   */
  readonly collection?: CollectionSettings | null;
  /** How notifications are sent; null: they are neither matched nor sent. @default where ticks are: public addresses, no links */
  readonly notifications?: NotificationSettings | null;
}

/** How notifications are sent. */
export interface NotificationSettings {
  /** Hosts that may have private addresses and be spoken to by http. @default none */
  readonly allowedHosts?: readonly string[];
  /** Where people open the catalog, without a slash at the end. @default not known: no links */
  readonly publicUrl?: string | null;
  /** Where secrets and addresses are. @default process.env */
  readonly secrets?: NodeJS.ProcessEnv;
  /** Certificates besides those that Node trusts. @default none */
  readonly ca?: string;
}

/** A running daemon. */
export interface Daemon {
  stop(): Promise<void>;
}

/**
 * Starts the process that decides: it keeps projects loaded, and turns snapshots of the state into commands. Every
 * command is a guarded transaction under the epoch of the leader's lease. Between them it sleeps until the next back-off
 * or lease ends, and is woken by notifications. It runs no user code.
 */
export async function startDaemon(options: DaemonOptions): Promise<Daemon> {
  const { db, log, onLoad } = options;
  const beats = new LoopBeats();
  const leader = new Leader({ ...options, beats });
  const { environment = "production", ticks = true } = options;
  const ticker = new Ticker({ db, log, environment, isOnDemand: !ticks, leading: () => leader.fenced, beats });
  const { automation: isAutomated = ticks } = options;
  const automation = isAutomated
    ? new AutomationLoop({ db, log, environment, leading: () => leader.fenced, beats })
    : undefined;
  const staleness = new StalenessLoop({ db, log, environment, leading: () => leader.fenced, beats });
  const notifier = createNotifier(options, { leading: () => leader.fenced, beats });
  const listeners = await Promise.all([
    ...["heddle_run", "heddle_code"].map((channel) => db.listen(channel, () => leader.wake())),
    db.listen("heddle_tick", () => ticker.wake()),
    db.listen("heddle_notification", () => notifier?.wake()),
    db.listen("heddle_event", () => {
      automation?.wakeByEvent();
      staleness.wake();
    }),
    ...["heddle_code", "heddle_automation"].map((channel) => db.listen(channel, () => automation?.wake())),
  ]);
  const locations = options.projects.map(
    (project) =>
      new CodeLocation({
        db,
        project,
        log,
        watch: options.watch,
        ...(onLoad !== undefined && { onLoad: (error?: unknown) => onLoad(project, error) }),
      }),
  );
  const loading = Promise.all(locations.map((location) => location.load()));
  const leading = leader.run();
  const ticking = ticker.run();
  const automating = automation?.run();
  const judging = staleness.run();
  const notifying = notifier?.run();
  const reloads = watchReloads(db, { locations, log });
  return {
    async stop() {
      notifier?.stop();
      await notifying;
      await reloads.stop();
      staleness.stop();
      await judging;
      automation?.stop();
      await automating;
      await ticker.stop();
      await ticking;
      await leader.stop();
      await leading;
      await Promise.all(locations.map((location) => location.close()));
      await loading;
      await Promise.all(listeners.map((listener) => listener[Symbol.asyncDispose]()));
    },
  };
}

/** What tells people; `undefined` where nobody is to be told. */
function createNotifier(
  { db, log, ticks = true, environment = "production", notifications = ticks ? {} : null }: DaemonOptions,
  leader: { leading(): Database | undefined; readonly beats: LoopBeats },
): Notifier | undefined {
  if (notifications === null) return undefined;
  const { allowedHosts = [], publicUrl = null, secrets = process.env, ca } = notifications;
  return new Notifier({
    db,
    log,
    environmentName: environment,
    environment: secrets,
    policy: { allowedHosts },
    publicUrl,
    ca,
    ...leader,
  });
}

/** Decides while it holds the lease, and waits for it while another does. */
class Leader {
  readonly #db: Database;
  readonly #log: EngineLog;
  readonly #leaseMs: number;
  readonly #collection: CollectionSettings | null;
  readonly #holder = randomUUID();
  readonly #wake = new WakeSignal();
  #lease: Lease | undefined;
  #fenced: Database | undefined;
  #retention: Promise<void> | undefined;
  #retentionAt = performance.now();
  /** Monotonic time of the next look, unless somebody asks for one before. */
  #decideAt = 0;
  /** The same for collections. */
  #collectAt: number;
  readonly #beats: LoopBeats;
  #beatAt = performance.now();
  #isStopped = false;

  constructor({
    db,
    log,
    leaseMs = DEFAULT_LEASE_MS,
    collection = DEFAULT_COLLECTION_SETTINGS,
    beats,
  }: Pick<DaemonOptions, "db" | "log" | "leaseMs" | "collection"> & { readonly beats: LoopBeats }) {
    this.#beats = beats;
    this.#db = db;
    this.#log = log;
    this.#leaseMs = leaseMs;
    this.#collection = collection;
    // Not at once: a start has enough to do.
    this.#collectAt = collection === null ? Infinity : performance.now() + lookMs(collection);
  }

  wake(): void {
    this.#wake.raise();
  }

  /** The database for what only the leader may do; `undefined` while another leads. */
  get fenced(): Database | undefined {
    return this.#lease !== undefined && this.#lease.trustedUntilMs > performance.now() ? this.#fenced : undefined;
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#wake.raise();
    await this.#retention;
  }

  async run(): Promise<void> {
    while (!this.#isStopped) {
      // Woken by the clock to renew its lease only, it does not look.
      if (await this.#wake.wait(await this.#round())) this.#decideAt = 0;
    }
    if (this.#lease === undefined) return;
    await releaseLease(this.#db, this.#lease).catch((error: unknown) => {
      this.#log.error("the lease of this daemon could not be given back; it runs out by itself", error);
    });
  }

  /** One look and what follows from it. Gives how long there is nothing to do unless somebody says so. */
  async #round(): Promise<number> {
    try {
      const lease = await this.#lead();
      // Another one leads: it is asked for the lease about when that could run out.
      if (lease === undefined) return this.#leaseMs / 3;
      const fenced = (this.#fenced ??= fence(this.#db, lease));
      if (performance.now() >= this.#decideAt) {
        const waitMs = await this.#beats.round(LOOP_NAME, () => this.#decide(fenced));
        this.#beats.expect(LOOP_NAME, waitMs);
        this.#decideAt = performance.now() + waitMs;
      }
      await this.#requestCollections(fenced);
      this.#keepOrder(fenced);
      this.#tellBeats(fenced);
      const nextAt = Math.min(this.#decideAt, this.#collectAt);
      return Math.max(0, Math.min(nextAt - performance.now(), this.#renewInMs(lease)));
    } catch (error) {
      if (isHeddleError(error, "DATABASE_LEASE_LOST")) {
        this.#log.warn("another daemon has taken over");
        this.#lease = undefined;
        return this.#leaseMs / 3;
      }
      this.#log.error("a round of decisions failed and will be repeated", error);
      return ERROR_PAUSE_MS;
    }
  }

  /** Takes or renews the lease, when it is time. */
  async #lead(): Promise<Lease | undefined> {
    if (this.#lease === undefined || this.#renewInMs(this.#lease) <= 0) {
      const before = this.#lease;
      this.#lease = await acquireLease(this.#db, { name: LEASE_NAME, holder: this.#holder, ttlMs: this.#leaseMs });
      if (this.#lease !== undefined && this.#lease.epoch !== before?.epoch) {
        this.#fenced = undefined;
        this.#decideAt = 0;
        this.#log.info("this daemon leads", { epoch: this.#lease.epoch });
      }
    }
    return this.#lease;
  }

  /** A lease is renewed when half of it is over. */
  #renewInMs(lease: Lease): number {
    return lease.trustedUntilMs - performance.now() - this.#leaseMs / 2 + TRUST_MARGIN_MS;
  }

  async #decide(fenced: Database): Promise<number> {
    const snapshot = await loadDaemonSnapshot(this.#db);
    for (const command of decide(snapshot)) {
      await executeCommand(fenced, command);
      this.#log.info(`decided: ${command.kind}`, { ...command });
    }
    const canceling = snapshot.canceling.length > 0 ? CANCELING_WAIT_MS : Infinity;
    const due = Math.max(SHORTEST_WAIT_MS, snapshot.nextDueMs ?? Infinity);
    return Math.min(POLL_INTERVAL_MS, canceling, due);
  }

  /** Has workers remove stored values that nothing refers to any more, where it is time. */
  async #requestCollections(fenced: Database): Promise<void> {
    if (this.#collection === null || performance.now() < this.#collectAt) return;
    this.#collectAt = performance.now() + lookMs(this.#collection);
    for (const command of decideCollections(await loadCollectionStates(this.#db), this.#collection)) {
      await requestCollection(fenced, command);
      this.#log.info(`decided: ${command.kind}`, { ...command });
    }
  }

  /** Writes down how the loops go on, for people who look. */
  #tellBeats(fenced: Database): void {
    if (performance.now() < this.#beatAt) return;
    this.#beatAt = performance.now() + BEAT_INTERVAL_MS;
    recordLoops(fenced, this.#beats.read()).catch((error: unknown) => {
      if (!this.#isStopped && !isHeddleError(error, "DATABASE_LEASE_LOST"))
        this.#log.error("how the loops go on could not be written down, and is again in some seconds", error);
    });
  }

  /** Removes what has grown old, beside the decisions: it may take long. */
  #keepOrder(fenced: Database): void {
    if (this.#retention !== undefined || performance.now() < this.#retentionAt) return;
    this.#retentionAt = performance.now() + RETENTION_INTERVAL_MS;
    this.#retention = runRetention(fenced, { awaitsCollection: this.#collection !== null })
      .then(
        () => undefined,
        (error: unknown) => this.#log.error("old rows could not be removed and are tried again in an hour", error),
      )
      .finally(() => (this.#retention = undefined));
  }
}

function lookMs({ intervalMs }: CollectionSettings): number {
  return Math.min(COLLECTION_LOOK_MS, intervalMs);
}

/** A lease is trusted for this much less than it lasts; see `Lease.trustedUntilMs`. */
const TRUST_MARGIN_MS = 1_000;
