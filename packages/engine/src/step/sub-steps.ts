import {
  HeddleError,
  RetryAfter,
  type JsonValue,
  type Logger,
  type MapSubSteps,
  type RunSubStep,
  type SubStepContext,
  type SubStepMapOptions,
  type SubStepOptions,
} from "@heddle/core";
import {
  checkPartitionKey,
  findJsonProblem,
  findRetryPolicyProblems,
  judgeFailure,
  parseJson,
  resolveRetryPolicy,
  serializeError,
} from "@heddle/core/internal";
import { setTimeout as pause } from "node:timers/promises";

/** A sub-step that was done, as it is recorded. */
export interface RecordedSubStep {
  readonly name: string;
  /** JSON text of the result; `null` when there is none. */
  readonly result: string | null;
  /** Epoch milliseconds. */
  readonly startedAt: number;
  readonly durationMs: number;
  /** Tries that it took. */
  readonly tries: number;
}

/** Where the sub-steps of one step are recorded. */
export interface SubStepRecord {
  /** The sub-steps that were done before, by this attempt or by earlier ones. */
  read(): Promise<readonly RecordedSubStep[]>;
  /** Resolves when it is durable. */
  write(done: RecordedSubStep): Promise<void>;
}

/** Most sub-steps of one step, and the longest result of one, in characters of JSON. */
export const MAX_SUB_STEPS = 10_000;
const MAX_RESULT_LENGTH = 65_536;
const DEFAULT_CONCURRENCY = 8;
const MAX_CONCURRENCY = 256;
/** A sub-step that has to wait for longer gives its place to others: the step as a whole is tried again after that time. */
const LONGEST_WAIT_MS = 60_000;

/** What the sub-steps of one step run with. */
export interface SubStepPorts {
  readonly record: SubStepRecord;
  readonly signal: AbortSignal;
  readonly log: Logger;
  /** Draws from 0 (inclusive) to 1 (exclusive), for jitter. */
  readonly random: () => number;
}

/** Does sub-steps once each: what is recorded is not done again. */
export class SubSteps {
  readonly #ports: SubStepPorts;
  readonly #names = new Set<string>();
  /** Read when the function first asks: most assets never do. */
  #known: Promise<ReadonlyMap<string, RecordedSubStep>> | undefined;

  constructor(ports: SubStepPorts) {
    this.#ports = ports;
  }

  /** The functions that the context of an asset's function offers. */
  get functions(): { readonly step: RunSubStep; readonly map: MapSubSteps } {
    return { step: (name, run, options) => this.#step(name, run, options), map: this.#map };
  }

  async #step<TValue>(
    name: string,
    run: (context: SubStepContext) => TValue | Promise<TValue>,
    options: SubStepOptions = {},
  ): Promise<TValue> {
    this.#claimName(name);
    this.#known ??= this.#read();
    const known = (await this.#known).get(name);
    // What was recorded was checked to be JSON, of the type that the function returned.
    if (known !== undefined) return parseResult(known.result) as TValue;
    const began = { at: Date.now(), time: performance.now() };
    const { value, tries } = await this.#untilDone(name, run, options);
    const result = resultText(name, value);
    const durationMs = Math.round(performance.now() - began.time);
    await this.#ports.record.write({ name, result, startedAt: began.at, durationMs, tries });
    this.#ports.signal.throwIfAborted();
    return value;
  }

  readonly #map: MapSubSteps = async <TItem, TValue>(
    items: Iterable<TItem>,
    run: (item: TItem, context: SubStepContext) => TValue | Promise<TValue>,
    options: SubStepMapOptions<TItem> = {},
  ): Promise<TValue[]> => {
    const { concurrency = DEFAULT_CONCURRENCY, name = nameOfItem, ...rest } = options;
    if (!Number.isInteger(concurrency) || concurrency < 1 || concurrency > MAX_CONCURRENCY) {
      throw invalid(`the concurrency is ${concurrency}; it is a whole number from 1 to ${MAX_CONCURRENCY}`);
    }
    const queue = [...items].entries();
    const values: TValue[] = [];
    const failures: unknown[] = [];
    const work = async (): Promise<void> => {
      for (const [index, item] of queue) {
        if (failures.length > 0) return;
        try {
          values[index] = await this.#step(name(item, index), (context) => run(item, context), rest);
        } catch (error) {
          failures.push(error);
        }
      }
    };
    await Promise.all(Array.from({ length: concurrency }, work));
    const [first, ...others] = failures;
    if (failures.length === 0) return values;
    for (const other of others) this.#ports.log.error(serializeError(other).message);
    throw first;
  };

