import { isHeddleError } from "@heddle/core";
import { ERROR_CATALOGUE } from "@heddle/core/internal";
import { findProject, type Project } from "@heddle/engine";
import { createBundler, loadDefinitions } from "@heddle/engine/code-location";
import { constants } from "node:fs";
import { access, mkdir, statfs } from "node:fs/promises";
import { createServer } from "node:net";
import { openApi } from "../api-client.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { interruption } from "../interruption.ts";
import type { CommonOptions } from "../program/command-types.ts";
import { DEFAULT_PORT, readPort } from "../read-number.ts";
import { paint, print, printJson } from "../terminal.ts";

interface Finding {
  readonly name: string;
  readonly state: "ok" | "warn" | "failed";
  readonly message: string;
  readonly hint?: string;
}

/** Below this, runs will soon fail for want of space. */
const LOW_DISK_BYTES = 1024 ** 3;

/** `heddle doctor`: looks at each thing that Heddle needs, and says what to do about those that are not well. */
export async function doctor(options: CommonOptions): Promise<ExitCode> {
  const findings: Finding[] = [];
  const look = async (name: string, examine: () => Promise<Omit<Finding, "name">>): Promise<void> => {
    const finding = await interruption.race(examine()).catch(describeFailure);
    findings.push({ name, ...finding });
    if (options.json) printJson({ name, ...finding });
    else printFinding({ name, ...finding });
  };

  await look("node", async () => ({
    state: "ok",
    message: `Node ${process.versions.node} on ${process.platform}-${process.arch}`,
  }));
  let project: Project | undefined;
  await look("project", async () => {
    project = findProject(options.project);
    return { state: "ok", message: `${project.name}, definitions in ${project.entry}` };
  });
  const found = project;
  if (found !== undefined) {
    await look("state directory", () => examineDirectory(found.stateDirectory));
    await look("definitions", () => examineDefinitions(found));
    await look("database", () => examineDatabase(options.project));
  }
  await look("catalog port", examinePort);
  return findings.some(({ state }) => state === "failed") ? EXIT.failed : EXIT.ok;
}

function describeFailure(error: unknown): Omit<Finding, "name"> {
  if (error === interruption.reason) throw error;
  const message = error instanceof Error ? error.message : String(error);
  if (!isHeddleError(error)) return { state: "failed", message };
  return {
    state: "failed",
    message: `${error.code}: ${message}`,
    hint: error.hint ?? ERROR_CATALOGUE[error.code].remedy,
  };
}

function printFinding({ name, state, message, hint }: Finding): void {
  const mark = state === "ok" ? paint.green("✓") : state === "warn" ? paint.yellow("△") : paint.red("✕");
  print(`${mark} ${name}: ${message}`);
  if (hint !== undefined) print(`    ${paint.dim(hint)}`);
}

async function examineDirectory(directory: string): Promise<Omit<Finding, "name">> {
  await mkdir(directory, { recursive: true });
  await access(directory, constants.W_OK);
  const { bavail, bsize } = await statfs(directory);
  const free = bavail * bsize;
  const message = `${directory} is writable, ${(free / 1024 ** 3).toFixed(1)} GiB free`;
  if (free >= LOW_DISK_BYTES) return { state: "ok", message };
  return { state: "warn", message, hint: "Make room: a full disk stops the database and every materialization." };
}

async function examineDefinitions(project: Project): Promise<Omit<Finding, "name">> {
  const bundler = await createBundler(project);
  try {
    const { assets } = await loadDefinitions(project, await bundler.build());
    return { state: "ok", message: `${assets.length} assets load` };
  } finally {
    await bundler.dispose();
  }
}

async function examineDatabase(directory: string): Promise<Omit<Finding, "name">> {
  await using project = await openApi(directory);
  const { daemon, workers } = await project.api.deployment.get({});
  const alive = workers.filter((worker) => worker.alive).length;
  const running = daemon.alive ? `a daemon and ${alive} workers are running` : "no daemon is running";
  return { state: "ok", message: `${project.deployment.description} answers and its schema is up to date; ${running}` };
}

async function examinePort(): Promise<Omit<Finding, "name">> {
  const port = readPort() ?? DEFAULT_PORT;
  const free = await new Promise<boolean>((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
  if (free) return { state: "ok", message: `${port} is free` };
  return {
    state: "warn",
    message: `${port} is taken`,
    hint: "`heddle dev` takes the next free one unless HEDDLE_PORT or --port asks for this one.",
  };
}
