import { isHeddleError } from "@heddle/core";

/** Says something to the process that started this one, if it listens. */
export function tellParent(message: unknown): void {
  if (process.connected) process.send?.(message, undefined, {}, () => {});
}

/**
 * Runs a process from its start to its stop: SIGTERM, SIGINT or the end of its parent stop it, a failing start is
 * reported and ends it with exit code 1.
 */
export async function runProcess(start: () => Promise<{ stop(): Promise<void> }>): Promise<void> {
  let running: { stop(): Promise<void> };
  try {
    running = await start();
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const hint = isHeddleError(error) ? error.hint : undefined;
    tellParent({ type: "failed", message, hint, ...(isHeddleError(error) && { code: error.code }) });
    process.stderr.write(`${message}${hint === undefined ? "" : `\n  ${hint}`}\n`);
    process.exitCode = 1;
    if (process.connected) process.disconnect();
    return;
  }
  let stopping = false;
  const stop = (): void => {
    if (stopping) return;
    stopping = true;
    running.stop().then(
      () => process.exit(0),
      (error: unknown) => {
        process.stderr.write(`stopping failed: ${String(error)}\n`);
        process.exit(1);
      },
    );
  };
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
  process.on("disconnect", stop);
}
