import { spawn, type ChildProcess, type SpawnOptions } from "node:child_process";
import { fileURLToPath } from "node:url";
import { stripVTControlCharacters } from "node:util";

/** The command as users run it: on the packages as they are built (`npm test` builds them first). */
const BINARY = fileURLToPath(new URL("../../bin/heddle.js", import.meta.url));
/** The machine may be busy; what takes longer than this hangs. */
const TIMEOUT_MS = 90_000;

/** How a command is started. */
export interface HeddleOptions {
  /** Directory of the project, which is also the working directory. */
  readonly cwd: string;
  readonly env?: NodeJS.ProcessEnv;
  /** More flags for Node. */
  readonly flags?: readonly string[];
  /** A program with arguments that runs the command, such as one that sets limits. */
  readonly prefix?: readonly string[];
}

/** What a command gave. */
export interface HeddleResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command that runs. */
export interface RunningHeddle extends AsyncDisposable {
  readonly child: ChildProcess;
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** Waits until what it prints, on either stream, matches; gives the match. */
  readonly printed: (pattern: RegExp) => Promise<RegExpMatchArray>;
  /** Signals its process group, as a terminal does. */
  readonly signal: (signal: NodeJS.Signals) => void;
  /** Waits until it and everything that writes to its streams has ended. */
  readonly result: () => Promise<HeddleResult>;
}

/** Starts the command in a process group of its own. */
export function startHeddle(args: readonly string[], options: HeddleOptions): RunningHeddle {
  return startProgram(process.execPath, [...(options.flags ?? []), BINARY, ...args], options);
}

/** Runs the command to its end. */
export async function heddle(args: readonly string[], options: HeddleOptions): Promise<HeddleResult> {
  await using running = startHeddle(args, options);
  return await running.result();
}

/** Starts a program in a process group of its own. */
export function startProgram(program: string, args: readonly string[], options: HeddleOptions): RunningHeddle {
  const { cwd, env, prefix = [] } = options;
  const [first = program, ...rest] = [...prefix, program, ...args];
  const spawnOptions: SpawnOptions = {
    cwd,
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...cleanEnvironment(), ...env },
  };
  const child = spawn(first, rest, spawnOptions);
  let [stdout, stderr] = ["", ""];
  const looks = new Set<() => void>();
  child.stdout?.setEncoding("utf8").on("data", (text: string) => {
    stdout += stripVTControlCharacters(text);
    for (const look of looks) look();
  });
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    stderr += stripVTControlCharacters(text);
    for (const look of looks) look();
  });
  const signal = (name: NodeJS.Signals): void => {
    if (child.pid === undefined || hasEnded(child)) return;
    process.kill(-child.pid, name);
  };
  const describe = (): string => `\n${[first, ...rest].join(" ")}\nstdout: ${stdout}\nstderr: ${stderr}`;
  const ended = new Promise<HeddleResult>((resolve, reject) => {
    child.once("error", reject);
    // Its processes may hold the streams open for longer than it lives itself.
    child.once("close", (code) => resolve({ code, stdout, stderr }));
  });
  // Whoever does not wait for it does not want to hear of it either.
  ended.catch(() => undefined);
  const result = async (): Promise<HeddleResult> => {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`it does not end:${describe()}`)), TIMEOUT_MS);
    });
    return await Promise.race([ended, late]).finally(() => clearTimeout(timer));
  };
  const printed = (pattern: RegExp): Promise<RegExpMatchArray> =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(() => finish(() => reject(missing("does not print"))), TIMEOUT_MS);
      const closed = (): void => finish(() => reject(missing("ended without printing")));
      const missing = (how: string): Error => new Error(`it ${how} ${String(pattern)}:${describe()}`);
      const finish = (settle: () => void): void => {
        clearTimeout(timer);
        looks.delete(look);
        child.off("close", closed);
        settle();
      };
      const look = (): void => {
        const match = pattern.exec(stdout) ?? pattern.exec(stderr);
        if (match !== null) finish(() => resolve(match));
      };
      looks.add(look);
      child.once("close", closed);
      look();
    });
  return {
    child,
    stdout: () => stdout,
    stderr: () => stderr,
    printed,
    signal,
    result,
    [Symbol.asyncDispose]: async () => {
      signal("SIGTERM");
      await result();
    },
  };
}

/** Not the settings of whoever runs the tests. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  const entries = Object.entries(process.env).filter(
    ([name]) => !/^(?:HEDDLE_|DATABASE_URL$|NODE_OPTIONS$|VITEST|FORCE_COLOR$|npm_)/i.test(name),
  );
  return Object.fromEntries(entries);
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}
