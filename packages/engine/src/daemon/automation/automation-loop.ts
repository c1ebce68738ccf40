import { isHeddleError } from "@heddle/core";
import { nextAutomationInstant } from "@heddle/core/internal";
import { recordAutomation, type Database } from "@heddle/storage";
import { AutomationMemory, LOOK_DEADLINE_MS, type AutomationLook } from "../../automation/index.ts";
import { DefinitionsCache } from "../../planning/index.ts";
import type { EngineLog } from "../../ports.ts";
import { WakeSignal } from "../../wake-signal.ts";
import type { LoopBeats } from "../loop-beats.ts";
import { isWorthWriting, writeOf } from "./evaluation-writes.ts";

/** The poll that finds what a lost notification would have told. */
const POLL_INTERVAL_MS = 5_000;
/** While another daemon leads. */
const IDLE_INTERVAL_MS = 1_000;
const ERROR_PAUSE_MS = 1_000;
/** However much happens, looks begin this far apart. */
const SHORTEST_INTERVAL_MS = 200;
/** What is committed and cannot be seen yet, because an older transaction still runs, is looked at again after this time. */
const HELD_BACK_MS = 100;
/** How often the place among the events is written down when it moved over nothing that concerns a condition. */
const MOVE_ON_MS = 60_000;
const LOOP_NAME = "conditions and freshness";

/** What conditions and freshness are evaluated with. */
export interface AutomationLoopOptions {
  readonly db: Database;
  readonly log: EngineLog;
  /** Name of the environment in which runs are launched. */
  readonly environment: string;
  /** The database under the lease of the leading daemon; `undefined` while this one does not lead. */
  leading(): Database | undefined;
  /** What the clock of the database is moved by, in milliseconds. @default 0 */
  readonly skewMs?: (() => number) | undefined;
  /** Notes how the loop goes on. */
  readonly beats?: LoopBeats | undefined;
}

/**
 * Evaluates conditions and freshness policies while this daemon leads: after what happens, at the next instant at which a
 * clock matters, and never without a reason. What it decides takes effect in one transaction, guarded by what it began from;
 * leading saves work, and gives no safety.
 */
export class AutomationLoop {
  readonly #options: AutomationLoopOptions;
  readonly #memory: AutomationMemory;
  readonly #planning: { readonly definitions: DefinitionsCache };
  readonly #wake = new WakeSignal();
  readonly #told = new Set<string>();
  #writtenAt = -Infinity;
  /** Whether anything is declared that events matter to. */
  #isListening = true;
  #isStopped = false;

  constructor(options: AutomationLoopOptions) {
    this.#options = options;
    this.#planning = { definitions: new DefinitionsCache(options.environment) };
    this.#memory = new AutomationMemory({ planning: this.#planning, skewMs: options.skewMs });
  }

  /** Something has happened to partitions or runs. */
  wakeByEvent(): void {
    if (this.#isListening) this.#wake.raise();
  }

  /** Definitions or switches may be others. */
  wake(): void {
    this.#wake.raise();
  }

  stop(): void {
    this.#isStopped = true;
    this.#wake.raise();
  }

  async run(): Promise<void> {
    while (!this.#isStopped) {
      const began = performance.now();
      const waitMs = await this.round();
      this.#options.beats?.expect(LOOP_NAME, waitMs);
      await this.#wake.wait(waitMs);
      const restMs = began + SHORTEST_INTERVAL_MS - performance.now();
      if (restMs > 0 && !this.#isStopped) await new Promise((resolve) => setTimeout(resolve, restMs));
    }
  }

  /** One look and what follows from it. Gives how long there is nothing to do unless something happens, in milliseconds. */
  async round(): Promise<number> {
    const db = this.#options.leading();
    if (db === undefined) {
      this.#memory.forget();
      return IDLE_INTERVAL_MS;
    }
    try {
      const { beats } = this.#options;
      return await (beats === undefined ? this.#evaluate(db) : beats.round(LOOP_NAME, () => this.#evaluate(db)));
    } catch (error) {
      this.#memory.forget();
      // Another daemon leads, or this one stops: whoever leads then does it.
      if (this.#isStopped || isHeddleError(error, "DATABASE_LEASE_LOST")) return IDLE_INTERVAL_MS;
      this.#options.log.error("conditions and freshness could not be evaluated, and are again in a second", error);
      return ERROR_PAUSE_MS;
    }
  }

  async #evaluate(db: Database): Promise<number> {
    const { log, environment } = this.#options;
    const look = await this.#options.db.read("automation", (tx) => this.#memory.look(tx), {
      deadlineMs: LOOK_DEADLINE_MS,
    });
    this.#tellUnreadable(look);
    this.#isListening = look.definitions.watched.size > 0;
    if (!this.#isListening && look.freshness.gone.length === 0 && this.#memory.state.targets.size === 0) {
      return POLL_INTERVAL_MS;
    }
    const before = this.#memory.state;
    const result = this.#memory.evaluate(look);
    const isWritten = isWorthWriting(look, { result, before }) || this.#isTimeToMoveOn(look, before.cursor);
    if (isWritten) {
      const { version } = this.#memory;
      const write = writeOf(look, { result, before, version, environment, planning: this.#planning });
      if ((await recordAutomation(db, write)) === "superseded") {
        this.#memory.forget();
        return SHORTEST_INTERVAL_MS;
      }
      this.#writtenAt = performance.now();
      const { requested, requestedChecks, evaluated, loops } = result;
      if (write.launch !== null) {
        log.info("conditions asked for runs", { assets: requested.size + requestedChecks.size, evaluated });
      }
      for (const loop of loops) log.warn(`the condition of ${loop.asset} set off itself, and was stopped`);
    }
    this.#memory.accept(look, result, isWritten);
    const isUnsettled = [...result.state.targets.values()].some((target) => !target.settled || target.requestChanged);
    return this.#waitMs(look, isUnsettled);
  }

  #isTimeToMoveOn({ view }: AutomationLook, cursor: string): boolean {
    return view.cursor !== cursor && performance.now() - this.#writtenAt > MOVE_ON_MS;
  }

  #waitMs({ isPartial, isHeldBack, definitions, at }: AutomationLook, isUnsettled: boolean): number {
    if (isPartial || isUnsettled) return 0;
    const after = Math.max(at, this.#memory.state.at);
    const tickAt = nextAutomationInstant(definitions.compiled, after) ?? Infinity;
    const next = Math.min(tickAt, this.#memory.freshnessChangesAt ?? Infinity) - at;
    return Math.min(POLL_INTERVAL_MS, isHeldBack ? HELD_BACK_MS : Infinity, Math.max(0, next));
  }

  #tellUnreadable({ definitions }: AutomationLook): void {
    for (const id of definitions.unreadable) {
      if (this.#told.has(id)) continue;
      this.#told.add(id);
      this.#options.log.error(`the condition of ${id.replace("\n", ", check ")} is of another version of Heddle`);
    }
  }
}
