// Connection and schema
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

// Read models: each takes a transaction, so that several of them see one snapshot (`db.read`)
export {
  verdictOf,
  readCheckTrails,
  readCheckVerdicts,
  readCheckResultsById,
  readNewCheckResults,
  readPartitionCheckResults,
  readRunCheckCounts,
  readSettledCheckResultId,
  type CheckVerdict,
  type CheckVerdictPage,
  type CheckTrailRow,
  type CheckVerdictRow,
  type CheckResultRow,
  type NewCheckResult,
} from "./read/check-results.ts";
export { readCheckHistory, type CheckHistoryQuery } from "./read/check-history.ts";
export {
  liftSilence,
  readSilences,
  readSilencesOf,
  silenceCheck,
  type SilencedCheck,
  type SilenceRow,
} from "./checks/silences.ts";
export {
  readAssetCodeVersions,
  readDefinitions,
  readDefinitionsVersion,
  readEnvironmentId,
  type DeclaredAsset,
  type StoredDefinitions,
} from "./read/definitions.ts";
export { readDurations, type DurationsQuery, type StepDurations } from "./read/durations.ts";
export { readDeployment, type CodeLocationRow, type DeploymentRow, type WorkerRow } from "./read/deployment.ts";
export { readEventList, type EventListPage, type EventListQuery, type ListedEvent } from "./read/event-list.ts";
export {
  readDefinitionsVersions,
  readEventDensity,
  readFormerSnapshots,
  readPastStates,
  readVersionsInForce,
  type DefinitionsVersionRow,
  type EventDensity,
  type EventDensityQuery,
  type FormerSnapshot,
  type PastState,
  type PastStatesQuery,
  type VersionInForce,
} from "./read/lineage-history.ts";
export {
  readMaterializationHistory,
  type HistoryPlace,
  type MaterializationHistoryQuery,
  type MaterializationPage,
} from "./read/materialization-history.ts";
export {
  readDataVersions,
  readNewestMaterialization,
  readPartitionMaterializations,
  readSingleMaterializations,
  type MaterializationRow,
  type PartitionQuery,
  type SingleMaterialization,
  type SingleRef,
} from "./read/materializations.ts";
export {
  readFailureMarks,
  readMeasured,
  readMeasuredPartitions,
  type FailureMark,
  type MeasuredQuery,
  type MeasuredRow,
} from "./read/metadata-series.ts";
export {
  NO_PARTITION_SETS,
  readPartitionSets,
  type PartitionSets,
  type PartitionSetsQuery,
} from "./read/partition-sets.ts";
export { readNewestFailures, type NewestFailureRow } from "./read/newest-failures.ts";
export {
  readActivity,
  readRecentDurations,
  readTimelineRuns,
  type ActivityRow,
  type RecentDurationsRow,
  type TimelineRunRow,
} from "./read/run-activity.ts";
export { readOpenRunPartitions, type OpenRunPartitions, type OpenRunQuery } from "./read/open-runs.ts";
export { readStalePartitions, type JudgedAsset, type StaleQuery } from "./read/stale-partitions.ts";
export { listPartitionStatuses, type PartitionStatusList } from "./read/partition-status-list.ts";
export {
  readOpenRunIds,
  readOpenSteps,
  readPartitionAttempts,
  type AttemptRow,
  type OpenStepRow,
} from "./read/partition-steps.ts";
export { readEarlierRuns, readStoppedSteps, type EarlierRun, type StoppedSteps } from "./read/stopped-steps.ts";
export { readRunFailures, type FailureGroupRow } from "./read/run-failures.ts";
export {
  readQueuePlaces,
  readRuns,
  type QueuePlace,
  type RunListPage,
  type RunListQuery,
  type TagFilter,
} from "./read/run-list.ts";
export { findComparableRun, readRunOutputs, type RunOutputQuery, type RunOutputRow } from "./read/run-outputs.ts";
export {
  readFailedTimes,
  readRunSets,
  readStepTimes,
  type FailedTimeRow,
  type RunAssetSets,
  type StepTime,
  type StepTimes,
} from "./read/run-sets.ts";
export { readRunSteps, type RunStepsQuery, type StepPage, type StepPlace, type StepRow } from "./read/run-steps.ts";
export {
  readDoneSubSteps,
  type DoneSubStep,
  readStepAttempts,
  readStepState,
  type FailedAttemptRow,
  type StepQuery,
  type StepStateRow,
} from "./read/step-detail.ts";
export {
  readRun,
  readRunAssetIds,
  readRunAssets,
  readRunIdByOriginKey,
  readRunProgress,
  type RunAssetRow,
  type RunDetailRow,
  type RunProgressRow,
  type RunRow,
} from "./read/runs.ts";

