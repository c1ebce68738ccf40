import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect } from "vitest";
import { startProgram, type RunningHeddle } from "./heddle.ts";

/** What a page lets its reader do: write a file, or type a command that prints something. */
export type TutorialStep =
  | { readonly kind: "file"; readonly path: string; readonly content: string }
  | { readonly kind: "command"; readonly command: string; readonly output: string };

const BLOCK = /^```(ts file=(?<path>\S+)|console)\n(?<body>.+?)^```/gmsu;
const COMMAND = /^\$ (?<command>.+)\n(?<output>(?:(?!\$ ).*\n)*)/gmu;
/** Commands that only look: what they wait for may come a moment later. */
const LOOKS = /^npx heddle (?:runs|schedules|assets|preview)(?: \S+)?(?: [^-]\S*)*$/u;
const WAIT = { timeout: 60_000, interval: 250 };

/** Reads a page's steps: its TypeScript blocks with a file's name, and its console blocks. */
export function readSteps(page: string): readonly TutorialStep[] {
  return [...page.matchAll(BLOCK)].flatMap(({ groups }): TutorialStep[] => {
    const { path, body = "" } = groups ?? {};
    if (path !== undefined) return [{ kind: "file", path, content: body }];
    return [...body.matchAll(COMMAND)].map(({ groups: parts }) => ({
      kind: "command",
      command: parts?.["command"] ?? "",
      output: parts?.["output"] ?? "",
    }));
  });
}

/** Somebody who follows a page in a directory, with `heddle dev` in another terminal from where the page starts it. */
export class TutorialSession implements AsyncDisposable {
  readonly #where: { readonly cwd: string; readonly env: NodeJS.ProcessEnv };
  readonly #files = new Map<string, string>();
  #dev: { readonly running: RunningHeddle; readonly address: string } | undefined;

  constructor({ directory, env }: { readonly directory: string; readonly env: NodeJS.ProcessEnv }) {
    this.#where = { cwd: directory, env };
  }

  async take(step: TutorialStep): Promise<void> {
    if (step.kind === "file") {
      this.#files.set(step.path, step.content);
      return;
    }
    await this.#save();
    const told = pattern(step.output);
    if (step.command === "npx heddle dev") await this.#startDev(told);
    else if (LOOKS.test(step.command)) await expect.poll(() => this.#run(step.command), WAIT).toMatch(told);
    else expect(await this.#run(step.command)).toMatch(told);
  }

  /** Ends `heddle dev`, as Ctrl-C does. */
  async stop(): Promise<void> {
    this.#dev?.running.signal("SIGINT");
    await this.#dev?.running.result();
    this.#dev = undefined;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  async #startDev(told: RegExp): Promise<void> {
    const running = startProgram("npx", ["heddle", "dev"], this.#where);
    const [text] = await running.printed(told);
    this.#dev = { running, address: /http:\S+/u.exec(text)?.[0] ?? "" };
    await expect.poll(() => this.#codeVersion(), WAIT).toEqual(expect.any(String));
  }

  /** Saves files as an editor does that saves all, and waits until they are loaded: a person takes longer than that. */
  async #save(): Promise<void> {
    if (this.#files.size === 0) return;
    const before = await this.#codeVersion();
    for (const [file, content] of this.#files) {
      const path = join(this.#where.cwd, file);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, content);
    }
    this.#files.clear();
    if (this.#dev !== undefined) await expect.poll(() => this.#codeVersion(), WAIT).not.toBe(before);
  }

  /** The version of the code that is loaded; nothing before it is, and without `heddle dev`. */
  async #codeVersion(): Promise<string | null> {
    if (this.#dev === undefined) return null;
    const answer = await fetch(`${this.#dev.address}/api/trpc/deployment.get?input=%7B%7D`);
    const { result } = (await answer.json()) as DeploymentAnswer;
    return result.data.codeLocations[0]?.codeVersion ?? null;
  }

  async #run(command: string): Promise<string> {
    await using running = startProgram("sh", ["-c", command], this.#where);
    return (await running.result()).stdout;
  }
}

/** What is looked at of the API's answer about the deployment. */
interface DeploymentAnswer {
  readonly result: { readonly data: { readonly codeLocations: readonly { readonly codeVersion: string | null }[] } };
}

/** What a command prints, from its first line to its last; "…" stands for anything, a line of it for any lines. */
function pattern(output: string): RegExp {
  const lines = output.trimEnd().split("\n");
  const parts = lines.map((line) => {
    if (line === "…") return String.raw`(?:.*\n)*?`;
    const words = line
      .trimEnd()
      .split("…")
      .map((part) => part.replaceAll(/[\\^$.*+?()[\]{}|]/gu, String.raw`\$&`));
    return `${words.join(".*")} *\n`;
  });
  return new RegExp(`^${parts.join("")}`, "mu");
}
