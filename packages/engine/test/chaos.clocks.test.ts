import { readTicks } from "@heddle/storage";
import { afterEach, beforeEach, expect, it } from "vitest";
import {
  CHAOS_PROJECT,
  PARTITIONS,
  executionsOf,
  expectExactlyOnce,
  untilInTheMiddle,
} from "./support/chaos-project.ts";
import { createDeployment, type TestDeployment } from "./support/deployment.ts";
import { isAlive, until, type TestProcess } from "./support/processes.ts";
import { replaceFile, textOf } from "./support/told-files.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** Ticks of the schedule that are due at once. */
const DUE = 5;

/**
 * What every process of the deployment loads first: the wall clock is moved by what a file says, at any moment. Time that is
 * measured (`performance.now`, timers) goes on as it does when the clock of a machine is set.
 */
const MOVED_CLOCK = `
const { readFileSync } = require("node:fs");
const path = __dirname + "/skew-ms";
const RealDate = Date;
let skew = 0;
const look = () => { try { skew = Number(readFileSync(path, "utf8")) || 0; } catch { skew = 0; } };
look();
setInterval(look, 20).unref();
globalThis.Date = class extends RealDate {
  constructor(...given) { if (given.length === 0) super(RealDate.now() + skew); else super(...given); }
  static now() { return RealDate.now() + skew; }
};
`;

const definitions = CHAOS_PROJECT["src/definitions.ts"];
const PROJECT = {
  "clock.cjs": MOVED_CLOCK,
  "src/definitions.ts": definitions.replace("import { asset,", "import { asset, schedule, staticPartitions,").replace(
    "export default definitions({ assets: [",
    `const minutes = staticPartitions(Array.from({ length: 1440 }, (_, index) => "m" + index));
const ticked = asset({ key: "ticked", partitions: minutes, materialize: () => {
  appendFileSync(path("clock"), Date.now() + "\\n");
  return 1;
} });
const minutely = schedule({
  name: "minutely", cron: "* * * * *", catchUp: { all: 1_000 }, selection: [ticked],
  evaluate: ({ scheduledAt }) => ({ partitions: ["m" + (Math.floor(scheduledAt.getTime() / 60_000) % 1440)] }),
});
export default definitions({ schedules: [minutely], assets: [ticked, `,
  ),
};

let deployment: TestDeployment;

beforeEach(async () => {
  deployment = await createDeployment(PROJECT);
});
afterEach(() => deployment[Symbol.asyncDispose]());

function setClocks(skewMs: number): void {
  replaceFile(deployment.path("skew-ms"), String(skewMs));
}

/** Ticks of the minutes before this one become due. */
async function setBack(): Promise<number> {
  const now = Math.floor(Date.now() / MINUTE) * MINUTE;
  await deployment.db.transaction("set back", async (tx) => {
    await tx.sql`update schedule set after = ${now - DUE * MINUTE}, covered_until = ${now - DUE * MINUTE}`;
    await tx.notify("heddle_tick");
  });
  return now;
}

async function tickInstants(): Promise<number[]> {
  const ticks = await deployment.db.read("ticks", (tx) =>
    readTicks(tx, { kind: "schedule", name: "minutely", limit: 1_000 }),
  );
  expect(ticks.filter(({ outcome }) => outcome !== "requested")).toEqual([]);
  return ticks.map(({ at }) => at).toSorted((a, b) => a - b);
}

it.each([
  ["forward", HOUR],
  ["back", -HOUR],
])(
  "clocks of the daemon and the worker that jump an hour %s expire nothing, and no tick comes early or twice",
  async (_, jumpMs) => {
    const moved = { NODE_OPTIONS: `--require=${deployment.path("clock.cjs")}` };
    const processes: TestProcess[] = [await deployment.spawn("daemon", moved), await deployment.spawn("worker", moved)];
    const run = await deployment.launch(["made", "shaky"]);
    await untilInTheMiddle(deployment, run, "made");
    setClocks(jumpMs);
    const now = await setBack();
    await until("all have ticked", async () => (await tickInstants()).length >= DUE);
    expect(await deployment.ended(run)).toBe("success");
    await until("steps have told the time", () => textOf(deployment.path("clock")) !== "");
    const told = textOf(deployment.path("clock")).split("\n").map(Number);
    expect(told.some((at) => Math.abs(at - Date.now() - jumpMs) < HOUR / 4)).toBe(true);
    await expectExactlyOnce(deployment, run, "made");
    await expectExactlyOnce(deployment, run, "shaky");
    // Nothing was taken for lost: each function ran as often as it does without that.
    expect(executionsOf(deployment, run, "made")).toHaveLength(PARTITIONS);
    expect(executionsOf(deployment, run, "shaky")).toHaveLength(PARTITIONS * 2);
    // Back to the right time, and what is due then is due once.
    setClocks(0);
    await setBack();
    const second = await deployment.launch(["shaky"]);
    expect(await deployment.ended(second)).toBe("success");
    const ticks = await tickInstants();
    expect(ticks.slice(0, DUE)).toEqual(
      Array.from({ length: DUE }, (_unused, index) => now - (DUE - 1 - index) * MINUTE),
    );
    expect(new Set(ticks).size).toBe(ticks.length);
    expect(Math.max(...ticks)).toBeLessThanOrEqual(Date.now());
    expect(processes.map(({ pid }) => isAlive(pid))).toEqual([true, true]);
  },
  120_000,
);
