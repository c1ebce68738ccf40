import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const PACKAGE = fileURLToPath(new URL("..", import.meta.url));

/** A Node process of its own that runs a module's text with the packages' source. */
export interface ChildModule {
  readonly process: ChildProcess;
  /** Everything that it printed, once it has ended well. */
  readonly output: Promise<string>;
}

/** Starts a module in a process of its own; `command` wraps Node in another program. */
export function startModule(text: string, options: { cwd?: string; command?: readonly string[] } = {}): ChildModule {
  const node = [process.execPath, "--conditions=@heddle/source", "--input-type=module", "--eval", text];
  const [file = "", ...args] = [...(options.command ?? []), ...node];
  const child = spawn(file, args, { cwd: options.cwd ?? PACKAGE, stdio: ["ignore", "pipe", "pipe"] });
  return { process: child, output: gatherOutput(child) };
}

async function gatherOutput(child: ChildProcess): Promise<string> {
  let [output, errors] = ["", ""];
  child.stdout?.on("data", (data) => (output += String(data)));
  child.stderr?.on("data", (data) => (errors += String(data)));
  const [code, signal] = (await once(child, "close")) as [number | null, string | null];
  if (code !== 0) throw new Error(`the process ended with ${code ?? signal}: ${errors}`);
  return output;
}

/** Runs a module in a process of its own and returns what it printed as JSON. */
export async function runModule(text: string, options: Parameters<typeof startModule>[1] = {}): Promise<unknown> {
  return JSON.parse(await startModule(text, options).output);
}
