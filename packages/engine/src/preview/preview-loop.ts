import { HeddleError, type JsonValue } from "@heddle/core";
import { serializeError } from "@heddle/core/internal";
import { answerPreview, claimPreview, type ClaimedPreview, type Database } from "@heddle/storage";
import { isDatabaseAway } from "../database-away.ts";
import { describeError, type EngineLog } from "../ports.ts";
import { WakeSignal } from "../wake-signal.ts";
import { fetchBundle } from "../worker/fetch-bundle.ts";
import type { DefaultsConfig } from "../worker/protocol.ts";
import { PreviewProcess } from "./preview-process.ts";
import type { PreviewAnswer, PreviewTask } from "./preview-protocol.ts";

/** The poll that finds what a lost notification would have told. */
const POLL_INTERVAL_MS = 10_000;
/** Values that are read at once, each by a process of its own. */
const MAX_PROCESSES = 2;
/** A person waits: longer than this nothing is read. */
const READ_TIMEOUT_MS = 20_000;
/** Another worker begins anew with what this one has not answered by then. */
const LEASE_MS = READ_TIMEOUT_MS + 10_000;
/** A process that nobody has asked for so long goes. */
const IDLE_MS = 60_000;

/** What a worker needs to show stored values. */
export interface PreviewLoopOptions {
  readonly db: Database;
  readonly log: EngineLog;
  readonly defaults: DefaultsConfig;
  readonly env: NodeJS.ProcessEnv;
}

interface IdleProcess {
  readonly codeVersionId: number;
  readonly process: PreviewProcess;
  readonly timer: NodeJS.Timeout;
}

/**
 * Answers who wants to look at a stored value, while its worker lives. The project's I/O managers read it in processes of
 * their own, which share nothing with the steps; the server and the daemon only ask.
 */
export class PreviewLoop {
  readonly #options: PreviewLoopOptions;
  readonly #wake = new WakeSignal();
  readonly #stop = new AbortController();
  /** What is being read, by request. */
  readonly #reading = new Map<string, AbortController>();
  readonly #answering = new Set<Promise<void>>();
  readonly #idle: IdleProcess[] = [];
  #listener: AsyncDisposable | undefined;
  #done: Promise<void> = Promise.resolve();

  constructor(options: PreviewLoopOptions) {
    this.#options = options;
  }

  /** @throws DATABASE_UNAVAILABLE */
  async start(): Promise<void> {
    this.#listener = await this.#options.db.listen("heddle_preview", (id) => {
      // A request that was withdrawn is named.
      this.#reading.get(id)?.abort();
      this.#wake.raise();
    });
    this.#wake.raise();
    this.#done = this.#run();
  }

  /** Gives up what it reads, at once: another worker begins it anew. */
  async stop(): Promise<void> {
    this.#stop.abort();
    this.#wake.raise();
    for (const controller of this.#reading.values()) controller.abort();
    await this.#done;
    await Promise.all(this.#answering);
    for (const { process, timer } of this.#idle.splice(0)) {
      clearTimeout(timer);
      process[Symbol.dispose]();
    }
    await this.#listener?.[Symbol.asyncDispose]();
  }

  async #run(): Promise<void> {
    const { db, log } = this.#options;
    for (;;) {
      await this.#wake.wait(POLL_INTERVAL_MS);
      try {
        while (this.#answering.size < MAX_PROCESSES && !this.#stop.signal.aborted) {
          const claim = await claimPreview(db, LEASE_MS);
          if (claim === undefined) break;
          this.#begin(claim);
        }
      } catch (error) {
        if (!isDatabaseAway(error)) log.error("previews cannot be answered", describeError(error));
      }
      if (this.#stop.signal.aborted) return;
    }
  }

  #begin(claim: ClaimedPreview): void {
    const answering = this.#answer(claim)
      .catch((error: unknown) => {
        if (!this.#stop.signal.aborted) this.#options.log.error("a preview was not answered", describeError(error));
      })
      .finally(() => {
        this.#answering.delete(answering);
        this.#wake.raise();
      });
    this.#answering.add(answering);
  }

  async #answer(claim: ClaimedPreview): Promise<void> {
    const withdrawn = new AbortController();
    this.#reading.set(claim.id, withdrawn);
    try {
      const answer = await this.#read(claim, withdrawn.signal);
      // An answer is made of JSON, which an interface cannot say.
      if (answer !== undefined) await answerPreview(this.#options.db, claim.id, answer as unknown as JsonValue);
    } finally {
      this.#reading.delete(claim.id);
    }
  }

  /** `undefined` when nobody waits for it any more. */
  async #read(claim: ClaimedPreview, withdrawn: AbortSignal): Promise<PreviewAnswer | undefined> {
    const late = AbortSignal.timeout(READ_TIMEOUT_MS);
    try {
      const process = await this.#take(claim.codeVersionId);
      try {
        return await process.read(taskOf(claim), AbortSignal.any([withdrawn, late]));
      } finally {
        this.#keep(claim.codeVersionId, process);
      }
    } catch (error) {
      if (withdrawn.aborted) return undefined;
      return { error: serializeError(late.aborted ? timedOut(taskOf(claim)) : error) };
    }
  }

  async #take(codeVersionId: number): Promise<PreviewProcess> {
    const place = this.#idle.findIndex((idle) => idle.codeVersionId === codeVersionId);
    const [found] = place === -1 ? [] : this.#idle.splice(place, 1);
    if (found !== undefined) {
      clearTimeout(found.timer);
      if (found.process.isUsable) return found.process;
    }
    const { db, defaults, env } = this.#options;
    return new PreviewProcess({ ...(await fetchBundle(db, codeVersionId)), defaults, env });
  }

  #keep(codeVersionId: number, process: PreviewProcess): void {
    if (!process.isUsable || this.#stop.signal.aborted) return process[Symbol.dispose]();
    // Those of older code are of no use any more.
    while (this.#idle.length >= MAX_PROCESSES) this.#end(this.#idle[0]);
    const idle = { codeVersionId, process, timer: setTimeout(() => this.#end(idle), IDLE_MS) };
    idle.timer.unref();
    this.#idle.push(idle);
  }

  #end(idle: IdleProcess | undefined): void {
    if (idle === undefined) return;
    clearTimeout(idle.timer);
    const place = this.#idle.indexOf(idle);
    if (place !== -1) this.#idle.splice(place, 1);
    idle.process[Symbol.dispose]();
  }
}

/** What the server asks for is what it says that it is. */
function taskOf({ subject, rows }: ClaimedPreview): PreviewTask {
  return { ...(subject as unknown as Omit<PreviewTask, "rows">), rows };
}

function timedOut({ assetKey, partitionKey }: PreviewTask): HeddleError {
  const what = partitionKey === null ? assetKey : `${assetKey} [${partitionKey}]`;
  return new HeddleError("PREVIEW_TIMEOUT", `${what} could not be read within ${READ_TIMEOUT_MS / 1_000} s`, {
    hint: "See whether its store answers, then ask again.",
  });
}
