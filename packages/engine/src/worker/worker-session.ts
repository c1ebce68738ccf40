import { readOwnedClaims, settleAndClaim, type Claim, type Database, type StepOutcome } from "@heddle/storage";
import { setTimeout as pause } from "node:timers/promises";
import { describeError, type EngineLog } from "../ports.ts";
import { WakeSignal } from "../wake-signal.ts";
import { fetchBundle } from "./fetch-bundle.ts";
import { LogWriter } from "./log-writer.ts";
import type { DefaultsConfig, StepReport } from "./protocol.ts";
import { StepPlanner, type PlannedStep } from "./step-planner.ts";
import { StepPool } from "./step-pool.ts";
import { placeOf, toOutcome } from "./step-outcome.ts";
import { WorkerLease } from "./worker-lease.ts";

/** The poll that finds what a lost notification would have told. */
const POLL_INTERVAL_MS = 1_000;
/** After an error of the database. */
const ERROR_PAUSE_MS = 500;
/** Most outcomes that one transaction settles. */
const SETTLE_BATCH = 2_000;

/** How a session runs; see the options of `startWorker`. */
export interface WorkerSettings {
  readonly db: Database;
  readonly log: EngineLog;
  readonly defaults: DefaultsConfig;
  readonly processes: number;
  readonly concurrency: number;
  readonly heapMb: number;
  readonly env: NodeJS.ProcessEnv;
}

/**
 * A worker from the start of its lease to its end. One loop settles what has finished and claims what is ready, both in
 * one transaction, and while that commits the next batch comes together: nothing is acknowledged before it is durable,
 * and quick steps share their commits.
 */
export class WorkerSession {
  /** Resolves when the session is over: "stopped", or why its lease was lost. */
  readonly done: Promise<string>;
  readonly #settings: WorkerSettings;
  readonly #pool: StepPool<PlannedStep>;
  readonly #planner: StepPlanner;
  readonly #logs: LogWriter;
  readonly #lease: WorkerLease;
  readonly #wake = new WakeSignal();
  readonly #finish: (reason: string) => void;
  #outcomes: StepOutcome[] = [];
  /** Steps claimed and not yet given to the pool: their inputs are being looked up. */
  #preparing = 0;
  #mayHaveWork = true;
  /** Set when a claim's answer may have got lost: the worker may own steps that it does not know of. */
  #mayOwnUnknown = false;
  #draining = false;
  #over = false;
  #listeners: AsyncDisposable[] = [];
  #loop: Promise<void> | undefined;

