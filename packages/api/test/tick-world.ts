import {
  asset,
  assetCheck,
  assetSensor,
  checkSensor,
  definitions,
  pass,
  runStatusSensor,
  schedule,
  sensor,
  skip,
  type JsonValue,
} from "@heddle/core";
import { serializeError, snapshotDefinitions, type DefinitionsSnapshot, type TickPreview } from "@heddle/core/internal";
import {
  answerTickRequest,
  loadTick,
  recordMissedTicks,
  recordScheduleTick,
  recordSensorTick,
  requestTick,
  setTickPaused,
  type Database,
} from "@heddle/storage";

/** A request that a daemon has answered. */
export const ANSWERED_REQUEST = "4f3c4cc2-2e1e-4dd0-9f5d-2a54d7d6a001";

const letter = asset({ key: "letter", materialize: () => 1 });
const sealed = assetCheck({ asset: letter, name: "sealed", check: () => pass() });

/** Schedules and sensors over the asset `letter`. */
export function tickSnapshot(): Pick<DefinitionsSnapshot, "schedules" | "sensors"> {
  const declared = definitions({
    assets: [letter],
    checks: [sealed],
    schedules: [
      schedule({ name: "all_checks", cron: "@weekly", selection: "*", runChecks: "all" }),
      schedule({ name: "sealed", cron: "@weekly", runChecks: [sealed] }),
      schedule({ name: "nightly", cron: "0 2 * * *", timeZone: "Europe/Berlin", selection: [letter] }),
      schedule({ name: "busy", cron: ["0 * * * *", "30 2 * * *"], catchUp: { all: 3 }, evaluate: () => skip("no") }),
    ],
    sensors: [
      sensor({ name: "files", description: "New files", selection: "key:letter", evaluate: () => undefined }),
      assetSensor({ name: "events", assets: [letter], consume: { batch: 5, withinMs: 1_000 }, selection: [letter] }),
      checkSensor({ name: "checks", assets: "*", outcomes: ["failed", "warned"], evaluate: () => skip("no") }),
      runStatusSensor({ name: "runs", statuses: ["failed"], consume: { debounceMs: 100 }, evaluate: () => skip("no") }),
      sensor({ name: "still", enabledByDefault: false, evaluate: () => undefined }),
    ],
  });
  const { schedules = [], sensors = [] } = snapshotDefinitions(declared, {
    codeVersionOf: () => "1",
    projectDirectory: "/",
  });
  return { schedules, sensors };
}

const PREVIEW: TickPreview = {
  at: Date.UTC(2026, 0, 1),
  outcome: "requested",
  reason: null,
  error: null,
  requests: [
    {
      runKey: "a",
      tags: { team: "a" },
      assets: [{ key: "letter", partitions: "", count: 1 }],
      assetCount: 1,
      total: 1,
      warnings: ["it is late"],
      reason: null,
    },
  ],
  requestCount: 1,
  runIds: [],
  cursor: "7",
  addPartitions: [{ definition: "stations", keys: ["x"] }],
  removePartitions: [],
  log: '{"l":"warn","m":"slow","f":{"ms":7}}\n',
  durationMs: 12,
};

/** Gives them a history, and a request with its answer. */
export async function recordTicks(db: Database): Promise<void> {
  const error = serializeError(new Error("the disk is away"));
  const nightly = await loadTick(db, "schedule", "nightly");
  const hour = 3_600_000;
  let after = nightly?.after ?? 0;
  const record = async (outcome: Parameters<typeof recordScheduleTick>[1]["outcome"]): Promise<void> => {
    await recordScheduleTick(db, {
      name: "nightly",
      expectedAfter: after,
      at: after + hour,
      outcome,
      log: PREVIEW.log,
    });
    after += hour;
  };
  await record({ kind: "skipped", reason: "a holiday" });
  await record({ kind: "failed", error, mayRetry: false });
  const earlier = { from: after + hour, until: after + 5 * hour, count: 5 };
  const ticks = { instants: [after + 6 * hour], earlier };
  await recordMissedTicks(db, { name: "nightly", expectedAfter: after, ticks, last: after + 6 * hour, reason: "away" });
  const busy = await loadTick(db, "schedule", "busy");
  const failing = { name: "busy", expectedAfter: busy?.after ?? 0, at: (busy?.after ?? 0) + 1 };
  await recordScheduleTick(db, { ...failing, outcome: { kind: "failed", error, mayRetry: true } });
  for (const expectedVersion of [0, 1]) {
    const outcome = { kind: "skipped", reason: "no new files" } as const;
    await recordSensorTick(db, { name: "files", expectedVersion, at: after + expectedVersion, outcome, durationMs: 3 });
  }
  await setTickPaused(db, { kind: "schedule", name: "busy", paused: true });
  await requestTick(db, { id: ANSWERED_REQUEST, kind: "schedule", name: "nightly", isDryRun: true });
  // A preview is made of JSON, which an interface cannot say.
  await answerTickRequest(db, ANSWERED_REQUEST, PREVIEW as unknown as JsonValue);
}
