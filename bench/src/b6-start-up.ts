import { generateProject } from "@heddle/test-support/generated-project";
import { round, median, type Benchmark } from "./benchmark.ts";
import { measureColdNode } from "./calibration.ts";
import { callApi, startDev } from "./dev-process.ts";

const PORT = 4_791;
const ROUNDS = 3;
const USABLE_TIMEOUT_MS = 60_000;

/** B6: `heddle dev` from its spawn until the catalog's page and the project's assets are served. */
export const startUp: Benchmark = {
  name: "b6",
  description: "heddle dev to a usable catalog",
  unit: "s",
  target: 3,
  async measure() {
    const fresh: number[] = [];
    const existing: number[] = [];
    for (let index = 0; index < ROUNDS; index++) {
      using project = generateProject({
        name: "b6",
        within: import.meta.dirname,
        files: { "src/definitions.ts": DEFINITIONS },
      });
      fresh.push(await timeStart(project.directory));
      existing.push(await timeStart(project.directory));
    }
    const existingSeconds = median(existing) / 1_000;
    return {
      value: median(fresh) / 1_000,
      parameters: {
        rounds: ROUNDS,
        existingDirectory: { value: round(existingSeconds), target: 1.5, ok: existingSeconds <= 1.5 },
        newMs: fresh.map((ms) => round(ms, 0)),
        existingMs: existing.map((ms) => round(ms, 0)),
      },
      calibration: { coldNodeMs: measureColdNode() },
    };
  },
};

const DEFINITIONS = `
import { asset, definitions } from "@heddle/core";
export const hello = asset({ key: "hello", materialize: () => "world" });
export default definitions({ assets: [hello] });
`;

async function timeStart(directory: string): Promise<number> {
  const began = performance.now();
  await using dev = await startDev(directory, PORT);
  const page = await fetch(dev.address);
  if (!page.ok) throw new Error(`the catalog answered ${page.status}`);
  while (performance.now() - began < USABLE_TIMEOUT_MS) {
    const snapshot = (await callApi(dev.address, "assets.snapshot", {})) as { ids: readonly number[] };
    if (snapshot.ids.length > 0) return performance.now() - began;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error("the project's assets did not appear");
}
