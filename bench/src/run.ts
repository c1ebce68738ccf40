import { round, type Benchmark } from "./benchmark.ts";

/** The benchmarks by name; each is loaded only when it is run. */
const BENCHMARKS: Readonly<Record<string, () => Promise<Benchmark>>> = {
  b1: async () => (await import("./b1-backfill.ts")).backfill,
  b2: async () => (await import("./b2-chain.ts")).chainOfAssets,
  b3: async () => (await import("./b3-fan-out.ts")).fanOut,
  b4: async () => (await import("./b4-click-to-user-code.ts")).clickToUserCode,
  b5: async () => (await import("./b5-load-definitions.ts")).loadTwoThousandAssets,
  b6: async () => (await import("./b6-start-up.ts")).startUp,
  b7: async () => (await import("./b7-partition-status.ts")).partitionStatus,
  b8: async () => (await import("./b8-automation.ts")).automationTick,
  "b8-conditions": async () => (await import("./b8-conditions.ts")).conditions,
  b9: async () => (await import("./b9-plan.ts")).planOfBackfill,
  b10: async () => (await import("./b10-columnar.ts")).columnarFormats,
  "b10-choice": async () => (await import("./b10-choice.ts")).choiceOfIoManager,
  "b10-partitions": async () => (await import("./b10-partitions.ts")).manyPartitions,
  "b10-postgres": async () => (await import("./b10-postgres.ts")).postgresTables,
  "b10-sql": async () => (await import("./b10-sql.ts")).sqlOverManyFiles,
  "b10-stream": async () => (await import("./b10-stream.ts")).streamedPartition,
  "b10-tiny": async () => (await import("./b10-tiny.ts")).tinyPartitions,
  b12: async () => (await import("./b12-bytes-per-materialization.ts")).bytesPerMaterialization,
  b13: async () => (await import("./b13-growth.ts")).growth,
  b14: async () => (await import("./b14-forty-steps.ts")).fortySteps,
  catalog: async () => (await import("./catalog-budgets.ts")).catalogBudgets,
};

const [name = ""] = process.argv.slice(2);
const load = BENCHMARKS[name];
if (load === undefined) {
  console.error(`There is no benchmark "${name}". There are: ${Object.keys(BENCHMARKS).join(", ")}.`);
  process.exit(2);
}
const benchmark = await load();
console.error(`${benchmark.name}: ${benchmark.description} …`);
const { value, parameters, calibration } = await benchmark.measure();
const { unit, target } = benchmark;
console.log(
  JSON.stringify({
    benchmark: benchmark.name,
    value: round(value),
    unit,
    target,
    ok: value <= target,
    calibration,
    parameters,
  }),
);
process.exit(value <= target ? 0 : 1);
