import { HeddleError } from "@heddle/core";
import { availableParallelism, tmpdir, totalmem } from "node:os";

/** What a query may use. Queries with the same limits in one process share them. */
export interface DatabaseLimits {
  /**
   * Memory for all queries of the process together, in MiB; what does not fit goes to the temporary directory.
   * @default a quarter of the machine's or container's memory
   */
  readonly memoryMiB?: number;
  /** Threads for all queries of the process together. @default the processor's cores, at most 4 */
  readonly threads?: number;
  /**
   * Directory for what does not fit into memory, and for inputs and results on their way.
   * @default the system's, such as /tmp
   */
  readonly temporaryDirectory?: string;
  /** Most that may lie in the temporary directory because it does not fit into memory, in MiB. @default 90 % of its disk */
  readonly temporaryMiB?: number;
}

/** Limits with everything filled in. */
export interface ResolvedLimits {
  readonly memoryMiB: number;
  readonly threads: number;
  readonly temporaryDirectory: string;
  readonly temporaryMiB: number | null;
}

const MIB = 1024 * 1024;
/** More threads on a machine that runs several steps at once only take turns. */
const MAX_DEFAULT_THREADS = 4;
/** DuckDB does not start with less. */
const LEAST_DEFAULT_MIB = 256;

/** Fills in what limits leave open. @throws CONFIG_INVALID */
export function resolveLimits(limits: DatabaseLimits): ResolvedLimits {
  const { memoryMiB = defaultMemoryMiB(), threads = Math.min(MAX_DEFAULT_THREADS, availableParallelism()) } = limits;
  const { temporaryDirectory = tmpdir(), temporaryMiB } = limits;
  assertCount("memoryMiB", memoryMiB);
  assertCount("threads", threads);
  if (temporaryMiB !== undefined) assertCount("temporaryMiB", temporaryMiB);
  return { memoryMiB, threads, temporaryDirectory, temporaryMiB: temporaryMiB ?? null };
}

function defaultMemoryMiB(): number {
  // In a container it is what the container may use; 0 and huge numbers stand for no limit.
  const constrained = process.constrainedMemory();
  const memory = constrained > 0 ? Math.min(constrained, totalmem()) : totalmem();
  return Math.max(LEAST_DEFAULT_MIB, Math.floor(memory / 4 / MIB));
}

function assertCount(name: string, value: number): void {
  if (Number.isSafeInteger(value) && value > 0) return;
  throw new HeddleError("CONFIG_INVALID", `${name} of a database is ${value}, and should be a whole number from 1 on`, {
    hint: `Correct it, or leave it out.`,
  });
}
