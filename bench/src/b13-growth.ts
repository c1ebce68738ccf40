import type { Database } from "@heddle/storage";
import { median, round, type Benchmark } from "./benchmark.ts";
import { startDeployment, type Deployment, type TimedRun } from "./deployment.ts";
import { hoursAsset, project } from "./no-op-assets.ts";

const PORT = 4_796;
/** Each size is run on an asset of its own; the small ones often, because so short a time is uncertain. */
const SIZES = [
  { partitions: 1_000, rounds: 31 },
  { partitions: 10_000, rounds: 9 },
  { partitions: 100_000, rounds: 1 },
  { partitions: 1_000_000, rounds: 1 },
];

/** Steps until the code of all processes is compiled as it stays: the later sizes would have this advantage alone. */
const WARM_UP = 300_000;
/** Runs of a single step: what any run takes from its launch to its end, however many steps it has. */
const LAUNCHES = 31;

const OLD_SNAPSHOT = 100_000;
const SNAPSHOT_DEADLINE_MS = 900_000;

/**
 * B13: the time per step of a backfill as it grows from 1,000 to 1,000,000 steps, beyond what a run of one step takes. That
 * latency is b4's and b14's to judge; divided by 1,000 steps it would hide whether the cost of a step grows.
 */
export const growth: Benchmark = {
  name: "b13",
  description: "time per step beyond a run of one step, of backfills of 1,000 to 1,000,000 steps, slowest over fastest",
  unit: "ratio",
  target: 1.3,
  async measure() {
    const warmUp = hoursAsset("warm_up", WARM_UP);
    const single = hoursAsset("single", 1);
    const assets = SIZES.map(({ partitions }) => hoursAsset(nameOf(partitions), partitions));
    await using deployment = await startDeployment("b13", PORT, project([warmUp, single, ...assets]));
    await deployment.run({ selection: "warm_up" });
    const launches = await runOften(deployment, "single", LAUNCHES);
    const launchSeconds = median(launches.map(({ seconds }) => seconds));
    const results = [];
    for (const { partitions, rounds } of SIZES) {
      const runs = await runOften(deployment, nameOf(partitions), rounds);
      const seconds = median(runs.map((run) => run.seconds));
      results.push({
        steps: partitions,
        usPerStep: round(((seconds - launchSeconds) / partitions) * 1e6, 1),
        wholeUsPerStep: round((seconds / partitions) * 1e6, 1),
        cpuUsPerStep: round(median(runs.map(({ cpuUsPerStep }) => cpuUsPerStep["all"] ?? Number.NaN)), 1),
        allMs: runs.map((run) => Math.round(run.seconds * 1_000)),
      });
    }
    const again = () => deployment.run({ selection: nameOf(OLD_SNAPSHOT) });
    const [before, during, after] = [await again(), await withOldSnapshot(deployment.db, again), await again()];
    const perStep = ({ seconds }: TimedRun): number => round((seconds / OLD_SNAPSHOT) * 1e6, 1);
    return {
      value: slowestOverFastest(results.map(({ usPerStep }) => usPerStep)),
      parameters: {
        sizes: results,
        launchMs: round(launchSeconds * 1_000, 1),
        /** With the launch shared out among the steps. */
        wholeRatio: round(slowestOverFastest(results.map(({ wholeUsPerStep }) => wholeUsPerStep)), 2),
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

async function runOften(deployment: Deployment, selection: string, rounds: number): Promise<TimedRun[]> {
  const runs = [];
  for (let at = 0; at < rounds; at++) runs.push(await deployment.run({ selection }));
  return runs;
}

function slowestOverFastest(times: readonly number[]): number {
  return Math.max(...times) / Math.min(...times);
}

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
