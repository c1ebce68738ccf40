import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openDatabase, type Database } from "../src/index.ts";
import { scenario } from "./model/scenario.ts";
import { simulate, type World } from "./model/simulation.ts";
import { createTestDatabase, startTcpProxy, type TcpProxy, type TestDatabase } from "./support/index.ts";

/** Time for the scenarios of an ordinary run. With HEDDLE_SIMULATION_RUNS so many are played, however long it takes. */
const BUDGET_MS = 25_000;
const RUNS = Number(process.env["HEDDLE_SIMULATION_RUNS"] ?? 0);
const SEED = Number(process.env["HEDDLE_SIMULATION_SEED"] ?? Date.now() % 2 ** 31);

let database: TestDatabase;
let proxy: TcpProxy;
let faulty: Database;

beforeAll(async () => {
  database = await createTestDatabase();
  proxy = await startTcpProxy(database.url);
  faulty = await openDatabase({ url: proxy.url, applicationName: "heddle test, faulty" });
});

afterAll(async () => {
  await faulty[Symbol.asyncDispose]();
  await proxy[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
});

test(
  "whatever happens to runs, in whatever order, every invariant holds, and every run ends once all goes well",
  async () => {
    const world: World = { db: database.db, faulty, proxy };
    let played = 0;
    const tally: Record<string, number> = {};
    const property = fc.asyncProperty(scenario, async (drawn) => {
      for (const [answer, count] of await simulate(world, drawn)) tally[answer] = (tally[answer] ?? 0) + count;
      played += 1;
    });
    await fc.assert(property, {
      seed: SEED,
      endOnFailure: process.env["HEDDLE_SIMULATION_SHRINK"] === "0",
      numRuns: RUNS > 0 ? RUNS : 10_000,
      ...(RUNS > 0 ? {} : { interruptAfterTimeLimit: BUDGET_MS, markInterruptAsFailure: false }),
    });
    console.info(`${played} scenarios, seed ${SEED}, answers: ${JSON.stringify(tally)}`);
    expect(played).toBeGreaterThan(0);
  },
  RUNS > 0 ? 24 * 3_600_000 : BUDGET_MS + 30_000,
);
