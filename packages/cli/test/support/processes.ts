import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";

const POLL_MS = 50;
const DEADLINE_MS = 15_000;

/** A process that has to do with a directory. */
export interface FoundProcess {
  readonly pid: number;
  readonly command: string;
}

/** Finds the processes that work in a directory, were started for it or name it. Linux only. */
export function processesOf(directory: string): FoundProcess[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .flatMap((name) => {
      const command = read(() => readFileSync(`/proc/${name}/cmdline`, "utf8"))
        .replaceAll("\0", " ")
        .trim();
      const told = [
        command,
        read(() => readFileSync(`/proc/${name}/environ`, "utf8")),
        read(() => readlinkSync(`/proc/${name}/cwd`)),
      ];
      // Without a command line it has ended and waits for its parent.
      return command !== "" && told.some((text) => text.includes(directory)) ? [{ pid: Number(name), command }] : [];
    });
}

/** Waits until none is left, and gives those that are left all the same. */
export async function leftOver(directory: string): Promise<FoundProcess[]> {
  const end = performance.now() + DEADLINE_MS;
  for (;;) {
    const found = processesOf(directory);
    if (found.length === 0 || performance.now() > end) return found;
    await pause(POLL_MS);
  }
}

function read(source: () => string): string {
  try {
    return source();
  } catch {
    // It has ended meanwhile, or is somebody else's.
    return "";
  }
}