// What people keep in the catalog
export {
  endAttentionNote,
  noteAttention,
  readAttentionNotes,
  type AttentionNoteRow,
  type NewAttentionNote,
} from "./catalog/attention-notes.ts";
export { readFavourites, setFavourite } from "./catalog/favourites.ts";
export { deleteView, MAX_SAVED_VIEWS, readSavedViews, saveView, type SavedViewRow } from "./catalog/saved-views.ts";

// Code locations
export { recordLoadError, registerCodeVersion, type NewCodeVersion, type RegisteredCode } from "./code.ts";
export {
  getCodeVersion,
  getCurrentCode,
  listCurrentCode,
  type CodeVersion,
  type CurrentCode,
} from "./read/code-versions.ts";

// Previews of stored values
export {
  answerPreview,
  claimPreview,
  readPreviewAnswer,
  readRecentPreview,
  requestPreview,
  withdrawPreview,
  type ClaimedPreview,
  type NewPreviewRequest,
  type PreviewedValue,
} from "./previews/preview-requests.ts";
export { readStoredPartition, type StoredPartition, type StoredPartitionQuery } from "./previews/previewed-value.ts";

// Dynamic partitions
export {
  addDynamicPartitions,
  addDynamicPartitionsIn,
  MAX_DYNAMIC_KEYS_PER_CALL,
  removeDynamicPartitions,
  type ChangeDynamicPartitionsOptions,
  type DynamicPartitionsResult,
} from "./dynamic/dynamic-partitions.ts";
export { MAX_DYNAMIC_KEYS, type DynamicPartitionsRequest } from "./dynamic/dynamic-changes.ts";
export {
  listDynamicDefinitions,
  listDynamicPartitions,
  readDynamicHistory,
  readDynamicKeys,
  type DynamicPartitionRow,
  type DynamicPartitionsPage,
  type DynamicPartitionsQuery,
} from "./read/dynamic-keys.ts";

// Workers and leases
export { acquireLease, assertLease, releaseLease, type Lease, type LeaseRequest } from "./leases.ts";
export {
  beatWorker,
  endWorker,
  registerWorker,
  requestDrain,
  type WorkerBeat,
  type WorkerRegistration,
} from "./workers.ts";

// What people change, and the loops of the daemon
export { audited, recordRefusal, type AuditEntry } from "./audit/audited.ts";
export { readAudit, type AuditQuery, type AuditRow } from "./audit/read-audit.ts";
export { requestReload, readReloadRequests } from "./reload-requests.ts";
export { readLoops, recordLoops, type LoopBeat, type LoopRow } from "./audit/daemon-loops.ts";
export type { Actor } from "./schema/index.ts";

// Notifications, and requests from outside
export { readNotifiableEvents, type NotifiableCheck, type NotifiableEvent } from "./notifications/notified-events.ts";
export {
  loadNotifications,
  recordMatches,
  recordTestMessages,
  type ActiveNotification,
  type MatchedEvents,
} from "./notifications/record-messages.ts";
export {
  claimMessages,
  readNextDue,
  recordSent,
  retryMessage,
  type DueMessage,
  type SendOutcome,
} from "./notifications/send-messages.ts";
export {
  readMessages,
  readNotifications,
  readTroubledMessages,
  type MessageQuery,
  type MessageRow,
  type NotificationRow,
} from "./notifications/read-notifications.ts";
export {
  findWebhookSensor,
  readReceipts,
  recordReceipt,
  type NewReceipt,
  type ReceiptRow,
} from "./webhooks/webhook-receipts.ts";
export type { MessageState } from "./schema/index.ts";

// Events, logs, retention
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

// Runs
export {
  admitAtOnce,
  admitRun,
  cancelRun,
  changeRunLimits,
  endRun,
  pauseRun,
  resumeRun,
  revokeSteps,
  type CancelRunOptions,
  type ChangeRunLimitsOptions,
  type RunChangeResult,
} from "./runs/control-run.ts";
export { createRun, insertRun, type CreatedRun, type CreateRunOptions } from "./runs/create-run.ts";
export { executeCommand, loadDaemonSnapshot } from "./runs/daemon-commands.ts";
export { expireWorkers } from "./runs/expire-workers.ts";
export {
  listPoolHolders,
  listPools,
  setPool,
  type PoolHolder,
  type PoolRow,
  type SetPoolOptions,
} from "./pools/pool-limits.ts";
export { releaseBackoff } from "./runs/release-backoff.ts";
export { readSubSteps, recordSubSteps, type SubStepPlace, type SubStepRow } from "./runs/sub-steps.ts";
export { lockLaunches } from "./runs/launch-lock.ts";
export type { RetryScope } from "./runs/retried-steps.ts";
export { retryRun, type RetryRunOptions } from "./runs/retry-run.ts";
export {
  claimSteps,
  settleAndClaim,
  settleSteps,
  type SettleAndClaimInput,
  type SettleAndClaimResult,
} from "./runs/settle-and-claim.ts";
export type { AttemptPlace, Claim, OutcomeResult, CheckOutcome, StepOutcome } from "./runs/step-outcome.ts";
export { readOwnedClaims, type OwnedClaim } from "./runs/owned-claims.ts";

