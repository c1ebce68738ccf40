import { checkNotPassed, definitions, email, manualChange, notify, runFailed, slack, webhook } from "@heddle/core";
import { serializeError, snapshotDefinitions, type NotificationSnapshot } from "@heddle/core/internal";
import { claimMessages, loadNotifications, recordMatches, recordSent, type Database } from "@heddle/storage";

/** Notifications of every channel. */
export function notificationSnapshots(): readonly NotificationSnapshot[] {
  const declared = definitions({
    assets: [],
    notifications: [
      notify({
        name: "alarm",
        description: "What went wrong",
        on: [runFailed(), checkNotPassed({ severity: "warn" })],
        selection: "group:weather",
        tags: { team: "weather" },
        to: [slack(), webhook({ url: "https://alerts.example.com/secret-path", secretEnv: "ALERTS_SECRET" })],
        gatherMs: 0,
        minIntervalMs: 0,
      }),
      notify({
        name: "changes",
        on: manualChange(),
        to: email({ to: "data@example.com", from: "heddle@example.com" }),
        groupBy: "run",
      }),
    ],
  });
  const { notifications = [] } = snapshotDefinitions(declared, { codeVersionOf: () => "1", projectDirectory: "/" });
  return notifications;
}

/** Writes two messages about a failed run, of which one could not be delivered. Gives the number of that one. */
export async function failMessage(db: Database, runId: number): Promise<number> {
  const alarm = (await loadNotifications(db)).find(({ name }) => name === "alarm");
  if (alarm === undefined) throw new Error("the notification is not registered");
  const event = {
    kind: "run-failed",
    at: Date.UTC(2026, 0, 1),
    runId,
    origin: "schedule nightly",
    assetKey: null,
    partitions: "",
    count: 1,
    check: null,
    subject: null,
    state: null,
    error: "no data",
    actor: null,
  } as const;
  const { name, version, cursor, definition } = alarm;
  const groups = new Map([["all", [event]]]);
  await recordMatches(db, [{ name, expectedVersion: version, cursor, definition, groups }]);
  const [first, second] = await claimMessages(db, { limit: 2, leaseMs: 60_000 });
  if (first === undefined || second === undefined) throw new Error("there are no messages");
  await recordSent(db, first, { kind: "failed", error: serializeError(new Error("the channel is archived")) });
  await recordSent(db, second, { kind: "sent" });
  return first.id;
}
