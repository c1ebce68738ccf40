import { HeddleError } from "@heddle/core";
import { type RunPlan } from "@heddle/core/internal";
import type { PlanMemory } from "@heddle/api";
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Plans that are kept: the newest ones. */
const MAX_FILES = 50;
/** How much of a hash names a plan for people. */
export const SHORT_HASH = 12;
/** Less of it could be meant for many. */
const MIN_HASH = 8;

/**
 * Plans that were shown, in files of the project's state directory: so that one command can launch what another one has
 * shown, and say what changed in between. They help and are never needed: one that cannot be kept is not.
 */
export class PlanFiles implements PlanMemory {
  readonly #directory: string;

  constructor(stateDirectory: string) {
    this.#directory = join(stateDirectory, "plans");
  }

  remember(hash: string, plan: RunPlan): void {
    try {
      mkdirSync(this.#directory, { recursive: true });
      // Keys of dynamic partitions can be many, and no difference is told by them.
      writeFileSync(this.#pathOf(hash), JSON.stringify({ ...plan, dynamicKeys: {}, warnings: [] }));
      this.#forgetOldest();
    } catch {
      // A directory that cannot be written costs the difference and nothing else.
    }
  }

  recall(hash: string): RunPlan | undefined {
    try {
      // Written by `remember` alone.
      const plan = JSON.parse(readFileSync(this.#pathOf(hash), "utf8")) as RunPlan;
      return plan.protocol === 1 ? plan : undefined;
    } catch {
      return undefined;
    }
  }

  /** The whole hash of a plan that was shown and that a person names by its beginning; that itself when none is known. */
  complete(beginning: string): string {
    const known = this.#hashes().find((hash) => hash.startsWith(beginning));
    return known ?? beginning;
  }

  #hashes(): string[] {
    try {
      return readdirSync(this.#directory).flatMap((name) => (name.endsWith(".json") ? [name.slice(0, -5)] : []));
    } catch {
      return [];
    }
  }

  #forgetOldest(): void {
    const hashes = this.#hashes();
    if (hashes.length <= MAX_FILES) return;
    const byAge = hashes
      .map((hash) => ({ path: this.#pathOf(hash), at: statSync(this.#pathOf(hash)).mtimeMs }))
      .toSorted((a, b) => b.at - a.at);
    for (const { path } of byAge.slice(MAX_FILES)) rmSync(path, { force: true });
  }

  #pathOf(hash: string): string {
    return join(this.#directory, `${hash}.json`);
  }
}

/** Reads the hash of a plan that somebody wrote. @throws CONFIG_INVALID */
export function readPlanHash(text: string): string {
  const hash = text.trim().toLowerCase();
  if (/^[0-9a-f]+$/.test(hash) && hash.length >= MIN_HASH && hash.length <= 64) return hash;
  throw new HeddleError("CONFIG_INVALID", `--plan ${JSON.stringify(text)} is not the hash of a plan`, {
    hint: `Give what \`heddle plan\` prints, or its first ${MIN_HASH} digits or more.`,
  });
}
