import { serializeError } from "@heddle/core/internal";
import {
  readOwnedClaims,
  settleAndClaim,
  type Claim,
  type SettleAndClaimResult,
  type StepOutcome,
} from "@heddle/storage";
import { setTimeout as pause } from "node:timers/promises";
import { isDatabaseAway } from "../database-away.ts";
import { describeError } from "../ports.ts";
import { WakeSignal } from "../wake-signal.ts";
import { AheadSteps } from "./ahead-steps.ts";
import { fetchBundle } from "./fetch-bundle.ts";
import { LogWriter } from "./log-writer.ts";
import type { StepReport } from "./protocol.ts";
import { StepHolding } from "./step-holding.ts";
import { StepPace } from "./step-pace.ts";
import { notReused, StepPlanner, type PlannedStep } from "./step-planner.ts";
import { StepPool } from "./step-pool.ts";
import {
  failedOutcome,
  nameAttempt,
  placeOf,
  placesOf,
  toChunkOutcomes,
  toOutcome,
  type AttemptPlace,
} from "./step-outcome.ts";
import { SubStepStore } from "./sub-step-store.ts";
import { WorkerLease } from "./worker-lease.ts";
import { WorkerServices } from "./worker-services.ts";
import type { WorkerSettings } from "./worker-settings.ts";

/** The poll that finds what a lost notification would have told. */
const POLL_INTERVAL_MS = 5_000;
/** After an error of the database. */
const ERROR_PAUSE_MS = 500;
/** Most outcomes that one transaction settles. */
const SETTLE_BATCH = 2_000;
/** Time for the last outcomes of a worker that stops, and for its processes to close their resources. */
const LAST_SETTLE_MS = 3_000;
const CLOSE_PROCESSES_MS = 2_000;

/**
 * A worker from the start of its lease to its end. One loop settles what has finished and claims what is ready, both in
 * one transaction, and while that commits the next batch comes together: nothing is acknowledged before it is durable,
 * and quick steps share their commits.
 */
export class WorkerSession {
  /** Resolves when the session is over: "stopped", or why its lease was lost. */
  readonly done: Promise<string>;
  readonly #settings: WorkerSettings;
  readonly #pace = new StepPace();
  readonly #holding: StepHolding;
  readonly #ahead = new AheadSteps();
  readonly #pool: StepPool<PlannedStep>;
  readonly #planner: StepPlanner;
  readonly #logs: LogWriter;
  readonly #subSteps: SubStepStore;
  readonly #lease: WorkerLease;
  readonly #services: WorkerServices;
  readonly #wake = new WakeSignal();
  readonly #finish: (reason: string) => void;
  #outcomes: StepOutcome[] = [];
  /** Claims whose steps are not with the pool yet: their inputs are being looked up. */
  readonly #preparing = new Set<Promise<void>>();
  #mayHaveWork = true;
  /** Set when a claim's answer may have got lost: the worker may own steps that it does not know of. */
  #mayOwnUnknown = false;
  #stopping: Promise<void> | undefined;
  #draining = false;
  #failing = false;
  /** Monotonic time after which what is not settled stays so; set when nothing more can come. */
  #settleUntil = Infinity;
  #over = false;
  #loop: Promise<void> = Promise.resolve();

