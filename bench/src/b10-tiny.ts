import { json } from "@heddle/io/json";
import type { InputContext, StoredValue } from "@heddle/core";
import { filesystemBenchStore } from "./bench-stores.ts";
import { round, type Benchmark } from "./benchmark.ts";
import { measureColdNode } from "./calibration.ts";

const SMALL = 10_000;
const AT_ONCE = 16;
/** Partitions that are read one by one once all of them are there. */
const READS = 2_000;

interface Figures {
  readonly partitions: number;
  readonly writeUs: number;
  readonly readUs: number;
  readonly listUs: number;
  readonly removeUs: number;
}

/**
 * What one of many tiny partitions costs in a store of files, at ten thousand and at a hundred thousand of one asset.
 * `HEDDLE_BENCH_PARTITIONS=1000000` measures as many as that.
 */
export const tinyPartitions: Benchmark = {
  name: "b10-tiny",
  description: "tiny partitions of one asset in a store of files: time for each, at most over at few",
  unit: "ratio",
  target: 1.5,
  async measure() {
    const most = Number(process.env["HEDDLE_BENCH_PARTITIONS"] ?? 100_000);
    const few = await measurePartitions(SMALL);
    const many = await measurePartitions(most);
    return {
      value: Math.max(many.writeUs / few.writeUs, many.readUs / few.readUs),
      parameters: { atOnce: AT_ONCE, few, many, peakMB: round(process.resourceUsage().maxRSS / 1_000, 0) },
      calibration: { coldNodeMs: measureColdNode() },
    };
  },
};

async function measurePartitions(partitions: number): Promise<Figures> {
  await using opened = await filesystemBenchStore();
  const { store } = opened;
  const context = { assetKey: "tiny", store, signal: new AbortController().signal };
  const io = json();
  const values: StoredValue[] = [];
  const writeUs = await timed(partitions, async (index) => {
    values[index] = await io.write({ n: index }, { ...context, partitionKey: `p${index}`, attemptId: "1-1", fence: 1 });
  });
  const inputOf = (index: number): InputContext => {
    const stored = values[index];
    if (stored === undefined) throw new RangeError(`partition ${index} was not written`);
    return { ...context, partitionKey: `p${index}`, stored };
  };
  const step = Math.floor(partitions / READS);
  const readUs = await timed(READS, async (index) => {
    await io.load(inputOf(index * step));
  });
  const begun = performance.now();
  let listed = 0;
  for await (const _ of store.list("tiny/")) listed += 1;
  if (listed !== partitions) throw new RangeError(`${listed} of ${partitions} partitions are listed`);
  const listUs = ((performance.now() - begun) * 1_000) / partitions;
  const removeUs = await timed(partitions, (index) => io.remove(inputOf(index).stored, inputOf(index)));
  const [write, read, list, remove] = [writeUs, readUs, listUs, removeUs].map((us) => round(us, 1));
  return { partitions, writeUs: write ?? 0, readUs: read ?? 0, listUs: list ?? 0, removeUs: remove ?? 0 };
}

/** Microseconds for each, many at once. */
async function timed(count: number, work: (index: number) => Promise<void>): Promise<number> {
  const begun = performance.now();
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < count) await work(next++);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  return ((performance.now() - begun) * 1_000) / count;
}
