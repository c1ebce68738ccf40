// Brands, errors and plain types
export { type ErrorCode } from "./error-catalogue.ts";
export { HeddleError, isHeddleError, type HeddleErrorOptions } from "./errors.ts";
export { type JsonValue, type MaybePromise } from "./types.ts";

// Declarations
export { asset, type AssetOptions } from "./asset.ts";
export { assetCheck, type AssetCheckOptions } from "./asset-check.ts";
export type {
  AssetContext,
  CheckContext,
  ChunkContext,
  DimensionKeys,
  LoadOptions,
  MaterializeContext,
  PartitionContext,
  PartitionedInput,
  RunContext,
  TimeWindow,
} from "./asset-context.ts";
export {
  type AutomationOptions,
  type CheckOptions,
  type DescriptionOptions,
  type ExecutionOptions,
} from "./asset-options.ts";
export {
  fail,
  pass,
  type CheckResult,
  type CheckSeverity,
  type FailOptions,
  type PassOptions,
} from "./check-result.ts";
export { failed, type ChunkEntry, type ChunkSize, type Failed, type FailedOptions } from "./chunk.ts";
export { type ConfigSchema, type ConfigValue } from "./config-schema.ts";
export type {
  AnyAsset,
  AnyAssetCheck,
  AnyAssetContext,
  AnyCheckContext,
  AnyExternalAsset,
  AnyUpstream,
  Asset,
  AssetCheck,
  AssetDescription,
  Dependency,
  ExternalAsset,
} from "./declarations.ts";
export { definitions, type Definitions, type DefinitionsOptions } from "./definitions.ts";
export type { LoadedValue } from "./asset-value.ts";
export type { DependenciesCheck, DependencyValues, OwnValueCheck, PartitionOf } from "./dependency-types.ts";
export { dep, type Dep, type DepOptions, type InferAssetValue } from "./dep.ts";
export { externalAsset, type ExternalAssetOptions } from "./external-asset.ts";
export type { Observe, ObserveContext, Observed } from "./observation.ts";
export type { LogFields, Logger } from "./logger.ts";
export { meta, type MetadataEntry, type MetadataType, type MetadataValue, type MetadataValues } from "./metadata.ts";
export {
  ColumnLineage,
  type ColumnEdge,
  type ColumnGap,
  type ColumnPath,
  type ColumnRef,
} from "./columns/column-lineage.ts";
export type { ColumnOptions, ColumnsOptions, DeclaredColumn, DeclaredColumns } from "./columns/column-options.ts";
export { type ContentPreview, type ProfiledColumn } from "./preview.ts";
export { Fail, RetryAfter, type StepErrorOptions } from "./step-errors.ts";
export type { MapSubSteps, RunSubStep, SubStepContext, SubStepMapOptions, SubStepOptions } from "./sub-step.ts";
export { output, type Output, type OutputOptions } from "./output.ts";
export { ownPartitions, type OwnPartitions, type OwnPartitionsOptions } from "./own-partitions.ts";
export { type PoolOption, type PoolUse } from "./pool.ts";
export {
  resource,
  type Resource,
  type ResourceContext,
  type ResourceOptions,
  type ResourcesShape,
} from "./resource.ts";
export { type ErrorClass, type RetryOptions, type RetryRuleOptions } from "./retry-policy.ts";
export type { AutomationRuns, LookingRuns } from "./automation/automation-runs.ts";
export { skip, type ChosenAssets, type RunDefaults, type RunRequest, type Skip } from "./run-request.ts";
export {
  schedule,
  type AnySchedule,
  type Schedule,
  type ScheduleContext,
  type ScheduleOptions,
  type ScheduleResult,
} from "./schedule.ts";
export {
  assetSensor,
  checkSensor,
  runStatusSensor,
  type AssetSensorOptions,
  type CheckedEvent,
  type CheckSensorOptions,
  type ConsumeOption,
  type EventSensorContext,
  type EventSensorOptions,
  type MaterializedEvent,
  type RunEndedEvent,
  type RunStatusSensorOptions,
} from "./event-sensor.ts";
export {
  webhookSensor,
  type WebhookEvent,
  type WebhookSensorOptions,
  type WebhookSignature,
} from "./webhook-sensor.ts";
export {
  sensor,
  type AnySensor,
  type Sensor,
  type SensorContext,
  type SensorEvaluation,
  type SensorOptions,
  type SensorPartitions,
  type SensorResult,
} from "./sensor.ts";