  constructor(settings: WorkerSettings) {
    const { db, log, leaseMs } = settings;
    this.#settings = settings;
    const { promise, resolve } = Promise.withResolvers<string>();
    this.done = promise;
    this.#finish = resolve;
    this.#holding = new StepHolding(settings.processes * settings.concurrency, this.#pace);
    this.#planner = new StepPlanner(db);
    this.#logs = new LogWriter(db, log);
    this.#subSteps = new SubStepStore(db);
    const handlers = {
      cancelRuns: (runIds: readonly number[]) => this.#cancelRuns(runIds),
      drain: () => void this.stop(Infinity),
      lost: (reason: string) => void this.#lost(reason),
    };
    this.#lease = new WorkerLease({ db, log, leaseMs, handlers });
    this.#services = new WorkerServices(
      { ...settings, workerId: this.#lease.id },
      {
        onWork: () => this.#look(),
        onCancel: () => void this.#lease.beat(),
        onCode: (codeVersionId) => this.#pool.prepare(codeVersionId),
      },
    );
    this.#pool = new StepPool<PlannedStep>({
      processes: settings.processes,
      concurrency: settings.concurrency,
      graceMs: settings.cancelGraceMs,
      pace: this.#pace,
      processOptions: async (codeVersionId) => {
        const local = await fetchBundle(db, codeVersionId);
        return { ...local, defaults: settings.defaults, env: settings.env, heapMb: settings.heapMb };
      },
      report: (step, report) => this.#settle(step, report),
      log: (step, frame) => this.#logs.write(step, frame),
      ask: async (step, question) => {
        // What is recorded outlives the attempt: nothing may be of one that is dropped.
        await this.#ahead.untilClaimed(step.claimId);
        return this.#subSteps.answer(step, question);
      },
      refused: (steps, error) => void this.#giveUp(steps.map(placesOf), error),
    });
  }

  /** @throws what keeps the lease or the notifications from being had; nothing is left behind then */
  async start(): Promise<void> {
    const { processes, concurrency } = this.#settings;
    try {
      await this.#services.listen();
      await this.#lease.start(processes * concurrency);
      await this.#services.start();
    } catch (error) {
      this.#over = true;
      this.#lease.abandon();
      await this.#services.stop();
      throw error;
    }
    this.#loop = this.#run();
  }

  /** Claims nothing more, lets running steps end within the grace time, hands the others back. */
  stop(graceMs: number): Promise<void> {
    this.#stopping ??= this.#stop(graceMs);
    return this.#stopping;
  }

  async #stop(graceMs: number): Promise<void> {
    if (this.#over) return;
    this.#draining = true;
    this.#release(this.#pool.takeWaiting());
    const empty = Promise.all(this.#preparing).then(() => this.#pool.empty());
    await (graceMs === Infinity ? empty : Promise.race([empty, pause(graceMs, undefined, { ref: false })]));
    this.#release(this.#pool.steps.length > 0 ? this.#pool.abandon() : []);
    this.#settleUntil = performance.now() + LAST_SETTLE_MS;
    this.#over = true;
    this.#wake.raise();
    await Promise.all([this.#loop, this.#pool.close(CLOSE_PROCESSES_MS)]);
    await this.#logs.flush();
    await this.#lease.end().catch((error: unknown) => this.#settings.log.error("the lease runs out by itself", error));
    await this.#services.stop();
    this.#finish("stopped");
  }

  #look(): void {
    this.#mayHaveWork = true;
    this.#wake.raise();
  }

  async #run(): Promise<void> {
    while (!this.#over || (this.#hasUnsettled && performance.now() < this.#settleUntil)) {
      const { capacity, perAsset } = this.#draining ? NOTHING : this.#holding.appetite;
      if (this.#outcomes.length === 0 && !this.#mayOwnUnknown && (capacity === 0 || !this.#mayHaveWork)) {
        if (!(await this.#wake.wait(POLL_INTERVAL_MS))) this.#mayHaveWork = true;
        continue;
      }
      const outcomes = this.#outcomes.splice(0, SETTLE_BATCH);
      const ahead = this.#ahead.announce();
      // What an earlier call may have claimed comes first: this one finds it.
      const doubted = this.#mayOwnUnknown;
      // What a notification says from here on counts for the next look.
      this.#mayHaveWork = false;
      try {
        // Whoever sees that a step is over can read its log.
        if (outcomes.length > 0) await this.#logs.flush();
        const wish = { capacity: doubted ? 0 : capacity, perAsset };
        this.#mayOwnUnknown ||= wish.capacity + ahead.length > 0;
        const settling = { workerId: this.#lease.id, outcomes, ahead, reserve: this.#ahead.wantedIds, ...wish };
        const sentAt = performance.now();
        const settled = await settleAndClaim(this.#settings.db, settling);
        this.#mayOwnUnknown = doubted;
        const { results, mayHaveMore } = settled;
        this.#take({ ...settled, outcomes, ahead, sentAt });
        this.#mayHaveWork ||= mayHaveMore || wish.capacity === 0;
        // Taken away: because its run was stopped, or because the lease is gone and the next beat would say so.
        if (results.includes("fenced")) void this.#lease.beat();
        if (doubted) await this.#handBackUnknown();
        this.#failing = false;
      } catch (error) {
        // Settling is idempotent: what was or was not committed is found out by doing it again.
        this.#outcomes.unshift(...outcomes);
        this.#ahead.doubt(ahead);
        this.#mayHaveWork = true;
        if (!this.#failing) this.#settings.log.error("finished steps cannot be settled yet", describeError(error));
        this.#failing = true;
        await pause(ERROR_PAUSE_MS);
      }
    }
  }

  /** Takes the answer to what was settled and claimed. */
  #take({ outcomes, results, claims, ...rest }: Settled): void {
    /** Runs of which something was made and is not published: nothing may be built on it. */
    const refused = new Set<number>();
    for (const [index, outcome] of outcomes.entries()) {
      const result = results[index];
      this.#ahead.settled(outcome);
      if (result === "published" || result === "already") {
        this.#planner.remember(outcome);
        this.#ahead.confirm(outcome.runId, rest.sentAt);
      } else if (outcome.kind === "success") {
        this.#planner.unstage(outcome);
        refused.add(outcome.runId);
      }
    }
    this.#ahead.addIds(rest.reserved);
    for (const claim of claims) {
      this.#ahead.confirm(claim.runId, rest.sentAt);
      const adopted = this.#ahead.adopt(claim.claimId);
      if (adopted === undefined) this.#prepare(claim);
      else if (adopted.held !== undefined) this.#outcomes.push(adopted.held);
      else if (!adopted.isQueued) this.#holding.add(claim.assetId, 1);
    }
    for (const { claimId, runId } of rest.ahead) if (this.#ahead.has(claimId)) refused.add(runId);
    for (const runId of refused) this.#drop(runId);
  }

  /** Gives up what ran ahead for a run: nobody will publish it. What it stored is collected with what was abandoned. */
  #drop(runId: number): void {
    const dropped = this.#ahead.dropRun(runId);
    if (dropped.size === 0) return;
    this.#outcomes = this.#outcomes.filter((outcome) => {
      if (!dropped.has(outcome.claimId)) return true;
      this.#planner.unstage(outcome);
      return false;
    });
    this.#pool.cancel((step) => dropped.has(step.claimId));
  }

  /** Steps that were claimed for this worker without its hearing of it are claimed again, by whoever comes first. */
  async #handBackUnknown(): Promise<void> {
    // Claims that are being prepared are known by their claim only: wait until they are steps.
    await Promise.all(this.#preparing);
    const owned = await readOwnedClaims(this.#settings.db, this.#lease.id);
    const known = new Set([...this.#outcomes, ...this.#pool.steps.flatMap(placesOf)].map(nameAttempt));
    for (const { partitions, ...claim } of owned) {
      for (const ordinal of partitions) {
        const place = { ...claim, ordinal };
        if (!known.has(nameAttempt(place))) this.#outcomes.push({ ...place, kind: "released" });
      }
    }
    this.#mayOwnUnknown = false;
  }

  #prepare(claim: Claim): void {
    this.#holding.add(claim.assetId, claim.isChunk ? 1 : claim.partitions.size);
    const preparing = this.#planAndSubmit(claim).finally(() => {
      this.#preparing.delete(preparing);
      this.#wake.raise();
    });
    this.#preparing.add(preparing);
  }

  async #planAndSubmit(claim: Claim): Promise<void> {
    // Partitions are planned in their order.
    let planned = 0;
    try {
      for await (const { steps, outcomes } of this.#planner.plan(claim)) {
        planned += claim.isChunk ? claim.partitions.size : outcomes.length + steps.length;
        if (claim.isChunk) this.#addChunk(claim.assetId, outcomes, steps.length === 0);
        else for (const outcome of outcomes) this.#add(outcome);
        for (const step of steps) if (step.refusal !== undefined) this.#logs.write(step, notReused(step.refusal));
        if (this.#draining) this.#release(steps);
        else this.#pool.submit(steps);
      }
    } catch (error) {
      const places = [...claim.partitions].slice(planned).map((ordinal) => placeOf({ ...claim, ordinal }));
      await this.#giveUp(claim.isChunk ? [places] : places.map((place) => [place]), error);
    }
  }

  /**
   * Steps that cannot even begin: they fail, unless it is only that the database is away.
   *
   * @param executions attempts, together as they were to be executed
   */
  async #giveUp(executions: readonly (readonly AttemptPlace[])[], error: unknown): Promise<void> {
    if (isDatabaseAway(error)) {
      this.#settings.log.error("claimed steps could not be prepared and are handed back", describeError(error));
      // Handed back they are claimed again at once, most likely here.
      await pause(ERROR_PAUSE_MS);
      this.#endAll(executions, (place) => ({ ...place, kind: "released" }));
      return;
    }
    const serialized = serializeError(error);
    this.#endAll(executions, (place) => failedOutcome(place, { cause: "error", error: serialized }));
  }

  #settle(step: PlannedStep, report: StepReport): void {
    if (step.left === undefined) return this.#add(this.#planner.judge(toOutcome(step, step, report)));
    const outcomes = toChunkOutcomes(step, report).map((outcome) => this.#planner.judge(outcome));
    this.#addChunk(step.assetId, outcomes, report.ordinal === undefined);
  }

  #release(steps: readonly PlannedStep[]): void {
    this.#endAll(steps.map(placesOf), (place) => ({ ...place, kind: "released" }));
  }

  #endAll(executions: readonly (readonly AttemptPlace[])[], outcomeOf: (place: AttemptPlace) => StepOutcome): void {
    for (const places of executions) {
      const [first] = places;
      if (first === undefined) continue;
      if (this.#ahead.has(first.claimId)) this.#add(outcomeOf(first));
      else this.#addChunk(first.assetId, places.map(outcomeOf), true);
    }
  }

  /** Takes the end of a step that was held, or ran ahead of its claim. */
  #add(outcome: StepOutcome): void {
    if (this.#ahead.endDropped(outcome.claimId)) return;
    const isAhead = this.#ahead.has(outcome.claimId);
    if (!isAhead) this.#holding.remove(outcome.assetId);
    if (this.#isLost) return;
    const ended = isAhead ? this.#ahead.end(outcome) : outcome;
    if (ended === undefined) return;
    this.#outcomes.push(ended);
    this.#runAhead(ended);
    this.#wake.raise();
  }

  /**
   * Starts a step that reads what was just made, in the place of the one that made it: while that is being settled, and
   * without a claim. One for one, so that limits hold; and only where nothing waits for the place.
   */
  #runAhead(outcome: StepOutcome): void {
    if (outcome.kind !== "success" || outcome.dynamicPartitions !== undefined || !this.#planner.stage(outcome)) return;
    const { runId } = outcome;
    const claimId = this.#draining || !this.#pool.hasRoom ? undefined : this.#ahead.nextId(runId);
    if (claimId === undefined) return;
    const isTaken = (assetId: number, ordinal: number) => this.#ahead.isTaken(runId, assetId, ordinal);
    const step = this.#planner.planAhead(outcome, { claimId, isTaken });
    if (step === undefined) return;
    this.#ahead.add(step);
    this.#pool.submit([step]);
  }

  /** Takes the end of partitions of a chunk, which is held as one. */
  #addChunk(assetId: number, outcomes: readonly StepOutcome[], isOver: boolean): void {
    if (isOver) this.#holding.remove(assetId);
    if (this.#isLost) return;
    for (const outcome of outcomes) this.#outcomes.push(outcome);
    this.#wake.raise();
  }

  get #hasUnsettled(): boolean {
    return this.#outcomes.length > 0 || this.#preparing.size > 0;
  }

  get #isLost(): boolean {
    return this.#over && this.#settleUntil === 0;
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
    this.#settleUntil = 0;
    this.#pool.abandon();
    this.#outcomes = [];
    this.#wake.raise();
    this.#finish(reason);
    await this.#services.stop();
    // What the steps said until now is worth reading, whoever owns them.
    await this.#logs.flush();
  }
}

/** What became of what a worker settled and announced, and when it asked, by the monotonic clock. */
interface Settled extends SettleAndClaimResult {
  readonly outcomes: readonly StepOutcome[];
  readonly ahead: readonly AttemptPlace[];
  readonly sentAt: number;
}

/** What a worker that drains wants. */
const NOTHING = { capacity: 0, perAsset: () => 1 };
