import { appendLogChunks, recordLoadError } from "@heddle/storage";
import { recordEvaluation } from "./automation-rows.ts";
import { launch } from "./launch.ts";
import { StepRunner } from "./step-runner.ts";
import { failMessage, notificationSnapshots } from "./notification-world.ts";
import { recordTicks, tickSnapshot } from "./tick-world.ts";
import { register, startTestServer, type TestServer } from "./test-server.ts";
import { weatherSnapshot } from "./weather-definitions.ts";

/** Days since 1970-01-01 of the first of January 2012. */
export const FIRST_DAY = 15_340;

/** A server with something in every table that an answer is made from. */
export interface BusyWorld extends AsyncDisposable {
  readonly test: TestServer;
  readonly runner: StepRunner;
  /** A run that failed: its steps have attempts, checks, errors and log lines. */
  readonly failedRunId: number;
  /** A run with steps that are held by a worker, wait for their turn, and wait for another attempt. */
  readonly openRunId: number;
  /** Runs that nothing has begun with, for procedures that change one. */
  readonly queuedRunIds: readonly number[];
  /** A message of a notification about the failed run that could not be delivered. */
  readonly failedMessageId: number;
}

export async function createBusyWorld(): Promise<BusyWorld> {
  const test = await startTestServer();
  const { client, db } = test;
  await register(db, { ...weatherSnapshot(), ...tickSnapshot(), notifications: notificationSnapshots() });
  await recordTicks(db);
  await db.transaction("declareStations", ({ sql }) => sql`insert into dynamic_definition (name) values ('stations')`);
  const runner = await StepRunner.start(db);
  const january = { kind: "text", text: "2012-01-01..2012-01-31" } as const;
  const failedRunId = await launch(client, { keys: ["weather/raw", "weather/summary", "report"], partitions: january });
  const checks = [
    { name: "plausible", passed: false, severity: "warn", blocking: false, description: "cold", metadata: { t: -40 } },
    { name: "not_null", passed: true, severity: "error", blocking: true, description: null, metadata: null },
  ] as const;
  await runner.finish(failedRunId, ({ ordinal, assetKey }) =>
    assetKey === "weather/raw" && ordinal === FIRST_DAY + 3
      ? { fails: { cause: "error", message: "no data" } }
      : { checks: assetKey === "weather/raw" ? checks : [] },
  );
  await writeLogs(test, failedRunId);
  const openRunId = await launch(client, {
    keys: ["weather/raw"],
    partitions: { kind: "text", text: "2012-02-01..2012-02-10" },
  });
  await runner.admit(openRunId);
  const held = await runner.claim(4);
  const [first] = held.flatMap((claim) => [...claim.partitions]);
  await runner.settle(
    held.map((claim) => ({ ...claim, partitions: claim.partitions.take(1) })),
    ({ ordinal }) => (ordinal === first ? { fails: { cause: "error", message: "try again" } } : {}),
  );
  await recordEvaluation(db, failedRunId);
  const queuedRunIds: number[] = [];
  for (const day of ["2012-03-01", "2012-03-02", "2012-03-03"]) {
    queuedRunIds.push(await launch(client, { keys: ["weather/raw"], partitions: { kind: "text", text: day } }));
  }
  await recordLoadError(db, {
    location: "weather",
    directory: "/projects/weather",
    error: { name: "SyntaxError", message: "unexpected token" },
  });
  const failedMessageId = await failMessage(db, failedRunId);
  return {
    test,
    runner,
    failedMessageId,
    failedRunId,
    openRunId,
    queuedRunIds,
    [Symbol.asyncDispose]: () => test[Symbol.asyncDispose](),
  };
}

async function writeLogs({ db, client }: TestServer, runId: number): Promise<void> {
  const asset = await client.assets.get.query({ key: "weather/raw" });
  if (asset.kind === "unknown") throw new Error("weather/raw is unknown");
  const lines = [
    { t: Date.now(), o: FIRST_DAY, a: `${runId}-1`, l: "info", m: "measured", f: { rows: 3 } },
    { t: Date.now(), o: FIRST_DAY, a: `${runId}-1`, l: "warn", m: "printed", s: "stdout" },
  ];
  await appendLogChunks(db, [
    {
      runId,
      assetId: asset.id,
      firstOrdinal: FIRST_DAY,
      lastOrdinal: FIRST_DAY,
      lineCount: lines.length,
      lines: lines.map((line) => `${JSON.stringify(line)}\n`).join(""),
    },
  ]);
}
