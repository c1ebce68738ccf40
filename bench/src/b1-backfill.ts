import type { Benchmark } from "./benchmark.ts";
import { startDeployment } from "./deployment.ts";
import { round } from "./benchmark.ts";
import { hoursAsset, project } from "./no-op-assets.ts";

const PORT = 4_793;
const PARTITIONS = 100_000;
const WARM_UP = 20;

/** B1: a backfill of 100,000 no-op partitions of one asset, from the launch to the last durable success. */
export const backfill: Benchmark = {
  name: "b1",
  description: "backfill of 100,000 no-op partitions of one asset through warm child processes",
  unit: "s",
  target: 10,
  async measure() {
    const definitions = project([hoursAsset("warm_up", WARM_UP), hoursAsset("noop", PARTITIONS)]);
    await using deployment = await startDeployment("b1", PORT, definitions);
    await deployment.run({ selection: "warm_up" });
    const { seconds, steps, cpuUsPerStep } = await deployment.run({ selection: "noop" });
    return {
      value: seconds,
      parameters: { steps, stepsPerSecond: round(steps / seconds, 0), cpuUsPerStep },
      calibration: await deployment.calibrate(),
    };
  },
};