// What workers read to prepare steps
export { readRunPlanIn } from "./read/run-plan.ts";
export { assetIdAt, getRunGraph, type StaticRun } from "./runs/run-graphs.ts";
export { readPreviousColumns } from "./read/previous-columns.ts";
export { findFreshPartitions, type FreshQuery } from "./read/fresh-partitions.ts";
export {
  readStoredInputs,
  type StoredInput,
  type StoredInputRequest,
  type StoredInputs,
} from "./read/stored-inputs.ts";
export type { MaterializationInputs } from "./schema/index.ts";

// Collection of stored values that nothing refers to any more
export { findAbandoned, type ListedAttempt } from "./collection/abandoned.ts";
export { previewCollection, type CollectableAsset, type CollectionPreview } from "./collection/preview.ts";
export {
  claimCollection,
  finishCollection,
  loadCollectionStates,
  ownsCollection,
  readCollections,
  requestCollection,
  type CollectionClaim,
  type CollectionEnd,
  type CollectionRow,
  type Collector,
} from "./collection/requests.ts";
export {
  findCollectableRun,
  listCollectableChunks,
  listSuperseded,
  markCollected,
  markRunCollected,
  type CollectableChunk,
  type MaterializationPlace,
  type SupersededValue,
} from "./collection/superseded.ts";

// Schedules and sensors
export {
  evaluationKey,
  recordAutomation,
  type AutomationEvaluationWrite,
  type AutomationResultKind,
  type AutomationStateWrite,
  type LaunchAutomation,
  type LaunchedRequest,
  type RecordedAutomation,
} from "./automation/record-automation.ts";
export {
  readAutomationRound,
  readAutomationStates,
  readAutomationSwitches,
  type AutomationRound,
  type AutomationStateRow,
  type AutomationSwitchRow,
} from "./automation/load-automation.ts";
export {
  readAutomationEvents,
  readAutomationRuns,
  type AutomationEvent,
  type AutomationEvents,
  type AutomationRun,
} from "./automation/automation-events.ts";
export { readUpdateDetails, type PublishedSet, type UpdateDetail } from "./automation/update-details.ts";
export {
  CHECK_FACTS_DEADLINE_MS,
  readCheckFacts,
  readNewCheckFacts,
  type CheckFactsRow,
  type NewCheckFacts,
} from "./automation/check-facts.ts";
export {
  readAutomationEvaluation,
  readAutomationEvaluations,
  type AutomationEvaluationQuery,
  type AutomationEvaluationRow,
} from "./automation/evaluation-list.ts";
export { switchAutomation, type AutomationSwitch } from "./automation/switch-automation.ts";
export { readFreshness, readFreshnessHistory } from "./freshness/read-freshness.ts";
export {
  NO_FRESHNESS_WRITE,
  type FreshnessChangeRow,
  type FreshnessRow,
  type FreshnessWrite,
} from "./freshness/write-freshness.ts";
export { readKnownOriginKeys } from "./ticks/known-keys.ts";
export {
  loadTick,
  loadTicks,
  type ActiveSchedule,
  type ActiveSensor,
  type OpenTickRequest,
  type TickSnapshot,
} from "./ticks/load-ticks.ts";
export {
  recordManualTick,
  recordMissedTicks,
  recordScheduleTick,
  type LaunchRuns,
  type ManualTick,
  type ScheduleTick,
  type TickResult,
} from "./ticks/schedule-ticks.ts";
export { recordSensorTick, type RecordedSensorTick, type SensorTick } from "./ticks/sensor-ticks.ts";
export {
  moveSensorOn,
  readSensorEvents,
  type SensorEvent,
  type SensorEventPage,
  type SensorEventQuery,
} from "./ticks/sensor-events.ts";
export { setSensorCursor, setTickPaused, type ChangeAuthor, type TickChange } from "./ticks/control-ticks.ts";
export { answerTickRequest, readTickAnswer, requestTick } from "./ticks/tick-requests.ts";
export {
  readClock,
  readLastTicks,
  readSchedules,
  readSensorCursors,
  readSensors,
  readTickMarks,
  readTicks,
  readTickSwitches,
  type ScheduleRow,
  type SensorCursorRow,
  type SensorRow,
  type TickRow,
  type TickSwitchRow,
} from "./read/ticks.ts";
export type { TickKind, TickOutcome } from "./schema/index.ts";
