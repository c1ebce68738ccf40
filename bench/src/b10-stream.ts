import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { round, type Benchmark } from "./benchmark.ts";
import { measureColdNode } from "./calibration.ts";

const CHILD = fileURLToPath(new URL("./b10-stream-child.ts", import.meta.url));
const MEGABYTES = 2_048;

/** B10, memory: a partition of 2 GB is streamed out and in again by processes whose memory stays flat. */
export const streamedPartition: Benchmark = {
  name: "b10-stream",
  description: "peak memory of a process that writes or reads a partition of 2 GB record batch by record batch",
  unit: "MB",
  target: 512,
  async measure() {
    const base = process.env["HEDDLE_BENCH_DIRECTORY"] ?? tmpdir();
    const directory = await mkdtemp(join(base, "heddle-bench-"));
    try {
      const results: Record<string, Streamed> = {};
      for (const format of ["parquet", "arrow"]) {
        // A tenth of it: what does not grow from there on is flat.
        results[`${format}, a tenth`] = await stream(directory, format, MEGABYTES / 10);
        results[format] = await stream(directory, format, MEGABYTES);
      }
      const peaks = Object.values(results).flatMap(({ write, read }) => [write.peakMB, read.peakMB]);
      return {
        value: Math.max(...peaks),
        parameters: results,
        calibration: { coldNodeMs: measureColdNode() },
      };
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  },
};

interface Half {
  readonly peakMB: number;
  readonly seconds: number;
}

interface Streamed {
  readonly arrowMB: number;
  readonly fileMB: number;
  readonly rows: number;
  readonly write: Half;
  readonly read: Half;
}

/** Each half has a process of its own, so that its peak is its own. */
async function stream(directory: string, format: string, megabytes: number): Promise<Streamed> {
  const written = await runChild([directory, format, "write", String(megabytes)]);
  const read = await runChild([directory, format, "read", JSON.stringify(written["stored"])]);
  if (written["rows"] !== read["rows"]) throw new Error(`${String(read["rows"])} of ${String(written["rows"])} rows`);
  const number = (of: Record<string, unknown>, name: string): number => round(Number(of[name]), 1);
  const half = (of: Record<string, unknown>): Half => ({
    peakMB: number(of, "peakMB"),
    seconds: number(of, "seconds"),
  });
  return {
    arrowMB: number(written, "arrowMB"),
    fileMB: number(written, "fileMB"),
    rows: number(written, "rows"),
    write: half(written),
    read: half(read),
  };
}

async function runChild(args: readonly string[]): Promise<Record<string, unknown>> {
  const child = spawn(process.execPath, [...process.execArgv, CHILD, ...args], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let output = "";
  child.stdout.on("data", (data) => (output += String(data)));
  const [code] = await once(child, "close");
  if (code !== 0) throw new Error(`the process that streams ended with ${String(code)}`);
  // What `b10-stream-child.ts` prints.
  return JSON.parse(output) as Record<string, unknown>;
}
