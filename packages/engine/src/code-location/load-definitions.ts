import { HeddleError, type DefinitionProblem, type JsonValue } from "@heddle/core";
import { deserializeError, type DefinitionsSnapshot } from "@heddle/core/internal";
import type { ChildProcess } from "node:child_process";
import { childEnvironment } from "../child-environment.ts";
import { forkEntry } from "../process-entry.ts";
import { placeBundle, type Bundle } from "./bundle.ts";
import type { Project } from "./project.ts";
import type { LoadRequest, LoadResponse } from "./protocol.ts";

/** How long a project may take to load. Its modules should declare, and do no work. */
const LOAD_TIMEOUT_MS = 60_000;
/** How much of what a module printed is shown when it did not load. */
const OUTPUT_LIMIT = 8_192;

/** How definitions are loaded. */
export interface LoadOptions {
  /** @default 60_000 */
  readonly timeoutMs?: number;
  /** @default that of this process, without Heddle's own settings */
  readonly env?: NodeJS.ProcessEnv;
  /** Breaks loading off; the promise then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/**
 * Loads a bundle in a process of its own and gives the snapshot of its definitions. A module that throws, hangs, exits
 * or takes all memory harms that process only.
 *
 * @throws CODE_LOCATION_LOAD_FAILED, CODE_LOCATION_LOAD_TIMEOUT, CODE_LOCATION_NO_DEFINITIONS, DEFINITIONS_INVALID (with every problem)
 */
export async function loadDefinitions(
  project: Project,
  bundle: Bundle,
  options: LoadOptions = {},
): Promise<DefinitionsSnapshot> {
  const request: LoadRequest = {
    bundle: placeBundle(project, bundle),
    projectDirectory: project.directory,
    codeVersion: bundle.hash,
  };
  const child = forkEntry("code-location/load-entry", {
    cwd: project.directory,
    env: options.env ?? childEnvironment(process.env),
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    detached: true,
  });
  const timeoutMs = options.timeoutMs ?? LOAD_TIMEOUT_MS;
  try {
    const response = await converse(child, request, { timeoutMs, project, signal: options.signal });
    return unwrap(project, response);
  } finally {
    killGroup(child);
  }
}

function converse(
  child: ChildProcess,
  request: LoadRequest,
  { timeoutMs, project, signal }: { timeoutMs: number; project: Project; signal: AbortSignal | undefined },
): Promise<LoadResponse> {
  const output = collectOutput(child);
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      const seconds = Math.round(timeoutMs / 1000);
      reject(
        new HeddleError(
          "CODE_LOCATION_LOAD_TIMEOUT",
          `${project.name} did not finish loading within ${seconds} s${output()}`,
          {
            hint: "Modules should only declare: move work, connections and endless loops into asset functions or resources.",
          },
        ),
      );
    }, timeoutMs);
    const settle = (finish: () => void): void => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", aborted);
      finish();
    };
    const aborted = (): void => settle(() => reject(signal?.reason));
    signal?.addEventListener("abort", aborted);
    if (signal?.aborted) aborted();
    child.once("message", (message) => settle(() => resolve(message as LoadResponse)));
    child.once("error", (cause) => settle(() => reject(cause)));
    child.once("exit", (code, signal) =>
      settle(() =>
        reject(
          new HeddleError(
            "CODE_LOCATION_LOAD_FAILED",
            `${project.name} ended its process while loading (${signal ?? `exit code ${code}`})${output()}`,
            { hint: "A module that is loaded for its definitions must not call process.exit or run out of memory." },
          ),
        ),
      ),
    );
    child.send(request);
  });
}

/** Keeps the end of what the process prints, to be shown with an error. */
function collectOutput(child: ChildProcess): () => string {
  let text = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (chunk: string) => {
      text = (text + chunk).slice(-OUTPUT_LIMIT);
    });
  }
  return () => (text.trim() === "" ? "" : `; it printed:\n${text.trim()}`);
}

function unwrap(project: Project, response: LoadResponse): DefinitionsSnapshot {
  switch (response.type) {
    case "loaded":
      return response.snapshot;
    case "problems":
      throw problemsError(project, response.problems);
    case "failed": {
      const cause = deserializeError(response.error);
      if (response.error.code === "CODE_LOCATION_NO_DEFINITIONS") throw cause;
      const place = sourcePlace(project, response.error.stack);
      throw new HeddleError(
        "CODE_LOCATION_LOAD_FAILED",
        `${place === undefined ? project.name : `${place.file}:${place.line}`} threw while loading: ${response.error.message}`,
        {
          hint: loadHint(response.error.hint),
          ...(place !== undefined && { details: { problems: [{ ...place, message: response.error.message }] } }),
          cause,
        },
      );
    }
  }
}

/** What threw knows best what to do about it. */
function loadHint(hint: string | undefined): string {
  const kept = "Heddle keeps the last good version until then.";
  return hint === undefined ? `Correct the module; ${kept}` : `${hint} ${kept}`;
}

function problemsError(project: Project, problems: readonly DefinitionProblem[]): HeddleError {
  const lines = problems.map(({ source, message, hint }) => {
    const place = source === undefined || source === null ? "" : `${source.file}:${source.line}`;
    const start = place === "" || message.includes(place) ? "" : `${place}: `;
    return `  ${start}${message}${hint === undefined ? "" : `\n      ${hint}`}`;
  });
  const count = problems.length === 1 ? "a problem" : `${problems.length} problems`;
  return new HeddleError(
    "DEFINITIONS_INVALID",
    `the definitions of ${project.name} have ${count}:\n${lines.join("\n")}`,
    {
      hint: "Nothing was changed; the last good version stays in force until all of them are corrected.",
      details: {
        problems: problems.map((problem) => ({
          code: problem.code,
          message: problem.message,
          hint: problem.hint ?? null,
          asset: problem.asset ?? null,
          file: problem.source?.file ?? null,
          line: problem.source?.line ?? null,
        })) as JsonValue,
      },
    },
  );
}

/** The first line of a stack that lies in the project's own files. */
function sourcePlace(project: Project, stack: string | undefined): { file: string; line: number } | undefined {
  for (const match of stack?.matchAll(/\(?(?:file:\/\/)?(\/[^\s()]+?):(\d+):\d+\)?/g) ?? []) {
    const [, file = "", line = ""] = match;
    if (!file.startsWith(`${project.directory}/`)) continue;
    const relative = file.slice(project.directory.length + 1);
    if (!/(?:^|\/)(?:node_modules|\.heddle)\//.test(relative)) return { file: relative, line: Number(line) };
  }
  return undefined;
}

/** Ends the process and whatever it has started. */
function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, "SIGKILL");
  } catch (error) {
    // Nothing of the group is left: that is what was wanted.
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
