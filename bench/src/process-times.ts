import { readdirSync, readFileSync } from "node:fs";

/** Clock ticks a second of `/proc` on Linux, whatever the kernel's own rate is. */
const TICKS_PER_SECOND = 100;

/** Seconds of processor time, user and system, that the parts of a deployment have used. */
export type ProcessTimes = Readonly<Record<ProcessRole, number>>;

const ROLES = ["worker", "children", "daemon", "server", "postgres", "other"] as const;
type ProcessRole = (typeof ROLES)[number];

interface ProcessStat {
  readonly pid: number;
  readonly parent: number;
  readonly seconds: number;
}

/**
 * Adds up what the processes below `roots` have used, those that have ended and were waited for included. All zero where
 * there is no `/proc`.
 */
export function readProcessTimes(roots: readonly number[]): ProcessTimes {
  const stats = new Map(readStats().map((stat) => [stat.pid, stat]));
  const belongs = (stat: ProcessStat | undefined): boolean =>
    stat !== undefined && (roots.includes(stat.pid) || belongs(stats.get(stat.parent)));
  const times: Record<ProcessRole, number> = { worker: 0, children: 0, daemon: 0, server: 0, postgres: 0, other: 0 };
  for (const stat of stats.values()) if (belongs(stat)) times[roleOf(stat.pid)] += stat.seconds;
  return times;
}

/** What was used between two readings, in microseconds for each of `steps`. */
export function timesPerStep(before: ProcessTimes, after: ProcessTimes, steps: number): Record<string, number> {
  const perStep = ROLES.map((role) => [role, Math.round(((after[role] - before[role]) / steps) * 1e7) / 10] as const);
  return Object.fromEntries([...perStep, ["all", Math.round(perStep.reduce((sum, [, us]) => sum + us, 0) * 10) / 10]]);
}

function readStats(): ProcessStat[] {
  let pids: string[];
  try {
    pids = readdirSync("/proc").filter((name) => /^\d+$/u.test(name));
  } catch {
    return [];
  }
  return pids.flatMap((pid) => {
    const text = readFile(`/proc/${pid}/stat`);
    // The name of the program, in parentheses, may hold anything.
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    if (text === "") return [];
    const [user, system, ended, endedSystem] = fields.slice(11, 15).map(Number);
    const ticks = (user ?? 0) + (system ?? 0) + (ended ?? 0) + (endedSystem ?? 0);
    return [{ pid: Number(pid), parent: Number(fields[1]), seconds: ticks / TICKS_PER_SECOND }];
  });
}

function roleOf(pid: number): ProcessRole {
  const command = readFile(`/proc/${pid}/cmdline`).replaceAll("\0", " ");
  if (command.includes("child-entry")) return "children";
  if (command.includes("postgres")) return "postgres";
  for (const role of ["worker", "daemon", "server"] as const) {
    if (new RegExp(`[/\\\\]${role}[^/\\\\]*[/\\\\](?:dist|src)|[/\\\\]${role}\\.[jt]s`, "u").test(command)) return role;
  }
  return "other";
}

/** A process may end between any two looks. */
function readFile(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
