import { fork, type ChildProcess, type ForkOptions } from "node:child_process";

/** Condition under which the workspace's packages resolve to their TypeScript source. */
const SOURCE_CONDITION = "--conditions=@heddle/source";

/** What a process of ours is started with, besides the options of `fork`. */
export interface EntryOptions extends ForkOptions {
  /** Flags for Node, such as a heap limit. */
  readonly flags?: readonly string[];
}

/** A module of this package that is run as a process: its path within the package, without its extension. */
export type ProcessEntry = "code-location/load-entry" | "evaluator/evaluator-entry" | "worker/child-entry";

/**
 * Starts one of this package's process entries. From source (in this repository) the entry is a `.ts` file that Node runs
 * as it is; in an installed package it is a `.js` file.
 */
export function forkEntry(name: ProcessEntry, options: EntryOptions = {}): ChildProcess {
  const here = import.meta.url;
  const fromSource = here.endsWith(".ts");
  // Built, this code is part of some module below `dist`; the folders of the entries are the same as in the source.
  const folder = fromSource ? "/src/" : "/dist/";
  const root = here.slice(0, here.lastIndexOf(folder) + folder.length);
  const entry = new URL(`${name}${fromSource ? ".ts" : ".js"}`, root);
  const { flags = [], ...forkOptions } = options;
  // Who its parent is, in the parent's own words: it may have died before the process could look.
  return fork(entry, [String(process.pid)], {
    ...forkOptions,
    execArgv: ["--enable-source-maps", ...(fromSource ? [SOURCE_CONDITION, "--no-warnings"] : []), ...flags],
  });
}
