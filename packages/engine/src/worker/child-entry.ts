// A warm child process: loads one bundle and runs steps of it until its supervisor ends it or is gone.
import { HeddleError, type Definitions } from "@heddle/core";
import { hasBrand, serializeError, type SerializedError } from "@heddle/core/internal";
import { pathToFileURL } from "node:url";
import type { CollectReply, CollectRequest } from "../collect/collect-protocol.ts";
import { StoreCollector } from "../collect/store-collector.ts";
import { Previewer } from "../preview/previewer.ts";
import { killOwnGroup, watchParent } from "./parent-watch.ts";
import { captureOutput } from "./output-capture.ts";
import { takeChannel } from "./child-channel.ts";
import { createResourceScope, type ResourceScope } from "../step/resource-scope.ts";
import { createStepQueue, type StepQueue } from "./step-queue.ts";
import { currentScope } from "./step-scope.ts";
import type { ChildCommand, DefaultsConfig, DeploymentDefaults } from "./protocol.ts";
import { Questions } from "./questions.ts";

/** How often a busy process says that its event loop turns. */
const ALIVE_INTERVAL_MS = 1_000;

let isTainted = false;
let isStopping = false;
/** Set by the first command; the ones after it wait until the bundle is loaded. */
let queue: Promise<StepQueue> | undefined;
/** Made with the queue; only a process that collects uses it. */
let collector: (() => StoreCollector) | undefined;
/** Made with the queue, too; only a process that shows stored values uses it. */
let previewer: Previewer | undefined;

const send = takeChannel();
const questions = new Questions(send);
const taint = (): void => {
  isTainted = true;
  send({ type: "alive", tainted: true });
};
const writeFrame = captureOutput((error) => {
  // It belongs to no step that runs: what it broke is unknown, so this process takes no more work.
  console.error(error);
  taint();
});

process.on("message", (command: ChildCommand) => {
  receive(command).catch((error: unknown) => send({ type: "unusable", error: serializeError(error) }));
});
process.once("disconnect", () => {
  // Without a supervisor nobody ends what the steps have started.
  if (isStopping) process.exit(0);
  else killOwnGroup();
});
// The supervisor decides when a step stops; a Ctrl-C that reaches the whole terminal does not.
process.on("SIGINT", () => {});
watchParent();

async function receive(command: ChildCommand): Promise<void> {
  switch (command.type) {
    case "start":
      queue = start(command);
      await queue;
      return send({ type: "ready" });
    case "run":
      return (await queue)?.add(command.steps);
    case "cancel":
      return (await queue)?.cancel(command.ids);
    case "answer":
      return questions.answered(command);
    case "collect":
      await queue;
      return send({ type: "collected", id: command.id, ...(await collect(command.request)) });
    case "preview": {
      await queue;
      const answer = await previewer?.answer(command.id, command.task);
      if (answer !== undefined) send({ type: "previewed", id: command.id, answer });
      return;
    }
    case "cancel_preview":
      return previewer?.cancel(command.id);
    case "stop":
      await (await queue)?.close();
      isStopping = true;
      process.disconnect();
  }
}

async function collect(
  request: CollectRequest,
): Promise<{ readonly reply?: CollectReply; readonly error?: SerializedError }> {
  try {
    const reply = await collector?.().answer(request);
    return reply === undefined ? {} : { reply };
  } catch (error) {
    return { error: serializeError(error) };
  }
}

async function start(command: ChildCommand & { type: "start" }): Promise<StepQueue> {
  const module = (await import(pathToFileURL(command.bundle).href)) as { readonly default?: unknown };
  if (!hasBrand(module.default, "definitions")) {
    throw new HeddleError("CODE_LOCATION_NO_DEFINITIONS", "the bundle has no definitions as its default export", {
      hint: "End the module with `export default definitions({ assets: [ … ] })`.",
    });
  }
  // The brand says what it is; the type cannot follow it through a dynamic import.
  const definitions = module.default as Definitions;
  const defaults = await openDefaults(definitions, command.defaults);
  let made: StoreCollector | undefined;
  previewer = new Previewer(definitions, defaults);
  collector = () => (made ??= new StoreCollector(definitions, defaults));
  const started = createStepQueue({
    definitions,
    concurrency: command.concurrency,
    graceMs: command.graceMs,
    defaults,
    resources: outsideOfSteps(createResourceScope(definitions)),
    emit: writeFrame,
    recordOf: (step) => questions.recordOf(step),
    report: (reports) => send({ type: "reports", reports }),
    taint,
    stuck: () => send({ type: "stuck" }),
  });
  setInterval(() => {
    if (started.isBusy) send({ type: "alive", tainted: isTainted });
  }, ALIVE_INTERVAL_MS).unref();
  return started;
}

/** A resource outlives the step that happened to need it first: what it prints and breaks later is not that step's. */
function outsideOfSteps(resources: ResourceScope): ResourceScope {
  return {
    acquire: (declared, request) => currentScope.exit(() => resources.acquire(declared, request)),
    close: () => resources.close(),
  };
}

/** What the definitions choose goes before what the deployment brings. */
async function openDefaults(definitions: Definitions, config: DefaultsConfig): Promise<DeploymentDefaults> {
  const module = (await import(config.module)) as { createDefaults(options: unknown): DeploymentDefaults };
  const defaults = module.createDefaults(config.options);
  return { ...defaults, store: definitions.store ?? defaults.store, io: definitions.io ?? defaults.io };
}
