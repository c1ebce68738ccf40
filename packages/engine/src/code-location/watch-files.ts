import { watch, type FSWatcher } from "node:fs";
import { basename, dirname } from "node:path";

/** Editors write a file in several steps: what comes within this time is one change. */
const QUIET_MS = 40;

/** Watches files through their directories, so that a file which is replaced or comes back is seen too. */
export interface FileWatch {
  /** Replaces the files that are watched. */
  follow(files: readonly string[]): void;
  close(): void;
}

/** Calls back once after every burst of changes. */
export function watchFiles(onChange: () => void): FileWatch {
  const watchers = new Map<string, FSWatcher>();
  let names = new Map<string, ReadonlySet<string>>();
  let timer: NodeJS.Timeout | undefined;

  const changed = (directory: string, file: string | null): void => {
    if (file !== null && names.get(directory)?.has(file) === false) return;
    clearTimeout(timer);
    timer = setTimeout(onChange, QUIET_MS);
  };
  const open = (directory: string): void => {
    try {
      const watcher = watch(directory, (_, file) => changed(directory, file));
      watcher.on("error", () => close(directory));
      watchers.set(directory, watcher);
    } catch (error) {
      // A directory that is gone is watched again when its files come back into the build.
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    }
  };
  const close = (directory: string): void => {
    watchers.get(directory)?.close();
    watchers.delete(directory);
  };

  return {
    follow(files) {
      const wanted = new Map<string, Set<string>>();
      for (const file of files) {
        const directory = dirname(file);
        if (directory.includes("/node_modules/")) continue;
        const set = wanted.get(directory) ?? new Set();
        wanted.set(directory, set.add(basename(file)));
      }
      names = wanted;
      for (const directory of watchers.keys()) if (!wanted.has(directory)) close(directory);
      for (const directory of wanted.keys()) if (!watchers.has(directory)) open(directory);
    },
    close() {
      clearTimeout(timer);
      // A map may lose entries while it is walked.
      for (const directory of watchers.keys()) close(directory);
    },
  };
}
