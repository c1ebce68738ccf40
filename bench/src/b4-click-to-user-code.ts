import { generateProject } from "@heddle/test-support/generated-project";
import { startEmbeddedServer } from "@heddle/storage/embedded";
import { randomUUID } from "node:crypto";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { calibrate } from "./calibration.ts";
import { callApi, startDev } from "./dev-process.ts";
import { median, round, type Benchmark } from "./benchmark.ts";

const PORT = 4_792;
const WARM_ROUNDS = 40;
const POLL_MS = 100;
const FIRST_LINE_TIMEOUT_MS = 30_000;

/** B4: from the request that a click in the catalog sends to the first line of the asset's function. */
export const clickToUserCode: Benchmark = {
  name: "b4",
  description: "click to the first line of user code, in a warm process",
  unit: "ms",
  target: 20,
  async measure() {
    using project = generateProject({
      name: "b4",
      within: import.meta.dirname,
      files: { "src/definitions.ts": DEFINITIONS },
    });
    await using dev = await startDev(project.directory, PORT);
    await untilLoaded(dev.address);
    const cold = await click(dev.address, project.directory);
    const warm: number[] = [];
    for (let index = 0; index < WARM_ROUNDS; index++) warm.push(await click(dev.address, project.directory));
    // Gives the address of the server that heddle dev has started; stopping it is not this process's business.
    const { url } = await startEmbeddedServer({ directory: join(project.directory, ".heddle", "postgres") });
    return {
      value: median(warm),
      parameters: {
        rounds: WARM_ROUNDS,
        cold: { value: round(cold, 1), target: 300, ok: cold <= 300 },
        warmMaxMs: round(Math.max(...warm), 1),
      },
      calibration: await calibrate(url),
    };
  },
};

/** The first line writes the monotonic clock, which all processes of a machine share. */
const DEFINITIONS = `
import { writeFileSync } from "node:fs";
import { asset, definitions } from "@heddle/core";
const mark = new URL("../mark", import.meta.url);
export const clicked = asset({
  key: "clicked",
  materialize() {
    const at = process.hrtime.bigint();
    writeFileSync(mark, String(at));
  },
});
export default definitions({ assets: [clicked] });
`;

async function untilLoaded(address: string): Promise<void> {
  for (;;) {
    const snapshot = (await callApi(address, "assets.snapshot", {})) as { ids: readonly number[] };
    if (snapshot.ids.length > 0) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

async function click(address: string, directory: string): Promise<number> {
  const mark = join(directory, "mark");
  rmSync(mark, { force: true });
  const request = { keys: ["clicked"], partitions: { kind: "all" } };
  const preview = (await callApi(address, "plan.preview", request)) as { hash: string; at: number };
  const began = process.hrtime.bigint();
  const launch = { ...request, planHash: preview.hash, at: preview.at, idempotencyKey: randomUUID() };
  const { runId } = (await callApi(address, "plan.launch", launch)) as { runId: number };
  // The asking would slow down what is measured.
  await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  const deadline = performance.now() + FIRST_LINE_TIMEOUT_MS;
  while (performance.now() < deadline) {
    const run = (await callApi(address, "runs.get", { runId })) as { status: string; endedAt: number | null };
    if (run.endedAt !== null) {
      if (run.status !== "success") throw new Error(`run ${runId} ended as ${run.status}`);
      return Number(BigInt(readFileSync(mark, "utf8")) - began) / 1e6;
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  throw new Error(`run ${runId} did not end`);
}
