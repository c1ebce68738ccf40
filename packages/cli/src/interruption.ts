import { EXIT, type ExitCode } from "./exit-codes.ts";

/** Signals that ask the command to stop, and the exit code that says so. */
const SIGNALS = { SIGINT: EXIT.interrupted, SIGTERM: EXIT.terminated, SIGHUP: EXIT.hangUp } as const;
export type StopSignal = keyof typeof SIGNALS;

/** After a second signal the command may go on for this long, to shut the database down. */
const AT_ONCE_MS = 3_000;

/**
 * Whether somebody wants the command to stop. The first signal asks for an orderly end; the second one kills the
 * processes that were started and ends the command within seconds.
 */
export class Interruption {
  #signal: StopSignal | undefined;
  #count = 0;
  /** What {@link race} throws. */
  readonly reason: Error = new Error("the command was asked to stop");
  readonly #first = Promise.withResolvers<StopSignal>();
  readonly #kill = new Set<() => void>();

  /** Begins to take signals. Until then they end the process as usual. */
  listen(): void {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => this.#take(signal));
  }

  /** The first signal that came. */
  get signal(): StopSignal | undefined {
    return this.#signal;
  }

  /** Resolves with the first signal. */
  get first(): Promise<StopSignal> {
    return this.#first.promise;
  }

  /** The exit code that tells of the signal. */
  get exitCode(): ExitCode {
    return SIGNALS[this.#signal ?? "SIGINT"];
  }

  /** How often the command was asked to stop. */
  get count(): number {
    return this.#count;
  }

  /** Waits for `work`, but no longer than until the first signal. @throws {@link reason} */
  async race<T>(work: Promise<T>): Promise<T> {
    const interrupted = this.first.then(() => {
      throw this.reason;
    });
    return await Promise.race([work, interrupted]);
  }

  /** Has `kill` called when the end may not wait, until the result is disposed of. */
  onSecond(kill: () => void): Disposable {
    this.#kill.add(kill);
    return { [Symbol.dispose]: () => this.#kill.delete(kill) };
  }

  #take(signal: StopSignal): void {
    this.#count += 1;
    this.#signal ??= signal;
    this.#first.resolve(signal);
    if (this.#count !== 2) return;
    for (const kill of this.#kill) kill();
    setTimeout(() => process.exit(this.exitCode), AT_ONCE_MS).unref();
  }
}

/** The signals of this command. */
export const interruption: Interruption = new Interruption();