  constructor(settings: WorkerSettings) {
    const { db, log } = settings;
    this.#settings = settings;
    const { promise, resolve } = Promise.withResolvers<string>();
    this.done = promise;
    this.#finish = resolve;
    this.#planner = new StepPlanner(db);
    this.#logs = new LogWriter(db, (error) => log.error("log lines could not be stored and are lost", error));
    this.#lease = new WorkerLease(
      db,
      { cancelRuns: (runIds) => this.#cancelRuns(runIds), lost: (reason) => void this.#lost(reason) },
      log,
    );
    this.#pool = new StepPool<PlannedStep>({
      processes: settings.processes,
      concurrency: settings.concurrency,
      processOptions: async (codeVersionId) => {
        const local = await fetchBundle(db, codeVersionId);
        return { ...local, defaults: settings.defaults, env: settings.env, heapMb: settings.heapMb };
      },
      report: (step, report) => this.#settle(step, report),
      log: (step, frame) => this.#logs.write(step, frame),
    });
  }

  get workerId(): string {
    return this.#lease.id;
  }

  async start(): Promise<void> {
    const { db, processes, concurrency } = this.#settings;
    await this.#lease.start(processes * concurrency);
    this.#listeners = await Promise.all([
      db.listen("heddle_work", () => this.#look()),
      db.listen("heddle_cancel", () => void this.#lease.beat()),
    ]);
    this.#loop = this.#run();
  }

  /** Claims nothing more, lets running steps end within the grace time, hands the others back. */
  async stop(graceMs: number): Promise<void> {
    if (this.#over) return;
    this.#draining = true;
    this.#release(this.#pool.takeWaiting());
    const deadline = performance.now() + graceMs;
    while (this.#pool.size + this.#preparing > 0 && performance.now() < deadline) {
      await pause(20);
    }
    this.#release(this.#pool.abandon());
    this.#over = true;
    this.#wake.raise();
    await this.#loop;
    await this.#logs.flush();
    await this.#lease.end();
    await this.#close();
    this.#finish("stopped");
  }

  #look(): void {
    this.#mayHaveWork = true;
    this.#wake.raise();
  }

  async #run(): Promise<void> {
    while (!this.#over || this.#outcomes.length > 0) {
      const capacity = this.#draining ? 0 : this.#capacity();
      if (this.#outcomes.length === 0 && (capacity === 0 || !this.#mayHaveWork)) {
        await this.#wake.wait(POLL_INTERVAL_MS);
        this.#mayHaveWork = true;
        continue;
      }
      const outcomes = this.#outcomes.splice(0, SETTLE_BATCH);
      try {
        if (this.#mayOwnUnknown) await this.#handBackUnknown(outcomes);
        // Whoever sees that a step is over can read its log.
        if (outcomes.length > 0) await this.#logs.flush();
        const { claims } = await settleAndClaim(this.#settings.db, { workerId: this.#lease.id, outcomes, capacity });
        const claimed = claims.reduce((sum, claim) => sum + claim.partitions.size, 0);
        this.#mayHaveWork = claimed > 0 && claimed >= capacity;
        if (claimed > 0) void this.#prepare(claims);
      } catch (error) {
        // Settling is idempotent: what was or was not committed is found out by doing it again.
        this.#outcomes.unshift(...outcomes);
        this.#mayOwnUnknown ||= capacity > 0;
        if (this.#over) break;
        this.#settings.log.error("finished steps could not be settled yet", describeError(error));
        await pause(ERROR_PAUSE_MS);
      }
    }
  }

  /** Steps that were claimed for this worker without its hearing of it are claimed again, by whoever comes first. */
  async #handBackUnknown(settling: readonly StepOutcome[]): Promise<void> {
    // Claims that are being prepared are known by their claim only: wait until they are steps.
    while (this.#preparing > 0) await pause(10);
    const owned = await readOwnedClaims(this.#settings.db, this.#lease.id);
    const known = new Set([...settling, ...this.#outcomes, ...this.#pool.steps].map(nameAttempt));
    for (const { partitions, ...claim } of owned) {
      for (const ordinal of partitions) {
        const place = { ...claim, ordinal };
        if (!known.has(nameAttempt(place))) this.#outcomes.push({ ...place, kind: "released" });
      }
    }
    this.#mayOwnUnknown = false;
  }

  /** How many steps to claim: enough to stay busy, and not a handful at a time while there is plenty. */
  #capacity(): number {
    const appetite = this.#pool.appetite;
    const held = this.#pool.size + this.#preparing;
    return held > appetite / 2 ? 0 : appetite - held;
  }

  async #prepare(claims: readonly Claim[]): Promise<void> {
    const count = claims.reduce((sum, claim) => sum + claim.partitions.size, 0);
    this.#preparing += count;
    try {
      await Promise.all(
        claims.map(async (claim) => {
          const { steps, outcomes } = await this.#planner.plan(claim);
          this.#outcomes.push(...outcomes);
          if (this.#draining) this.#release(steps);
          else this.#pool.submit(steps);
        }),
      );
    } catch (error) {
      this.#settings.log.error("claimed steps could not be prepared and are handed back", describeError(error));
      for (const claim of claims) {
        for (const ordinal of claim.partitions)
          this.#outcomes.push({ ...placeOf({ ...claim, ordinal }), kind: "released" });
      }
    } finally {
      this.#preparing -= count;
      this.#wake.raise();
    }
  }

  #settle(step: PlannedStep, report: StepReport): void {
    this.#outcomes.push(toOutcome(step, report));
    this.#wake.raise();
  }

  #release(steps: readonly PlannedStep[]): void {
    for (const step of steps) this.#outcomes.push({ ...placeOf(step), kind: "released" });
    this.#wake.raise();
  }

  #cancelRuns(runIds: readonly number[]): void {
    const canceled = new Set(runIds);
    this.#pool.cancel((step) => canceled.has(step.runId));
  }

  /** Nothing claimed may be published any more: stop all of it and say so. */
  async #lost(reason: string): Promise<void> {
    if (this.#over) return;
    this.#over = true;
    this.#draining = true;
    this.#pool.abandon();
    this.#outcomes = [];
    this.#wake.raise();
    await this.#close();
    this.#finish(reason);
  }

  async #close(): Promise<void> {
    await Promise.allSettled(this.#listeners.map((listener) => listener[Symbol.asyncDispose]()));
  }
}

function nameAttempt({ claimId, ordinal }: { readonly claimId: number; readonly ordinal: number }): string {
  return `${claimId}/${ordinal}`;
}
