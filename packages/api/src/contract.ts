/**
 * Every payload of the API as plain interfaces. The catalog imports these types; nothing here has a value at run time.
 */
export type {
  ApiError,
  AssetRef,
  Instant,
  Page,
  Ranges,
  RecordedError,
  SentencePart,
  StatusCode,
} from "./contract/common.ts";
export type { CodeLocationHealth, DaemonHealth, Deployment, LoadProblem, WorkerHealth } from "./contract/deployment.ts";
export type {
  AssetChecks,
  AssetDetail,
  AssetLink,
  AssetResult,
  AssetsSnapshot,
  AssetsSnapshotResult,
  AssetStatuses,
  CheckResult,
  CheckStanding,
  FormerDefinition,
  FormerPartitions,
  Materialization,
  MaterializationInput,
  PartitionCountColumns,
  PartitionCounts,
  SelectionResult,
} from "./contract/assets.ts";
export type {
  CheckDetail,
  CheckList,
  CheckSilence,
  CheckSilenceChange,
  CheckState,
  CheckSummary,
  CheckTotals,
} from "./contract/checks.ts";
export type { Pool, PoolChange, PoolHolder, Pools } from "./contract/pools.ts";
export type {
  DynamicPartition,
  DynamicPartitions,
  DynamicPartitionsChange,
  FailedAttempt,
  MappedPartitions,
  OpenStep,
  PartitionDetail,
  PartitionStatuses,
} from "./contract/partitions.ts";
export type {
  AssetInRun,
  ComparedAsset,
  FailureGroup,
  LogLine,
  LogPage,
  LogTail,
  PlanNotice,
  RunAssetProgress,
  RunBlocker,
  RunLimitState,
  RunChange,
  RunComparison,
  RunDetail,
  RunLane,
  RunMatrix,
  RunMatrixRow,
  RunOrigin,
  RunOutput,
  RunQueuePlace,
  RunRetry,
  RunSummary,
  RunTimeline,
  RunUpstream,
  SkipCause,
  StepAttempt,
  SubStep,
  StepBar,
  StepCounts,
  StepDetail,
} from "./contract/runs.ts";
export type { LaunchResult, PlanChange, PlanEstimate, PlannedAsset, PlanPreview, RunRef } from "./contract/plan.ts";
export type { ActivityEvent, EventChanges, EventMessage, RunProgress } from "./contract/events.ts";
export type {
  Schedule,
  Schedules,
  Sensor,
  SensorCursor,
  Sensors,
  Tick,
  TickEvaluation,
  TickLogLine,
  TickOwnerChange,
  TickRuns,
  TickSwitch,
} from "./contract/ticks.ts";
