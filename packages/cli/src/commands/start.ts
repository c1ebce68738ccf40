import { HeddleError } from "@heddle/core";
import { deserializeError } from "@heddle/core/internal";
import { findProject } from "@heddle/engine";
import { openDeployment } from "../deployment.ts";
import { watchDatabase } from "../embedded-watch.ts";
import { ProcessGroup } from "../engine-processes.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { interruption } from "../interruption.ts";
import { printError } from "../print-error.ts";
import { PROCESS_ENTRIES, type ProcessMessage, type ProcessName } from "../processes.ts";
import type { CommonOptions } from "../program/command-types.ts";
import { DEFAULT_PORT, readPort } from "../read-number.ts";
import { formatDuration, print, printJson, printNote } from "../terminal.ts";

/** Options of `heddle start`. */
export interface StartOptions extends CommonOptions {
  readonly port?: string;
}

/**
 * `heddle start`: the processes of a deployment that stays, all of them or those that are named, until it is asked to
 * stop. Unlike `heddle dev` it does not follow the files: new code comes with the next start.
 */
export async function start(names: readonly string[], options: StartOptions): Promise<ExitCode> {
  const chosen = readProcessNames(names);
  // A deployment that stays has one address: its server does not move on to the next free port.
  const port = readPort(options.port) ?? DEFAULT_PORT;
  const project = findProject(options.project);
  const say = (event: Readonly<Record<string, unknown>>, text: string): void =>
    options.json ? printJson(event) : print(text);
  try {
    await using deployment = await openDeployment(project);
    await using _database = watchDatabase(project, deployment.embeddedPid);
    await using group = new ProcessGroup({
      project,
      databaseUrl: deployment.databaseUrl,
      watch: false,
      env: { HEDDLE_PORT: String(port) },
      onMessage: (_, message) => showProblem(message, options),
      onDied: (name, how, restartInMs) =>
        printNote(`the ${name} died (${how}); it is started again in ${formatDuration(restartInMs)}`),
    });
    const started = await interruption.race(Promise.all(chosen.map((name) => group.start(name))));
    const address = started.find((message) => message.address !== undefined)?.address ?? null;
    say(
      { event: "ready", processes: chosen, address, pid: process.pid },
      `${chosen.join(", ")} of ${project.name} on ${deployment.description}${address === null ? "" : `\nHeddle catalog: ${address}`}`,
    );
    await interruption.first;
    say({ event: "stopping" }, "stopping …");
  } catch (error) {
    if (error !== interruption.reason) throw error;
  }
  return interruption.count > 1 ? interruption.exitCode : EXIT.ok;
}

/** All processes when none is named. @throws CONFIG_INVALID for a name that is none */
function readProcessNames(names: readonly string[]): readonly ProcessName[] {
  const known = Object.keys(PROCESS_ENTRIES);
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new HeddleError("CONFIG_INVALID", `there is no process ${JSON.stringify(unknown)}`, {
      hint: `Name ${known.join(", ")}, or none for all of them.`,
    });
  }
  const isChosen = (name: ProcessName): boolean => names.length === 0 || names.includes(name);
  return (["server", "daemon", "worker"] as const).filter(isChosen);
}

/** The last good version of code that does not load stays in force; a server that cannot listen is tried again. */
function showProblem(message: ProcessMessage, { json = false }: StartOptions): void {
  if (message.type !== "load-failed" && message.type !== "failed") return;
  printError(deserializeError(message.error), { json, verbose: process.env["HEDDLE_DEBUG"] !== undefined });
  if (message.type === "load-failed") {
    printNote("the last version of the code that loaded stays in force; start again with code that loads");
  }
}
