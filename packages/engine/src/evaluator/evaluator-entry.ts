// A process of its own that imports a user's bundle and calls the functions of its schedules and sensors, one at a time.
import { type Definitions } from "@heddle/core";
import { serializeError } from "@heddle/core/internal";
import { createResourceScope, type ResourceScope } from "../step/resource-scope.ts";
import { watchParent } from "../worker/parent-watch.ts";
import { callFunction } from "./call-function.ts";
import { importDefinitions } from "./import-definitions.ts";
import type { EvaluatorCall, EvaluatorCommand, EvaluatorMessage } from "./protocol.ts";

interface Loaded {
  readonly definitions: Definitions;
  readonly resources: ResourceScope;
}

// A function that never gives the event loop back would outlive a daemon that was killed.
watchParent();
// User modules must not be able to answer in its place.
const channel = process.send?.bind(process);
delete process.send;
const send = (message: EvaluatorMessage): void => {
  if (process.connected) channel?.(message, undefined, {}, () => {});
};
let loaded: Loaded | undefined;

// What is printed belongs to the function that runs, and must arrive before its answer: a pipe of its own could be later.
for (const [stream, level] of [
  [process.stdout, "info"],
  [process.stderr, "warn"],
] as const) {
  stream.write = (chunk: string | Uint8Array, ...rest: unknown[]): boolean => {
    const text = typeof chunk === "string" ? chunk : new TextDecoder().decode(chunk);
    for (const message of text.split("\n")) {
      if (message.trim() !== "") send({ type: "log", line: { level, message, fields: null } });
    }
    const done = rest.at(-1);
    if (typeof done === "function") process.nextTick(done);
    return true;
  };
}

process.on("message", (command: EvaluatorCommand) => {
  const work = command.type === "start" ? start(command.bundle) : evaluate(command);
  work.catch((error: unknown) => send({ type: "unusable", error: serializeError(error) }));
});
// Whatever a function has left open: without a daemon nobody waits for it.
process.once("disconnect", () => process.exit(0));
// The daemon decides when it ends; a Ctrl-C that reaches the whole terminal does not.
process.on("SIGINT", () => {});

async function start(bundle: string): Promise<void> {
  const definitions = await importDefinitions(bundle);
  loaded = { definitions, resources: createResourceScope(definitions) };
  send({ type: "ready" });
}

async function evaluate(call: EvaluatorCall): Promise<void> {
  if (loaded === undefined) throw new Error("it was asked for a function before it has loaded any");
  const began = performance.now();
  try {
    const answer = await callFunction(call, { ...loaded, write: (line) => send({ type: "log", line }) });
    send({ type: "answer", answer, durationMs: performance.now() - began });
  } catch (error) {
    send({ type: "failed", error: serializeError(error), durationMs: performance.now() - began });
  }
}
