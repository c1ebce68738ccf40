import { PartitionSet } from "@heddle/core/internal";
import { median, round, type Benchmark } from "./benchmark.ts";
import { startDeployment, type Deployment } from "./deployment.ts";
import { callApi } from "./dev-process.ts";
import { fillPartitions } from "./fill-partitions.ts";

const PORT = 4_799;
const PARTITIONS = 100_000;
const ROUNDS = 9;

/** B9: the plan of a backfill of ten assets with up to 100,000 partitions each, which read each other across grains. */
export const planOfBackfill: Benchmark = {
  name: "b9",
  description: "plan of 10 assets with 100,000 partitions each and mappings of several grains",
  unit: "s",
  target: 1,
  async measure() {
    await using deployment = await startDeployment("b9", PORT, DEFINITIONS);
    const { address, db } = deployment;
    const whole = await ask(deployment, {});
    for (const key of KEYS) {
      const { all } = (await callApi(address, "partitions.status", { key })) as { all: readonly number[] };
      const [first = 0] = all;
      // Every third partition is there: what is missing is in as many pieces as can be.
      const third = [...PartitionSet.fromRanges(all)].filter((ordinal) => (ordinal - first) % 3 === 0);
      await fillPartitions(db, key, { materialized: PartitionSet.of(third), failed: PartitionSet.EMPTY });
    }
    const missing = await ask(deployment, { only: ["missing"] });
    return {
      value: whole.seconds,
      /** `everyThirdIsThere`: the same for what is missing, in a third of a million pieces. */
      parameters: {
        assets: KEYS.length,
        partitionsEach: PARTITIONS,
        rounds: ROUNDS,
        whole,
        everyThirdIsThere: missing,
      },
      calibration: await deployment.calibrate(),
    };
  },
};

/** Ends of time windows: all of them end together, so that what a finer one reads of a coarser one is there. */
const END = Date.UTC(2026, 0, 1);
const MINUTE_MS = 60_000;

function windows(kind: string, minutes: number, count = PARTITIONS): string {
  const start = new Date(END - count * minutes * MINUTE_MS).toISOString().slice(0, 16);
  const cron = kind === "cronPartitions" ? `, cron: "*/${minutes} * * * *"` : "";
  return `${kind}({ start: "${start}", end: "2026-01-01"${cron} })`;
}

const STATIC_KEYS = 100;
/** A hundred thousand days are more than the calendar of a definition reaches: 1800 to 2200. */
const DAYS = 80_000;

/** `[key, partitions, deps]`. */
const ASSETS: readonly (readonly [string, string, string])[] = [
  ["days", windows("dailyPartitions", 1_440, DAYS), ""],
  ["hours", windows("hourlyPartitions", 60), "days"],
  ["halves", windows("cronPartitions", 30), "hours"],
  ["quarters", windows("cronPartitions", 15), "halves"],
  ["tens", windows("cronPartitions", 10), "hours"],
  ["fives", windows("cronPartitions", 5), "tens"],
  [
    "rolling",
    windows("cronPartitions", 15),
    "quarters: dep(quarters, { mapping: timeWindowMapping({ startOffset: -3, endOffset: 0, allowNonexistent: true }) })",
  ],
  ["copy", windows("cronPartitions", 5), "fives"],
  [
    "regions",
    `multiPartitions({ day: ${windows("dailyPartitions", 1_440, PARTITIONS / STATIC_KEYS)}, region })`,
    "days",
  ],
  [
    "regionsCopy",
    `multiPartitions({ day: ${windows("dailyPartitions", 1_440, PARTITIONS / STATIC_KEYS)}, region })`,
    "regions",
  ],
];
const KEYS = ASSETS.map(([key]) => key);

const DEFINITIONS = [
  `import { asset, cronPartitions, dailyPartitions, definitions, dep, hourlyPartitions, multiPartitions, staticPartitions, timeWindowMapping } from "@heddle/core";`,
  `const region = staticPartitions(${JSON.stringify(Array.from({ length: STATIC_KEYS }, (_, at) => `r${at}`))});`,
  ...ASSETS.map(
    ([key, partitions, deps]) =>
      `export const ${key} = asset({ key: "${key}", partitions: ${partitions}, deps: { ${deps} }, materialize() {} });`,
  ),
  `export default definitions({ assets: [${KEYS.join(", ")}] });`,
].join("\n");

/** From the request to its answer, as the launch dialog asks it. */
async function ask({ address, times: readTimes }: Deployment, choice: Readonly<Record<string, unknown>>) {
  const request = { selection: "*", partitions: { kind: "all" }, ...choice };
  const times: number[] = [];
  let steps = 0;
  const before = readTimes();
  for (let at = 0; at < ROUNDS; at++) {
    const began = performance.now();
    const preview = (await callApi(address, "plan.preview", request)) as { total: number };
    times.push((performance.now() - began) / 1_000);
    steps = preview.total;
  }
  const after = readTimes();
  const cpuSeconds = round((after.server - before.server + after.postgres - before.postgres) / ROUNDS);
  return { steps, seconds: round(median(times)), firstSeconds: round(times[0] ?? 0), cpuSeconds };
}
