import { round, type Benchmark } from "./benchmark.ts";
import { startDeployment } from "./deployment.ts";
import { hoursAsset, plainAsset, project } from "./no-op-assets.ts";

const PORT = 4_795;
const PARTITIONS = 10_000;

/** B3: one step, then 10,000 that read it, then one that reads all of these. */
export const fanOut: Benchmark = {
  name: "b3",
  description: "diamond of 1, 10,000 and 1 no-op steps",
  unit: "s",
  target: 2,
  async measure() {
    const assets = [plainAsset("source"), hoursAsset("middle", PARTITIONS, ["source"]), plainAsset("sink", ["middle"])];
    await using deployment = await startDeployment("b3", PORT, project([plainAsset("warm_up"), ...assets]));
    await deployment.run({ selection: "warm_up" });
    const { seconds, steps, cpuUsPerStep } = await deployment.run({ selection: "source+" });
    return {
      value: seconds,
      parameters: { steps, stepsPerSecond: round(steps / seconds, 0), cpuUsPerStep },
      calibration: await deployment.calibrate(),
    };
  },
};
