import { serializeError } from "@heddle/core/internal";
import { describeError } from "./ports.ts";

/** What a process of Heddle is, once it runs. */
export interface RunningProcess {
  stop(): Promise<void>;
  /** Resolves when it has come to its end by itself. */
  readonly ended?: Promise<void>;
  /** After this time a stop that does not come to its end is given up, with exit code 1. @default 9_000 */
  readonly stopTimeoutMs?: number;
}

const DEFAULT_STOP_TIMEOUT_MS = 9_000;
/** A word to a parent that does not listen any more is not waited for longer than this. */
const TELL_TIMEOUT_MS = 1_000;

/** Says something to the process that started this one, if it listens. */
export function tellParent(message: unknown): void {
  void tell(message);
}

/**
 * Runs a process from its start to its stop: SIGTERM, SIGINT or the end of its parent stop it, also while it starts; a
 * second signal or a stop that takes too long ends it at once. A failing start is reported and ends it with exit code 1.
 */
export async function runProcess(start: () => Promise<RunningProcess>): Promise<void> {
  const stopRequested = Promise.withResolvers<void>();
  let isStopping = false;
  const onSignal = (): void => {
    // Whoever asks twice means it.
    if (isStopping) process.exit(1);
    isStopping = true;
    stopRequested.resolve();
  };
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, onSignal);
  process.once("disconnect", () => stopRequested.resolve());

  let running: RunningProcess;
  try {
    running = await start();
  } catch (error) {
    // A parent that listens shows the error in its own way.
    if (process.connected) await tell({ type: "failed", error: serializeError(error) });
    else process.stderr.write(`${describeError(error)}\n`);
    // Connections and timers of what had begun must not keep a process that does nothing.
    return process.exit(1);
  }
  await Promise.race([stopRequested.promise, running.ended ?? stopRequested.promise]);
  isStopping = true;
  const { stopTimeoutMs = DEFAULT_STOP_TIMEOUT_MS } = running;
  setTimeout(() => {
    process.stderr.write(`stopping took longer than ${stopTimeoutMs} ms and was given up\n`);
    process.exit(1);
  }, stopTimeoutMs);
  try {
    await running.stop();
    process.exit(0);
  } catch (error) {
    process.stderr.write(`stopping failed: ${describeError(error)}\n`);
    process.exit(1);
  }
}

async function tell(message: unknown): Promise<void> {
  if (!process.connected) return;
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, TELL_TIMEOUT_MS);
    timer.unref();
    process.send?.(message, undefined, {}, () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
