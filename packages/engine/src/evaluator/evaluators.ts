import { HeddleError } from "@heddle/core";
import type { Database } from "@heddle/storage";
import { fetchBundle, type LocalBundle } from "../worker/fetch-bundle.ts";
import { EvaluatorProcess, type Evaluation, type FailedEvaluation } from "./evaluator-process.ts";
import type { EvaluatorCall } from "./protocol.ts";

/** Functions that run at once: one that hangs holds one of these until its deadline, and delays no other. */
const MAX_PROCESSES = 8;
/** Processes of a code location that stay warm between ticks. */
const KEPT_PER_LOCATION = 2;
/** Most functions take milliseconds: a process that is busy is waited for so long before another one is started. */
const WARM_WAIT_MS = 1_000;

/** Functions that wait for one busy process. */
const MAX_WAITING = 8;

/** Whose code a function is of. */
export interface EvaluatedCode {
  readonly location: string;
  readonly codeVersionId: number;
}

interface Warm extends EvaluatedCode {
  readonly process: EvaluatorProcess;
}

/** Processes that call the functions of schedules and sensors, each one function at a time; none is ever called here. */
export class Evaluators {
  readonly #db: Database;
  readonly #idle: Warm[] = [];
  readonly #busy = new Set<Warm>();
  readonly #bundles = new Map<number, Promise<LocalBundle>>();
  /** Processes that are about to be busy, by code version. */
  readonly #starting = new Map<number, number>();
  readonly #queue: (() => void)[] = [];
  /** Who waits for a warm process, by code version. */
  readonly #waiting = new Set<{ readonly codeVersionId: number; readonly give: (warm: Warm | undefined) => void }>();
  #running = 0;
  #isClosed = false;

  constructor(db: Database) {
    this.#db = db;
  }

  /** Calls a function of a code version. Never throws for what the function does. @throws TICK_CODE_UNAVAILABLE, CODE_VERSION_*, DATABASE_* */
  async evaluate(code: EvaluatedCode, call: EvaluatorCall): Promise<Evaluation | FailedEvaluation> {
    await this.#enter();
    try {
      const warm = await this.#take(code);
      this.#busy.add(warm);
      try {
        const evaluation = await warm.process.evaluate(call);
        // That it was ended is no failure of the function: another daemon calls it again.
        if (this.#isClosed && "error" in evaluation) throw closed();
        return evaluation;
      } finally {
        this.#busy.delete(warm);
        this.#release(warm);
      }
    } finally {
      this.#leave();
    }
  }

  /** Ends every process. */
  close(): void {
    this.#isClosed = true;
    for (const { process } of [...this.#idle, ...this.#busy]) process.close();
    this.#idle.length = 0;
    for (const next of this.#queue.splice(0)) next();
    for (const waiter of this.#waiting) waiter.give(undefined);
    this.#waiting.clear();
  }

  async #enter(): Promise<void> {
    if (this.#running >= MAX_PROCESSES) await new Promise<void>((resolve) => this.#queue.push(resolve));
    this.#running += 1;
  }

  #leave(): void {
    this.#running -= 1;
    this.#queue.shift()?.();
  }

  async #take(code: EvaluatedCode): Promise<Warm> {
    // What is loaded of another version is of no use any more, and neither is a process that is gone.
    const isUseless = (one: Warm): boolean =>
      !one.process.isUsable || (one.location === code.location && one.codeVersionId !== code.codeVersionId);
    for (const other of this.#idle.filter(isUseless)) this.#remove(other);
    const found = this.#idle.find((one) => one.codeVersionId === code.codeVersionId);
    if (found !== undefined) {
      this.#idle.splice(this.#idle.indexOf(found), 1);
      return found;
    }
    const freed = await this.#awaitWarm(code);
    if (freed !== undefined) return freed;
    return this.#create(code);
  }

  async #create(code: EvaluatedCode): Promise<Warm> {
    const { codeVersionId } = code;
    const count = (by: number) => this.#starting.set(codeVersionId, (this.#starting.get(codeVersionId) ?? 0) + by);
    count(1);
    try {
      const bundle = await this.#fetch(code);
      if (this.#isClosed) throw closed();
      return { ...code, process: new EvaluatorProcess(bundle) };
    } finally {
      count(-1);
      if (this.#starting.get(codeVersionId) === 0) this.#starting.delete(codeVersionId);
    }
  }

  /** A process that has become free; `undefined` when none has in time, or none is there that could. */
  async #awaitWarm({ codeVersionId }: EvaluatedCode): Promise<Warm | undefined> {
    const running = [...this.#busy].filter((one) => one.codeVersionId === codeVersionId).length;
    const busy = running + (this.#starting.get(codeVersionId) ?? 0);
    const ahead = [...this.#waiting].filter((one) => one.codeVersionId === codeVersionId).length;
    if (busy === 0 || ahead >= busy * MAX_WAITING) return undefined;
    const { promise, resolve } = Promise.withResolvers<Warm | undefined>();
    const waiter = { codeVersionId, give: resolve };
    this.#waiting.add(waiter);
    const timer = setTimeout(() => {
      // From here on nobody hands it one.
      this.#waiting.delete(waiter);
      resolve(undefined);
    }, WARM_WAIT_MS);
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
    }
  }

  #release(warm: Warm): void {
    const next = [...this.#waiting].find((one) => one.codeVersionId === warm.codeVersionId);
    if (next !== undefined && warm.process.isUsable && !this.#isClosed) {
      this.#waiting.delete(next);
      // It is nobody else's from here on, though whoever gets it has yet to go on.
      this.#busy.add(warm);
      return next.give(warm);
    }
    const kept = this.#idle.filter((one) => one.location === warm.location);
    if (!this.#isClosed && warm.process.isUsable && kept.length < KEPT_PER_LOCATION) this.#idle.push(warm);
    else warm.process.close();
  }

  #remove(warm: Warm): void {
    this.#idle.splice(this.#idle.indexOf(warm), 1);
    warm.process.close();
  }

  async #fetch({ codeVersionId }: EvaluatedCode): Promise<LocalBundle> {
    let fetched = this.#bundles.get(codeVersionId);
    if (fetched === undefined) {
      // Only the newest ones are asked for again.
      if (this.#bundles.size >= MAX_PROCESSES) this.#bundles.clear();
      fetched = fetchBundle(this.#db, codeVersionId);
      this.#bundles.set(codeVersionId, fetched);
      fetched.catch(() => this.#bundles.delete(codeVersionId));
    }
    return fetched;
  }
}

function closed(): HeddleError {
  return new HeddleError("TICK_CODE_UNAVAILABLE", "the daemon stops, and calls no functions of schedules and sensors");
}
