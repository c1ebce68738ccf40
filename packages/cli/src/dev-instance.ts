import type { Project } from "@heddle/engine";
import { createHash } from "node:crypto";
import { mkdirSync, rmSync } from "node:fs";
import { connect, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

/** What a running `heddle dev` tells others on this machine. */
export interface DevState {
  readonly pid: number;
  /** Of the catalog; `null` while it starts. */
  readonly address: string | null;
  /** Whether the project's definitions are still being loaded for the first time. */
  readonly isLoading: boolean;
}

/** The kernel's limit on a socket's path is 107 bytes on Linux and 103 on macOS. */
const MAX_SOCKET_PATH_BYTES = 103;
const ANSWER_TIMEOUT_MS = 2_000;
const POLL_INTERVAL_MS = 50;
/** How long a command waits for a `heddle dev` that has just been started; definitions may take a minute to load. */
const LOADING_TIMEOUT_MS = 65_000;

/** Asks the `heddle dev` of a project; `undefined` when none runs. A socket, unlike a file, does not outlive its process. */
export function askDevInstance(project: Project): Promise<DevState | undefined> {
  return new Promise((resolve) => {
    let answer = "";
    const socket = connect(socketPath(project));
    socket.setTimeout(ANSWER_TIMEOUT_MS, () => socket.destroy());
    socket.setEncoding("utf8").on("data", (text: string) => (answer += text));
    // Nobody listens: there is none.
    socket.on("error", () => resolve(undefined));
    socket.on("close", () => resolve(readState(answer)));
  });
}

/** Waits until the `heddle dev` of a project, if there is one, has loaded the definitions for the first time. */
export async function awaitDevInstance(project: Project): Promise<DevState | undefined> {
  const end = performance.now() + LOADING_TIMEOUT_MS;
  for (;;) {
    const state = await askDevInstance(project);
    if (state === undefined || !state.isLoading || performance.now() > end) return state;
    await pause(POLL_INTERVAL_MS);
  }
}

/** Answers others until it is disposed of. */
export async function announceDevInstance(project: Project, state: () => DevState): Promise<Disposable> {
  const path = socketPath(project);
  mkdirSync(project.stateDirectory, { recursive: true });
  // Nobody answered there: it was left by one that was killed.
  if (process.platform !== "win32") rmSync(path, { force: true });
  const server = createServer((socket) => {
    socket.on("error", () => socket.destroy());
    socket.end(JSON.stringify(state()));
  });
  await listen(server, path);
  server.unref();
  return {
    [Symbol.dispose]: () => {
      server.close();
    },
  };
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(path, resolve);
  });
}

function socketPath({ directory, stateDirectory }: Project): string {
  const short = `heddle-dev-${createHash("sha256").update(directory).digest("hex").slice(0, 16)}`;
  if (process.platform === "win32") return `\\\\.\\pipe\\${short}`;
  const path = join(stateDirectory, "dev.socket");
  return Buffer.byteLength(path) <= MAX_SOCKET_PATH_BYTES ? path : join(tmpdir(), `${short}.socket`);
}

function readState(answer: string): DevState | undefined {
  try {
    return JSON.parse(answer) as DevState;
  } catch {
    // It ended while it answered, or it is not ours.
    return undefined;
  }
}
