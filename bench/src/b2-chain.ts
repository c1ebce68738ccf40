import { round, type Benchmark } from "./benchmark.ts";
import { startDeployment } from "./deployment.ts";
import { chain, plainAsset, project } from "./no-op-assets.ts";

const PORT = 4_794;
const ASSETS = 1_000;
const WARM_UP = 50;

/** B2: a chain of 1,000 no-op assets of one partition: claim, run and publish follow one another. */
export const chainOfAssets: Benchmark = {
  name: "b2",
  description: "chain of 1,000 no-op assets",
  unit: "s",
  target: 1.5,
  async measure() {
    const links = chain("link", ASSETS);
    const warmUp = [plainAsset("warm_up"), ...chain("warm", WARM_UP)];
    await using deployment = await startDeployment("b2", PORT, project([...warmUp, ...links]));
    await deployment.run({ selection: "warm*" });
    const { seconds, steps, cpuUsPerStep } = await deployment.run({ selection: "link*" });
    return {
      value: seconds,
      parameters: { steps, msPerStep: round((seconds * 1_000) / steps), cpuUsPerStep },
      calibration: await deployment.calibrate(),
    };
  },
};
