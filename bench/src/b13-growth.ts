import type { Database } from "@heddle/storage";
import { median, round, type Benchmark } from "./benchmark.ts";
import { startDeployment, type TimedRun } from "./deployment.ts";
import { hoursAsset, project } from "./no-op-assets.ts";

const PORT = 4_796;
/** Each size is run on an asset of its own; the small ones several times, because so short a time is uncertain. */
const SIZES = [
  { partitions: 1_000, rounds: 9 },
  { partitions: 10_000, rounds: 5 },
  { partitions: 100_000, rounds: 1 },
  { partitions: 1_000_000, rounds: 1 },
];

const OLD_SNAPSHOT = 100_000;
const SNAPSHOT_DEADLINE_MS = 900_000;

/** B13: the time per step of a backfill as it grows from 1,000 to 1,000,000 steps. */
export const growth: Benchmark = {
  name: "b13",
  description: "time per step of backfills of 1,000 to 1,000,000 steps, slowest over fastest",
  unit: "ratio",
  target: 1.3,
  async measure() {
    const warmUp = hoursAsset("warm_up", 2_000);
    const assets = SIZES.map(({ partitions }) => hoursAsset(nameOf(partitions), partitions));
    await using deployment = await startDeployment("b13", PORT, project([warmUp, ...assets]));
    await deployment.run({ selection: "warm_up" });
    const results: { steps: number; usPerStep: number; cpuUsPerStep: number | undefined; allUs: number[] }[] = [];
    for (const { partitions, rounds } of SIZES) {
      const runs = [];
      for (let at = 0; at < rounds; at++) runs.push(await deployment.run({ selection: nameOf(partitions) }));
      const times = runs.map(({ seconds }) => (seconds / partitions) * 1e6);
      const cpu = median(runs.map(({ cpuUsPerStep }) => cpuUsPerStep["all"] ?? Number.NaN));
      const allUs = times.map((time) => round(time, 1));
      results.push({ steps: partitions, usPerStep: round(median(times), 1), cpuUsPerStep: round(cpu, 1), allUs });
    }
    const again = () => deployment.run({ selection: nameOf(OLD_SNAPSHOT) });
    const [before, during, after] = [await again(), await withOldSnapshot(deployment.db, again), await again()];
    const perStep = ({ seconds }: TimedRun): number => round((seconds / OLD_SNAPSHOT) * 1e6, 1);
    const all = results.map(({ usPerStep }) => usPerStep);
    return {
      value: Math.max(...all) / Math.min(...all),
      parameters: {
        sizes: results,
        /** Dead rows pile up, because another transaction may still want to see them. */
        oldSnapshot: {
          steps: OLD_SNAPSHOT,
          usPerStep: { before: perStep(before), during: perStep(during), after: perStep(after) },
        },
      },
      calibration: await deployment.calibrate(),
    };
  },
};

/** Does something while another transaction sees the database as it was before. */
async function withOldSnapshot<T>(db: Database, act: () => Promise<T>): Promise<T> {
  let isOver = false;
  const holding = db.read(
    "oldSnapshot",
    async ({ sql }) => {
      while (!isOver) await sql`select count(*) from run, pg_sleep(0.2)`;
    },
    { deadlineMs: SNAPSHOT_DEADLINE_MS },
  );
  try {
    return await act();
  } finally {
    isOver = true;
    await holding;
  }
}

function nameOf(partitions: number): string {
  return `hours_${partitions}`;
}
