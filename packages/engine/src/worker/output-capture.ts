import { HeddleError } from "@heddle/core";
import { currentScope } from "./step-scope.ts";

/**
 * Gives what a step prints and breaks to that step: standard output and error, `process.exit`, unhandled rejections and
 * uncaught exceptions. `onUnowned` hears of faults that belong to no running step.
 *
 * Returns the function that writes a frame to the real standard output, at once: a step that dies loses nothing that it
 * has logged.
 */
export function captureOutput(onUnowned: (error: unknown) => void): (frame: string) => void {
  const writeFrame = captureStream("stdout");
  captureStream("stderr");
  captureExit();
  const own = (what: string) => (error: unknown) => {
    const scope = currentScope.getStore();
    if (scope === undefined || scope.ended) return onUnowned(error);
    scope.fail(
      "error",
      new HeddleError("STEP_FAULT", `the step left an ${what} behind: ${describe(error)}`, {
        hint: "Await every promise and handle errors in callbacks: this one surfaced outside the asset's function.",
        cause: error,
      }),
    );
  };
  process.on("unhandledRejection", own("unhandled rejection"));
  process.on("uncaughtException", own("uncaught exception"));
  return writeFrame;
}

function captureStream(name: "stdout" | "stderr"): (text: string) => void {
  const stream = process[name];
  const write = stream.write.bind(stream);
  const captured = (chunk: string | Uint8Array, encoding?: unknown, callback?: unknown): boolean => {
    const scope = currentScope.getStore();
    // The overloads of write() cannot be expressed by one signature; the arguments are passed through unchanged.
    if (scope === undefined) return write(chunk, encoding as BufferEncoding, callback as () => void);
    scope.print(name, typeof chunk === "string" ? chunk : Buffer.from(chunk).toString("utf8"));
    const done = typeof encoding === "function" ? encoding : callback;
    if (typeof done === "function") process.nextTick(done as () => void);
    return true;
  };
  stream.write = captured as typeof stream.write;
  return (text) => void write(text);
}

function captureExit(): void {
  const exit = process.exit.bind(process);
  process.exit = ((code?: number) => {
    const scope = currentScope.getStore();
    if (scope === undefined || scope.ended) return exit(code);
    const error = new HeddleError("STEP_EXIT", `the step called process.exit(${code ?? ""})`, {
      hint: "Throw an error instead: the process is shared with other steps.",
    });
    scope.fail("exit", error);
    throw error;
  }) as typeof process.exit;
}

function describe(error: unknown): string {
  return typeof error === "object" && error !== null && "message" in error ? String(error.message) : String(error);
}
