import { HeddleError } from "@heddle/core";
import { deserializeError, type SerializedError } from "@heddle/core/internal";
import { findProject, type Project } from "@heddle/engine";
import { openDeployment } from "../deployment.ts";
import { announceDevInstance, askDevInstance } from "../dev-instance.ts";
import { watchDatabase } from "../embedded-watch.ts";
import { ProcessGroup } from "../engine-processes.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { interruption } from "../interruption.ts";
import { printError } from "../print-error.ts";
import type { ProcessMessage, ProcessName } from "../processes.ts";
import type { CommonOptions } from "../program/command-types.ts";
import { readPort } from "../read-number.ts";
import { formatDuration, paint, print, printJson, printNote } from "../terminal.ts";

/** Options of `heddle dev`. */
export interface DevOptions extends CommonOptions {
  readonly port?: string;
  readonly firstRun?: boolean;
}

/** `heddle dev`: the whole of Heddle on this machine, until it is asked to stop. */
export async function dev(options: DevOptions): Promise<ExitCode> {
  const port = readPort(options.port);
  const project = findProject(options.project);
  await requireAlone(project);
  const session = new DevSession(options);
  using _announced = await announceDevInstance(project, () => session.state);
  try {
    await using deployment = await openDeployment(project);
    const opened = { project, deployment };
    await using _database = watchDatabase(project, deployment.embeddedPid);
    await using group = new ProcessGroup({
      project,
      databaseUrl: deployment.databaseUrl,
      watch: true,
      env: port === undefined ? { HEDDLE_PORT: "" } : { HEDDLE_PORT: String(port) },
      onMessage: (name, message) => session.hear(name, message),
      onDied: (name, how, restartInMs) =>
        printNote(`the ${name} died (${how}); it is started again in ${formatDuration(restartInMs)}`),
    });
    const starting = Promise.all([group.start("server"), group.start("daemon"), group.start("worker")]);
    const [server] = await interruption.race(starting);
    session.hear("server", server);
    if (options.firstRun) {
      await interruption.race(session.loaded);
      // It brings the API, which is a good part of what a start takes.
      const { firstRun } = await import("./first-run.ts");
      await interruption.race(firstRun(opened));
    }
    await interruption.first;
    session.say({ event: "stopping" }, "stopping …");
  } catch (error) {
    if (error !== interruption.reason) throw error;
  }
  return interruption.count > 1 ? interruption.exitCode : EXIT.ok;
}

/** What `heddle dev` has said and knows. */
class DevSession {
  readonly #options: DevOptions;
  readonly #began = performance.now();
  readonly #loaded = Promise.withResolvers<void>();
  #address: string | null = null;
  #isLoading = true;
  #isBroken = false;

  constructor(options: DevOptions) {
    this.#options = options;
  }

  get state(): { pid: number; address: string | null; isLoading: boolean } {
    return { pid: process.pid, address: this.#address, isLoading: this.#isLoading };
  }

  /** Resolves when the definitions were loaded for the first time. */
  get loaded(): Promise<void> {
    return this.#loaded.promise;
  }

  /** Prints an event: a line for people, or a document for programs. */
  say(event: Readonly<Record<string, unknown>>, text: string): void {
    if (this.#options.json) printJson(event);
    else print(text);
  }

  hear(name: ProcessName, message: ProcessMessage): void {
    switch (message.type) {
      case "ready":
        if (name === "server" && message.address !== undefined) this.#ready(message.address);
        break;
      case "loaded":
        this.#isLoading = false;
        this.#loaded.resolve();
        if (this.#isBroken) this.say({ event: "loaded", project: message.project }, `${message.project} loads again`);
        this.#isBroken = false;
        break;
      case "load-failed":
        this.#isLoading = false;
        this.#isBroken = true;
        this.#showError(message.error);
        printNote("heddle dev goes on, and loads the project again when its files change");
        break;
      case "failed":
        this.#showError(message.error);
        break;
    }
  }

  /** After a restart the server may have another port. */
  #ready(address: string): void {
    if (address === this.#address) return;
    const isFirst = this.#address === null;
    this.#address = address;
    this.say({ event: "ready", address, pid: process.pid }, `Heddle catalog: ${address}`);
    if (!isFirst || this.#options.json) return;
    print(paint.dim(`ready in ${formatDuration(performance.now() - this.#began)}; Ctrl-C stops everything`));
  }

  #showError(error: SerializedError): void {
    const { json = false } = this.#options;
    printError(deserializeError(error), { json, verbose: process.env["HEDDLE_DEBUG"] !== undefined });
  }
}

/** Two of them on one project would do everything twice and show one thing at two addresses. */
async function requireAlone(project: Project): Promise<void> {
  const other = await askDevInstance(project);
  if (other === undefined) return;
  const at = other.address === null ? "it is still starting" : other.address;
  throw new HeddleError(
    "PROCESS_ALREADY_RUNNING",
    `heddle dev already serves ${project.directory} (process ${other.pid}): ${at}`,
    {
      hint: "Open that address; other commands, such as heddle materialize, use it by themselves. Or stop it first.",
      details: { pid: other.pid, address: other.address },
    },
  );
}
