import { fork, type ChildProcess } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";

/** A process of Heddle, started as `heddle dev` starts it. */
export interface TestProcess {
  readonly pid: number;
  /** What it wrote to its standard error so far. */
  readonly output: string;
  /** What it said over its channel. */
  readonly said: readonly { readonly type: string; readonly [key: string]: unknown }[];
  signal(signal: NodeJS.Signals): void;
  /** Resolves with its end. */
  readonly exited: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
}

const ENTRIES = {
  daemon: new URL("../../../../apps/daemon/src/main.ts", import.meta.url),
  worker: new URL("../../../../apps/daemon/src/worker.ts", import.meta.url),
  server: new URL("../../../../apps/server/src/main.ts", import.meta.url),
};
export type EntryName = keyof typeof ENTRIES;

/** Flags under which the entries run from source. */
export const SOURCE_FLAGS = ["--enable-source-maps", "--conditions=@heddle/source", "--no-warnings"];

/** The file of an entry, for a process that starts it itself. */
export function entryOf(name: EntryName): string {
  return ENTRIES[name].pathname;
}

/** Starts a process and waits until it is ready. */
export async function startProcess(name: EntryName, env: NodeJS.ProcessEnv): Promise<TestProcess> {
  const child = fork(ENTRIES[name], {
    env: { ...process.env, ...env },
    execArgv: SOURCE_FLAGS,
    detached: true,
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
  const running = wrap(child);
  await until(`the ${name} is ready`, () => {
    if (child.exitCode !== null) throw new Error(`the ${name} ended: ${running.output}`);
    return running.said.some(({ type }) => type === "ready");
  });
  return running;
}

function wrap(child: ChildProcess): TestProcess {
  const said: { type: string }[] = [];
  let output = "";
  child.on("message", (message) => said.push(message as { type: string }));
  child.stderr?.setEncoding("utf8").on("data", (text: string) => (output += text));
  const exited = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) => {
    child.once("exit", (code, signal) => resolve({ code, signal }));
  });
  return {
    pid: child.pid ?? 0,
    get output() {
      return output;
    },
    said,
    signal: (signal) => void child.kill(signal),
    exited,
  };
}

const DEADLINE_MS = 40_000;

/** Waits for a condition, at most 40 seconds. */
export async function until(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + DEADLINE_MS;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`it did not come to this: ${what}`);
    await pause(20);
  }
}

/** Whether a process runs; one that is dead and not collected does not. */
export function isAlive(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) [ZX]/.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}

/** Processes that a process has started, and those that they have started. */
export function descendantsOf(pid: number): number[] {
  const parents = new Map<number, number[]>();
  for (const name of readdirSync("/proc").filter((entry) => /^\d+$/.test(entry))) {
    const parent = parentOf(name);
    parents.set(parent, [...(parents.get(parent) ?? []), Number(name)]);
  }
  const below = (parent: number): number[] => (parents.get(parent) ?? []).flatMap((child) => [child, ...below(child)]);
  return below(pid);
}

function parentOf(pid: string): number {
  try {
    // The name of the program, in parentheses, may hold anything.
    return Number(
      readFileSync(`/proc/${pid}/stat`, "utf8")
        .replace(/^.*\) /s, "")
        .split(" ")[1],
    );
  } catch {
    return 0;
  }
}
