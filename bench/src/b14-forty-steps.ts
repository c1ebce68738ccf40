import { median, round, type Benchmark } from "./benchmark.ts";
import { startDeployment } from "./deployment.ts";
import { chain, project } from "./no-op-assets.ts";

const PORT = 4_797;
const ASSETS = 40;
const ROUNDS = 9;

/** B14: a workload that other orchestrators publish: 40 trivial steps in sequence. */
export const fortySteps: Benchmark = {
  name: "b14",
  description: "40 trivial assets in sequence",
  unit: "s",
  target: 0.25,
  async measure() {
    const links = chain("link", ASSETS);
    await using deployment = await startDeployment("b14", PORT, project(links));
    const first = await deployment.run({ selection: "*" });
    const runs = [];
    for (let at = 0; at < ROUNDS; at++) runs.push((await deployment.run({ selection: "*" })).seconds);
    return {
      value: median(runs),
      parameters: {
        steps: ASSETS,
        rounds: ROUNDS,
        firstRunSeconds: first.seconds,
        allMs: runs.map((s) => round(s * 1e3, 0)),
      },
      calibration: await deployment.calibrate(),
    };
  },
};
