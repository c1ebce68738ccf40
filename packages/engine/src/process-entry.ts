import { fork, type ChildProcess, type ForkOptions } from "node:child_process";

/** Condition under which the workspace's packages resolve to their TypeScript source. */
const SOURCE_CONDITION = "--conditions=@heddle/source";

/** What a process of ours is started with, besides the options of `fork`. */
export interface EntryOptions extends ForkOptions {
  /** Flags for Node, such as a heap limit. */
  readonly flags?: readonly string[];
}

/**
 * Starts one of this package's process entries: `name` is the file beside `importer`, without its extension. From
 * source (in this repository) the entry is a `.ts` file that Node runs as it is; in an installed package it is a `.js` file.
 */
export function forkEntry(importer: string, name: string, options: EntryOptions = {}): ChildProcess {
  const fromSource = importer.endsWith(".ts");
  const entry = new URL(`${name}${fromSource ? ".ts" : ".js"}`, importer);
  const { flags = [], ...forkOptions } = options;
  // Who its parent is, in the parent's own words: it may have died before the process could look.
  return fork(entry, [String(process.pid)], {
    ...forkOptions,
    execArgv: ["--enable-source-maps", ...(fromSource ? [SOURCE_CONDITION, "--no-warnings"] : []), ...flags],
  });
}