  async #read(): Promise<ReadonlyMap<string, RecordedSubStep>> {
    const { record, log } = this.#ports;
    const done = await record.read();
    if (done.length > 0) log.info(`${done.length} sub-steps were done before and are not done again`);
    return new Map(done.map((subStep) => [subStep.name, subStep]));
  }

  #claimName(name: string): void {
    const problem = checkPartitionKey(name);
    if (problem !== null) {
      throw invalid(`${JSON.stringify(String(name).slice(0, 100))} cannot be the name of a sub-step: ${problem}`);
    }
    if (this.#names.has(name)) {
      throw invalid(
        `two sub-steps of this step are named "${name}", so that the result of one would stand for the other`,
      );
    }
    if (this.#names.size >= MAX_SUB_STEPS) throw invalid(`a step has at most ${MAX_SUB_STEPS} sub-steps`);
    this.#names.add(name);
  }

  async #untilDone<TValue>(
    name: string,
    run: (context: SubStepContext) => TValue | Promise<TValue>,
    { retry, timeoutMs }: SubStepOptions,
  ): Promise<{ readonly value: TValue; readonly tries: number }> {
    const { signal, random } = this.#ports;
    const policy = resolveRetryPolicy(retry);
    const [problem] = findRetryPolicyProblems(policy);
    if (problem !== undefined) throw invalid(`of the sub-step "${name}", ${problem}`);
    const log = named(this.#ports.log, name);
    for (let tries = 1; ; tries += 1) {
      signal.throwIfAborted();
      try {
        return {
          value: await within({ signal, timeoutMs, name }, (own) => run({ signal: own, log, attempt: tries })),
          tries,
        };
      } catch (cause) {
        signal.throwIfAborted();
        const error = serializeError(cause);
        const failed = { cause: "error", lostTogether: 1, error } as const;
        const verdict = judgeFailure(failed, { errors: tries - 1, losses: 0 }, { policy, random });
        if (verdict.kind === "fail") throw error.code === "STEP_GIVEN_UP" ? cause : failedSubStep(name, tries, cause);
        if (verdict.delayMs > LONGEST_WAIT_MS) {
          throw new RetryAfter(verdict.delayMs, `the sub-step "${name}" has to wait: ${error.message}`, { cause });
        }
        log.warn(`failed and is tried again in ${verdict.delayMs} ms: ${error.message}`);
        await pause(verdict.delayMs, undefined, { signal });
      }
    }
  }
}

/** Runs a function with a signal of its own where it has a time limit, and does not wait longer for it than that. */
async function within<TValue>(
  { signal, timeoutMs, name }: { signal: AbortSignal; timeoutMs: number | undefined; name: string },
  act: (signal: AbortSignal) => TValue | Promise<TValue>,
): Promise<TValue> {
  if (timeoutMs === undefined) return act(signal);
  const own = new AbortController();
  const { promise, reject } = Promise.withResolvers<never>();
  const stop = (reason: unknown): void => {
    own.abort(reason);
    reject(reason);
  };
  const timer = setTimeout(
    () => stop(new HeddleError("STEP_TIMEOUT", `the sub-step "${name}" took longer than its limit of ${timeoutMs} ms`)),
    timeoutMs,
  );
  const aborted = (): void => stop(signal.reason);
  signal.addEventListener("abort", aborted);
  try {
    return await Promise.race([act(own.signal), promise]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", aborted);
  }
}

function resultText(name: string, value: unknown): string | null {
  if (value === undefined) return null;
  const problem = findJsonProblem(value, "result");
  if (problem !== null) throw invalid(`the sub-step "${name}" cannot be recorded: its ${problem}`);
  const text = JSON.stringify(value);
  if (text.length <= MAX_RESULT_LENGTH) return text;
  throw invalid(
    `the result of the sub-step "${name}" is ${text.length} characters of JSON, more than ${MAX_RESULT_LENGTH}`,
  );
}

function parseResult(result: string | null): JsonValue | undefined {
  return result === null ? undefined : (parseJson(result) as JsonValue);
}

function nameOfItem(item: unknown, index: number): string {
  return typeof item === "string" || typeof item === "number" ? String(item) : String(index);
}

/** A log whose lines say which sub-step wrote them. */
function named(log: Logger, name: string): Logger {
  return {
    debug: (message, fields) => log.debug(message, { subStep: name, ...fields }),
    info: (message, fields) => log.info(message, { subStep: name, ...fields }),
    warn: (message, fields) => log.warn(message, { subStep: name, ...fields }),
    error: (message, fields) => log.error(message, { subStep: name, ...fields }),
  };
}

function failedSubStep(name: string, tries: number, cause: unknown): HeddleError {
  const times = tries === 1 ? "" : `, ${tries} times`;
  return new HeddleError("SUB_STEP_FAILED", `the sub-step "${name}" failed${times}: ${serializeError(cause).message}`, {
    hint: "Sub-steps that were done are not done again when the step is tried again.",
    details: { subStep: name, tries },
    cause,
  });
}

function invalid(message: string): HeddleError {
  return new HeddleError("SUB_STEP_INVALID", message, {
    hint: "Name sub-steps by what they do, such as `page 7`, return small JSON from them, and large data as the asset's value.",
  });
}
