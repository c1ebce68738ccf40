export {
  verdictOf,
  readCheckTrails,
  readCheckVerdicts,
  readCheckResultsById,
  readNewestCheckResults,
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
} from "./check-results.ts";
export { readCheckHistory, type CheckHistoryQuery } from "./check-history.ts";
export {
  readAssetCodeVersions,
  readDefinitions,
  readDefinitionsVersion,
  readEnvironmentId,
  type DeclaredAsset,
  type StoredDefinitions,
} from "./definitions.ts";
export { readDurations, type DurationsQuery, type StepDurations } from "./durations.ts";
export { readDeployment, type CodeLocationRow, type DeploymentRow, type WorkerRow } from "./deployment.ts";
export { readEventList, type EventListPage, type EventListQuery, type ListedEvent } from "./event-list.ts";
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
} from "./lineage-history.ts";
export {
  readMaterializationHistory,
  type HistoryPlace,
  type MaterializationHistoryQuery,
  type MaterializationPage,
} from "./materialization-history.ts";
export {
  readDataVersions,
  readNewestMaterialization,
  readPartitionMaterializations,
  readSingleMaterializations,
  type MaterializationRow,
  type PartitionQuery,
  type SingleMaterialization,
  type SingleRef,
} from "./materializations.ts";
export {
  readFailureMarks,
  readMeasured,
  readMeasuredPartitions,
  type FailureMark,
  type MeasuredQuery,
  type MeasuredRow,
} from "./metadata-series.ts";
export { NO_PARTITION_SETS, readPartitionSets, type PartitionSets, type PartitionSetsQuery } from "./partition-sets.ts";
export { readNewestFailures, type NewestFailureRow } from "./newest-failures.ts";
export {
  readActivity,
  readRecentDurations,
  readTimelineRuns,
  type ActivityRow,
  type RecentDurationsRow,
  type TimelineRunRow,
} from "./run-activity.ts";
export { byCheck, readOpenChecks, type OpenCheckPartitions } from "./open-checks.ts";
export { readOpenRunPartitions, type OpenRunPartitions, type OpenRunQuery } from "./open-runs.ts";
export { readStalePartitions, type JudgedAsset, type StaleQuery } from "./stale-partitions.ts";
export { listPartitionStatuses, type PartitionStatusList } from "./partition-status-list.ts";
export {
  PARTITION_SORTS,
  readFailedRuns,
  readPartitionFacts,
  readPartitionFactsInOrder,
  type PartitionFacts,
  type PartitionSort,
} from "./partition-table.ts";
export {
  readOpenRunIds,
  readOpenSteps,
  readPartitionAttempts,
  readStoppedPartitionSteps,
  type AttemptRow,
  type OpenStepRow,
  type StoppedStepRow,
} from "./partition-steps.ts";
export { readEarlierRuns, readStoppedSteps, type EarlierRun, type StoppedSteps } from "./stopped-steps.ts";
export { readRunFailures, type FailureGroupRow } from "./run-failures.ts";
export {
  readQueuePlaces,
  readRuns,
  type QueuePlace,
  type RunListPage,
  type RunListQuery,
  type TagFilter,
} from "./run-list.ts";
export { findComparableRun, readRunOutputs, type RunOutputQuery, type RunOutputRow } from "./run-outputs.ts";
export {
  readFailedTimes,
  readRunSets,
  readStepTimes,
  type FailedTimeRow,
  type RunAssetSets,
  type StepTime,
  type StepTimes,
} from "./run-sets.ts";
export { readRunSteps, type RunStepsQuery, type StepPage, type StepPlace, type StepRow } from "./run-steps.ts";
export {
  readDoneSubSteps,
  type DoneSubStep,
  readStepAttempts,
  readStepState,
  type FailedAttemptRow,
  type StepQuery,
  type StepStateRow,
} from "./step-detail.ts";
export {
  readRun,
  readRunAssetIds,
  readRunAssets,
  readRunIdByOriginKey,
  readRunsOfLaunch,
  readRunProgress,
  type RunAssetRow,
  type RunDetailRow,
  type RunProgressRow,
  type RunRow,
} from "./runs.ts";
export {
  findNewestCodeVersion,
  getCodeVersion,
  getCurrentCode,
  listCurrentCode,
  type CodeVersion,
  type CurrentCode,
} from "./code-versions.ts";
export { readDeclaredResources, type DeclaredResource } from "./declared-resources.ts";
export {
  listDynamicDefinitions,
  listDynamicPartitions,
  readDynamicHistory,
  readDynamicKeys,
  type DynamicPartitionRow,
  type DynamicPartitionsPage,
  type DynamicPartitionsQuery,
} from "./dynamic-keys.ts";
export {
  findAssetVersion,
  findVersionBefore,
  readAssetVersions,
  type AssetVersion,
  type AssetVersionStep,
} from "./asset-versions.ts";
export { readRunPlanIn } from "./run-plan.ts";
export { readPreviousColumns } from "./previous-columns.ts";
export { findFreshPartitions, type FreshQuery } from "./fresh-partitions.ts";
export { readObservedVersions, type ObservedVersion } from "./observed-versions.ts";
export { readStoredInputs, type StoredInput, type StoredInputRequest, type StoredInputs } from "./stored-inputs.ts";
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
} from "./ticks.ts";
