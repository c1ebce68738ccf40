import { isHeddleError } from "@heddle/core";
import { loadTicks, type ActiveSensor, type Database, type TickSnapshot } from "@heddle/storage";
import { Evaluators } from "../../evaluator/evaluators.ts";
import { DefinitionsCache } from "../../planning/index.ts";
import type { EngineLog } from "../../ports.ts";
import { WakeSignal } from "../../wake-signal.ts";
import type { LoopBeats } from "../loop-beats.ts";
import { answerRequest } from "./answer-requests.ts";
import { decideActive, tickSchedule, type TickScope } from "./schedule-ticks.ts";
import { tickEventSensor, type EventMemory } from "./event-ticks.ts";
import { sensorDueAt, tickSensor } from "./sensor-ticks.ts";

/** The poll that finds what a lost notification would have told. */
const POLL_INTERVAL_MS = 5_000;
/** While another daemon leads. */
const IDLE_INTERVAL_MS = 1_000;
const ERROR_PAUSE_MS = 1_000;
/** What failed because the database was away is looked at again after this time at the earliest. */
const SHORTEST_WAIT_MS = 20;
const LOOP_NAME = "schedules and sensors";

/** What schedules and sensors tick with. */
export interface TickerOptions {
  readonly db: Database;
  readonly log: EngineLog;
  /** Name of the environment in which runs are launched. */
  readonly environment: string;
  /** Whether only what somebody asks for is evaluated. */
  readonly isOnDemand: boolean;
  /** The database under the lease of the leading daemon; `undefined` while this one does not lead. */
  leading(): Database | undefined;
  /** Notes how the loop goes on. */
  readonly beats?: LoopBeats | undefined;
}

/**
 * Lets schedules and sensors tick while this daemon leads: sleeps until the next one is due, and carries each out beside the
 * others, so that none waits for another. Whatever it decides on is looked at again by the transaction that records it.
 */
export class Ticker {
  readonly #options: TickerOptions;
  readonly #evaluators: Evaluators;
  readonly #definitions: DefinitionsCache;
  readonly #wake = new WakeSignal();
  /** What is being carried out, by what it is. */
  readonly #underWay = new Map<string, Promise<void>>();
  readonly #told = new Set<string>();
  readonly #memory: EventMemory = new Map();
  /** When each event sensor was looked at last, by the database's clock. */
  readonly #lookedAt = new Map<string, number>();
  #isStopped = false;

  constructor(options: TickerOptions) {
    this.#options = options;
    this.#evaluators = new Evaluators(options.db);
    this.#definitions = new DefinitionsCache(options.environment);
  }

  wake(): void {
    this.#wake.raise();
  }

  /** Ends evaluations that are under way: the daemon that leads next repeats them. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#evaluators.close();
    this.#wake.raise();
    await Promise.all(this.#underWay.values());
  }

  async run(): Promise<void> {
    while (!this.#isStopped) {
      const waitMs = await this.#round();
      this.#options.beats?.expect(LOOP_NAME, waitMs);
      await this.#wake.wait(waitMs);
    }
  }

  /** One look. Gives how long there is nothing to do unless somebody says so. */
  async #round(): Promise<number> {
    const db = this.#options.leading();
    if (db === undefined) return IDLE_INTERVAL_MS;
    const { beats } = this.#options;
    try {
      return await (beats === undefined ? this.#look(db) : beats.round(LOOP_NAME, () => this.#look(db)));
    } catch (error) {
      this.#options.log.error("schedules and sensors could not be looked at, and are again in a second", error);
      return ERROR_PAUSE_MS;
    }
  }

  async #look(db: Database): Promise<number> {
    const began = performance.now();
    const snapshot = await loadTicks(this.#options.db);
    const dueInMs = this.#begin(snapshot, this.#scopeOf(db));
    // The clock of the database was read some time before its answer came.
    return Math.min(POLL_INTERVAL_MS, Math.max(SHORTEST_WAIT_MS, dueInMs - (performance.now() - began) / 2));
  }

  #scopeOf(db: Database): TickScope {
    const { environment, log } = this.#options;
    return { db, environment, log, evaluators: this.#evaluators, state: { definitions: this.#definitions } };
  }

  /** Begins what is due. Gives the time until the next one is, in milliseconds. */
  #begin({ now, schedules, sensors, requests }: TickSnapshot, scope: TickScope): number {
    for (const request of requests) this.#start(`request ${request.id}`, () => answerRequest(request, scope));
    let next = Infinity;
    if (this.#options.isOnDemand) return next;
    for (const schedule of schedules) {
      const decision = this.#judge(schedule.name, () => decideActive(schedule, now));
      if (decision === undefined) continue;
      if (decision.kind === "wait") next = Math.min(next, decision.until);
      else this.#start(`schedule ${schedule.name}`, () => tickSchedule(schedule, decision, scope));
    }
    for (const sensor of sensors) {
      const isForEvents = (sensor.definition.events ?? null) !== null;
      const dueAt = isForEvents ? this.#nextLook(sensor, now) : sensorDueAt(sensor);
      // A clock that was set back must not keep it waiting until that time comes again.
      const isDue = dueAt <= now || (!isForEvents && (sensor.startedAt ?? 0) > now + POLL_INTERVAL_MS);
      if (isDue) this.#start(`sensor ${sensor.name}`, () => this.#evaluate(sensor, now, scope));
      else next = Math.min(next, dueAt);
    }
    return next - now;
  }

  async #evaluate(sensor: ActiveSensor, now: number, scope: TickScope): Promise<void> {
    if ((sensor.definition.events ?? null) === null) return tickSensor(sensor, now, scope);
    this.#lookedAt.set(sensor.name, now);
    await tickEventSensor(sensor, now, { scope, memory: this.#memory });
  }

  /** One that has just taken events looks at once whether there are more; one that has failed waits longer and longer. */
  #nextLook(sensor: ActiveSensor, now: number): number {
    if (sensor.failures > 0) return sensorDueAt(sensor);
    const lookedAt = this.#lookedAt.get(sensor.name) ?? 0;
    if (sensor.startedAt === lookedAt || lookedAt > now) return now;
    return lookedAt + sensor.definition.intervalMs;
  }

  /** A schedule that cannot be read, by whatever version of Heddle it was written, must not stop the others. */
  #judge<T>(name: string, decide: () => T): T | undefined {
    try {
      return decide();
    } catch (error) {
      if (!this.#told.has(name)) this.#options.log.error(`the schedule ${name} cannot tick`, error);
      this.#told.add(name);
      return undefined;
    }
  }

  /** Carries something out beside everything else, unless that is under way already. */
  #start(name: string, work: () => Promise<void>): void {
    if (this.#underWay.has(name)) return;
    let pauseMs = 0;
    const done = work()
      .catch((error: unknown) => {
        pauseMs = ERROR_PAUSE_MS;
        // Another daemon leads, or this one stops: whoever leads then does it.
        if (this.#isStopped || isHeddleError(error, "DATABASE_LEASE_LOST")) return;
        this.#options.log.error(`${name} could not be evaluated, and is again in a second`, error);
      })
      .then(async () => {
        if (pauseMs > 0 && !this.#isStopped) await new Promise((resolve) => setTimeout(resolve, pauseMs));
        this.#underWay.delete(name);
        // The next one of the same may be due.
        this.#wake.raise();
      });
    this.#underWay.set(name, done);
  }
}