// Automation and freshness
export { type AutomationCondition, type DependencyChoice } from "./automation/automation-condition.ts";
export {
  blockingChecksFailed,
  checkFailed,
  checkPassed,
  codeVersionChanged,
  cronTickPassed,
  dataVersionChanged,
  executionFailed,
  freshnessIs,
  initialEvaluation,
  inLatestTimeWindow,
  inProgress,
  missing,
  newlyRequested,
  newlyUpdated,
  stale,
  willBeRequested,
  type CronOptions,
  type LatestWindowOptions,
  type NewlyUpdatedOptions,
  type UpdateOptions,
} from "./automation/operands.ts";
export {
  allDeps,
  anyDeps,
  anyDownstream,
  assetMatches,
  not,
  type AllDepsOptions,
  type AnyDepsOptions,
} from "./automation/operators.ts";
export {
  allDepsUpdatedSinceCron,
  anyDepsInProgress,
  anyDepsMissing,
  anyDepsUpdated,
  eager,
  onCron,
  onFreshness,
  onMissing,
} from "./automation/presets.ts";
export {
  freshBy,
  freshWithin,
  type FreshByOptions,
  type FreshnessPolicy,
  type FreshWithinOptions,
} from "./freshness/freshness-policy.ts";
export { type FreshnessState } from "./freshness/freshness-spec.ts";

// I/O managers and stores
export {
  ioManager,
  objectStore,
  type AnyIoManager,
  type InputContext,
  type IoManager,
  type IoManagerParts,
  type ListedObject,
  type ListedValue,
  type ObjectStore,
  type OutputContext,
  type OutputTarget,
  type PreviewOptions,
  type RemovalContext,
  type SameAsStored,
  type SchemaDrift,
  type StoredColumn,
  type StoredObject,
  type StoredValue,
  type TableContract,
  type TablePreview,
} from "./io-manager.ts";
export type { Cell, CellFilter, RowFilter, RowFilterOf } from "./row-filter.ts";

// Partitions
export { customMapping, type CustomMappingContext, type CustomMappingFunction } from "./partitions/custom-mapping.ts";
export type { InferMultiplicity } from "./partitions/infer-multiplicity.ts";
export { dynamicPartitions, multiPartitions, staticPartitions } from "./partitions/key-partitions.ts";
export {
  allPartitions,
  firstPartition,
  fromDimension,
  identityMapping,
  lastPartition,
  multiMapping,
  previousPartition,
  specificPartitions,
  staticMapping,
  timeWindowMapping,
  type CompletingEnds,
  type DimensionMapping,
  type Multiplicity,
  type PartitionMapping,
  type TimeWindowMappingOptions,
} from "./partitions/partition-mapping.ts";
export type {
  PartitionSpace,
  PartitionWindow,
  ResolvePartitionsAt,
  SpaceDimensions,
} from "./partitions/partition-space.ts";
export type {
  DynamicPartitionsDefinition,
  InferPartitionKey,
  PartitionsCadence,
  PartitionsDefinition,
  PartitionsDimensions,
} from "./partitions/partitions-definition.ts";
export type { PartitionsProblem } from "./partitions/partitions-problem.ts";
export { resolvePartitions } from "./partitions/resolve-partitions.ts";
export {
  cronPartitions,
  dailyPartitions,
  hourlyPartitions,
  monthlyPartitions,
  weeklyPartitions,
  type CronPartitionsOptions,
  type DailyPartitionsOptions,
  type HourlyPartitionsOptions,
  type MonthlyPartitionsOptions,
  type TimePartitionsOptions,
  type WeeklyPartitionsOptions,
} from "./partitions/time-partitions.ts";
export { atLeast, atMostMissing, type WaitPolicy } from "./partitions/wait-policy.ts";

// Notifications
export {
  notify,
  type Notification,
  type NotificationGrouping,
  type NotificationOptions,
} from "./notifications/notification.ts";
export {
  email,
  slack,
  webhook,
  type EmailTargetOptions,
  type NotificationTarget,
  type WebhookTargetOptions,
} from "./notifications/notification-target.ts";
export {
  automationStopped,
  checkNotPassed,
  codeFailed,
  freshnessChanged,
  manualChange,
  runCanceled,
  runFailed,
  runLate,
  runSucceeded,
  scheduleFailed,
  sensorFailed,
  stepFailed,
  type NotificationTrigger,
} from "./notifications/notification-trigger.ts";

// Ticks of schedules and sensors
export { type Consumption } from "./tick/consume-events.ts";
export { type CatchUp } from "./tick/due-ticks.ts";

// Snapshots and statuses
export { type RunStatus, type StepStatus } from "./statuses.ts";

// Validation and snapshots of definitions
export { validateDefinitions } from "./validation/validate-definitions.ts";
export type { DefinitionProblem } from "./validation/definition-problem.ts";
