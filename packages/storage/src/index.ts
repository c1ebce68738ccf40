// Connection, code, events
export {
  openDatabase,
  type Database,
  type DrizzleDatabase,
  type NotificationHandler,
  type OpenDatabaseOptions,
  type Transaction,
  type TransactionOptions,
  type TransactionSql,
} from "./database.ts";
export { migrate, type MigrationResult } from "./migrate.ts";
export { recordLoadError, registerCodeVersion, type NewCodeVersion, type RegisteredCode } from "./code.ts";
export { acquireLease, assertLease, releaseLease, type Lease, type LeaseRequest } from "./leases.ts";
export {
  beatWorker,
  endWorker,
  registerWorker,
  requestDrain,
  type WorkerBeat,
  type WorkerRegistration,
} from "./workers.ts";
export { requestReload, readReloadRequests } from "./reload-requests.ts";
export type { Actor } from "./schema/index.ts";
export type { MessageState } from "./schema/index.ts";
export {
  appendEvents,
  FIRST_EVENT_CURSOR,
  readEventCursor,
  readEvents,
  type EventCursor,
  type EventPage,
  type NewEvent,
  type StoredEvent,
} from "./events.ts";
export {
  appendLogChunks,
  readLogLine,
  readLogs,
  type LogChunk,
  type LogCursor,
  type LogLevel,
  type LogLine,
  type LogPage,
  type LogQuery,
  type StoredLogLine,
} from "./logs.ts";
export { RETENTION_DAYS, runRetention, type RetentionPolicy, type RetentionResult } from "./retention.ts";
export type { MaterializationInputs } from "./schema/index.ts";
export type { TickKind, TickOutcome } from "./schema/index.ts";

// Read models: each takes a transaction, so that several of them see one snapshot (`db.read`)
export * from "./read/index.ts";

// Silences of checks, and runs of checks alone
export * from "./checks/index.ts";

// What people keep in the catalog
export * from "./catalog/index.ts";

// Previews of stored values
export * from "./previews/index.ts";

// Dynamic partitions
export * from "./dynamic/index.ts";

// What people change, and the loops of the daemon
export * from "./audit/index.ts";

// Notifications
export * from "./notifications/index.ts";

// Requests from outside
export * from "./webhooks/index.ts";

// Runs: their launch, steps, control and retries
export * from "./runs/index.ts";

// Pools
export * from "./pools/index.ts";

// Changes by hand
export * from "./manual/index.ts";

// Collection of stored values that nothing refers to any more
export * from "./collection/index.ts";

// Automation conditions
export * from "./automation/index.ts";

// Which partitions are stale
export * from "./staleness/index.ts";

// Freshness policies
export * from "./freshness/index.ts";

// Schedules and sensors
export * from "./ticks/index.ts";
