import { type ChildProcess, execFile, spawn } from "node:child_process";
import { cp, mkdir, mkdtemp, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";

/** `heddle dev` on a project of its own, with a fresh database. */
export interface Deployment {
  readonly url: string;
  readonly projectDirectory: string;
  readonly pid: number;
  /** Ends it as Ctrl-C does; the project and its database stay. */
  pause(): Promise<void>;
  /** Starts it again at the same address. */
  goOn(): Promise<void>;
  /** Ends it as Ctrl-C does and removes the project. */
  stop(): Promise<void>;
}

const READY_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 20_000;
const READY = /Heddle catalog: (\S+)/u;

/** Copies the example, its database left out, and starts everything from source on a free port. */
export async function startExample(workspace: string): Promise<Deployment> {
  return start(workspace, async (projectDirectory) => {
    await cp(join(workspace, "assets-example"), projectDirectory, {
      recursive: true,
      filter: (path) => !/\/(?:node_modules|\.heddle|\.turbo)$/u.test(path),
    });
  });
}

/** Writes a project from its files, content by path, and starts everything from source on a free port. */
export async function startProject(workspace: string, files: Readonly<Record<string, string>>): Promise<Deployment> {
  return start(workspace, async (projectDirectory) => {
    const manifest = JSON.stringify({ name: "browser-test", type: "module" });
    for (const [path, content] of Object.entries({ "package.json": manifest, ...files })) {
      await mkdir(dirname(join(projectDirectory, path)), { recursive: true });
      await writeFile(join(projectDirectory, path), content);
    }
  });
}

async function start(workspace: string, write: (projectDirectory: string) => Promise<void>): Promise<Deployment> {
  const directory = await realpath(await mkdtemp(join(tmpdir(), "heddle-catalog-")));
  const projectDirectory = join(directory, "project");
  await write(projectDirectory);
  await cp(join(workspace, "tsconfig.base.json"), join(directory, "tsconfig.base.json"));
  await symlink(join(workspace, "assets-example/node_modules"), join(projectDirectory, "node_modules"));
  const port = String(await freePort());
  const spawnHeddle = (): ChildProcess =>
    spawn(
      process.execPath,
      ["--conditions=@heddle/source", "--no-warnings", join(workspace, "packages/cli/bin/heddle.js"), "dev"],
      {
        cwd: projectDirectory,
        env: { ...process.env, NODE_OPTIONS: "", DATABASE_URL: "", HEDDLE_PORT: port },
        stdio: ["ignore", "pipe", "pipe"],
      },
    );
  let child = spawnHeddle();
  const stop = async (): Promise<void> => {
    await end(child);
    await rm(directory, { recursive: true, force: true, maxRetries: 5 });
  };
  const pause = (): Promise<void> => end(child);
  const goOn = async (): Promise<void> => {
    child = spawnHeddle();
    await untilReady(child);
  };
  try {
    return { url: await untilReady(child), projectDirectory, pid: child.pid ?? 0, pause, goOn, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The daemon among the processes that a `heddle dev` has started; `undefined` while there is none. */
export async function findDaemon(heddlePid: number): Promise<number | undefined> {
  const { stdout } = await promisify(execFile)("ps", ["-A", "-o", "pid=,ppid=,args="]);
  const line = stdout
    .split("\n")
    .map((own) => /^\s*(\d+)\s+(\d+)\s+(.*)$/u.exec(own))
    .find((match) => Number(match?.[2]) === heddlePid && match?.[3]?.includes("daemon/src/main") === true);
  return line === undefined ? undefined : Number(line?.[1]);
}
/** Waits for the address; what was printed until then goes into the error if it does not come. */
function untilReady(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let printed = "";
    const fail = (how: string): void => reject(new Error(`heddle dev ${how}. It printed:\n${printed}`));
    const timer = setTimeout(() => fail(`was not ready within ${READY_TIMEOUT_MS / 1_000} s`), READY_TIMEOUT_MS);
    const read = (chunk: Buffer): void => {
      printed += chunk.toString();
      const url = READY.exec(printed)?.[1];
      if (url === undefined) return;
      clearTimeout(timer);
      resolve(url);
    };
    // Both streams are read to the end, so that the process never waits for a reader.
    child.stdout?.on("data", read);
    child.stderr?.on("data", read);
    child.once("exit", (code) => {
      clearTimeout(timer);
      fail(`ended with ${String(code)}`);
    });
    child.once("error", reject);
  });
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise<void>((resolve) => {
    child.once("exit", () => resolve());
  });
  child.kill("SIGINT");
  const timer = setTimeout(() => child.kill("SIGKILL"), STOP_TIMEOUT_MS);
  await ended;
  clearTimeout(timer);
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      const port = typeof address === "object" && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}
