// Brands, errors and plain types
export { brand, hasBrand, type BrandName } from "./brand.ts";
export { ERROR_CATALOGUE, isErrorCode, type ErrorCode } from "./error-catalogue.ts";
export type { ErrorCatalogueEntry } from "./error-catalogue/error-catalogue-entry.ts";
export {
  deserializeError,
  HeddleError,
  isHeddleError,
  serializeError,
  type HeddleErrorOptions,
  type SerializedError,
} from "./errors.ts";
export { assertNever, type JsonValue, type MaybePromise, type Simplify, type TypeError } from "./types.ts";

// Declarations
export { asset, isAsset, type AssetOptions } from "./asset.ts";
export { assetCheck, isAssetCheck, type AssetCheckOptions } from "./asset-check.ts";
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
export { findAssetKeyProblem, formatAssetKey, MAX_ASSET_KEY_BYTES, parseAssetKey } from "./asset-key.ts";
export {
  DEFAULT_TIMEOUT_MS,
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
export {
  failed,
  isFailed,
  MAX_CHUNK_SIZE,
  type ChunkEntry,
  type ChunkSize,
  type Failed,
  type FailedOptions,
} from "./chunk.ts";
export {
  isConfigSchema,
  type ConfigIssue,
  type ConfigResult,
  type ConfigSchema,
  type ConfigValue,
} from "./config-schema.ts";
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
export { definitions, findResource, isDefinitions, type Definitions, type DefinitionsOptions } from "./definitions.ts";
export type { LoadedValue } from "./asset-value.ts";
export type { DependenciesCheck, DependencyValues, OwnValueCheck, PartitionOf } from "./dependency-types.ts";
export { dep, type Dep, type DepOptions, type InferAssetValue } from "./dep.ts";
export { externalAsset, isExternalAsset, type ExternalAssetOptions } from "./external-asset.ts";
export { findJsonProblem } from "./json-value.ts";
export type { LogFields, Logger } from "./logger.ts";
export {
  MAX_METADATA_LENGTH,
  meta,
  normalizeMetadata,
  type MetadataEntry,
  type MetadataType,
  type MetadataValue,
  type MetadataValues,
} from "./metadata.ts";
export { ColumnLineage, type ColumnEdge, type ColumnPath, type ColumnRef } from "./columns/column-lineage.ts";
export type { ColumnOptions, ColumnsOptions, DeclaredColumn, DeclaredColumns } from "./columns/column-options.ts";
export { profilePreview, type ContentPreview, type ProfiledColumn, type StoredPreview } from "./preview.ts";
export { Fail, RetryAfter, type StepErrorOptions } from "./step-errors.ts";
export type { MapSubSteps, RunSubStep, SubStepContext, SubStepMapOptions, SubStepOptions } from "./sub-step.ts";
export { findNearest, formatNearest } from "./nearest.ts";
export { isOutput, output, type Output, type OutputOptions } from "./output.ts";
export { isOwnPartitions, ownPartitions, type OwnPartitions, type OwnPartitionsOptions } from "./own-partitions.ts";
export {
  assetPool,
  findPoolProblem,
  locationPool,
  MAX_POOL_SLOTS,
  tagPool,
  type PoolOption,
  type PoolSnapshot,
  type PoolUse,
} from "./pool.ts";
export {
  isResource,
  isResourceSlot,
  resource,
  type Resource,
  type ResourceContext,
  type ResourceOptions,
  type ResourceSlot,
  type ResourcesShape,
} from "./resource.ts";
export {
  computeRetryDelay,
  DEFAULT_RETRY_POLICY,
  findRetryPolicyProblems,
  mayRetry,
  resolveRetryPolicy,
  type ErrorClass,
  type RetryOptions,
  type RetryRuleOptions,
} from "./retry-policy.ts";
export {
  isSkip,
  skip,
  type ChosenAssets,
  type PartitionsRule,
  type RequestedPartitions,
  type RunDefaults,
  type RunDefaultsData,
  type RunRequest,
  type RunRequestData,
  type Skip,
} from "./run-request.ts";
export {
  DEFAULT_TICK_TIMEOUT_MS,
  isSchedule,
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
  type WatchedEvents,
} from "./event-sensor.ts";
export {
  webhookSensor,
  type WebhookEvent,
  type WebhookSensorOptions,
  type WebhookSignature,
} from "./webhook-sensor.ts";
export {
  DEFAULT_SENSOR_INTERVAL_MS,
  isSensor,
  sensor,
  type AnySensor,
  type Sensor,
  type SensorContext,
  type SensorEvaluation,
  type SensorOptions,
  type SensorPartitions,
  type SensorResult,
} from "./sensor.ts";
export { formatSourceLocation, type DeclarationPlace } from "./source-location.ts";

// Lineage and selection
export { AssetGraph, type GraphAsset } from "./asset-graph.ts";
export { countReachable, type PackedEdges } from "./reachable-counts.ts";
export type { GraphEdges } from "./graph-edges.ts";
export { LineageGraph } from "./lineage-graph.ts";
export {
  evaluateSelection,
  selectKeys,
  type SelectableAsset,
  type SelectionScope,
} from "./selection/evaluate-selection.ts";
export { formatSelection } from "./selection/format-selection.ts";
export { parseSelection } from "./selection/parse-selection.ts";
export {
  asksForStatus,
  SELECTION_ATTRIBUTES,
  type Selection,
  type SelectionAttribute,
  type TraversalDepth,
} from "./selection/selection.ts";
export { escapeWildcard } from "./selection/wildcard.ts";

// Automation and freshness
export {
  isAutomationCondition,
  type AutomationCondition,
  type DependencyChoice,
} from "./automation/automation-condition.ts";
export type { AutomationExplanation, ExplainedPart } from "./automation/automation-explanation.ts";
export {
  NO_AUTOMATION_STATE,
  targetId,
  type AutomationState,
  type PartState,
  type SpentPiece,
  type TargetState,
} from "./automation/automation-state.ts";
export type { AssetFacts, AutomationView, CheckFacts, UpdateBatch } from "./automation/automation-view.ts";
export {
  compileAutomation,
  type AutomationTarget,
  type CompileAutomationInput,
  type CompiledAutomation,
  type ConditionPart,
} from "./automation/compile-automation.ts";
export {
  AUTOMATION_VERSION,
  type AutomationSpec,
  type ConditionKind,
  type ConditionSpec,
} from "./automation/condition-spec.ts";
export { conditionLabel, conditionText } from "./automation/condition-text.ts";
export { nextAutomationInstant } from "./automation/next-automation-instant.ts";
export {
  evaluateAutomation,
  type AutomationLoop,
  type AutomationResult,
  type EvaluateAutomationInput,
} from "./automation/evaluate-automation.ts";
export { explainNow } from "./automation/explain-now.ts";
export { explainCondition, type ConditionStory, type ExplainConditionInput } from "./automation/explain-condition.ts";
export {
  readExplanation,
  readTargetState,
  storeExplanation,
  storeTargetState,
  type StoredExplainedPart,
  type StoredExplanation,
  type StoredTargetState,
} from "./automation/store-automation.ts";
export { groupRequests, type GroupRequestsInput, type RequestGroup } from "./automation/group-requests.ts";
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
export { evaluateFreshness, type Freshness, type FreshnessInput } from "./freshness/evaluate-freshness.ts";
export { freshnessChanges, type FreshnessChange, type FreshnessChangesInput } from "./freshness/freshness-changes.ts";
export {
  freshBy,
  freshWithin,
  isFreshnessPolicy,
  type FreshByOptions,
  type FreshnessPolicy,
  type FreshWithinOptions,
} from "./freshness/freshness-policy.ts";
export { FRESHNESS_STATES, type FreshnessSpec, type FreshnessState } from "./freshness/freshness-spec.ts";

// I/O managers and stores
export {
  ioManager,
  isIoManager,
  isObjectStore,
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
export {
  CUSTOM_WINDOWS_AHEAD,
  customMapping,
  MAX_CUSTOM_KEYS,
  MAX_CUSTOM_PARTITIONS,
  type CustomMappingContext,
  type CustomMappingFunction,
} from "./partitions/custom-mapping.ts";
export { deriveMapping, type DerivedMapping } from "./partitions/derive-mapping.ts";
export { describeMapping, describeWait } from "./partitions/describe-mapping.ts";
export { dimensionKeysOf } from "./partitions/dimension-keys.ts";
export { checkPartitionKey, MAX_PARTITION_KEY_BYTES } from "./partitions/check-partition-key.ts";
export type { InferMultiplicity } from "./partitions/infer-multiplicity.ts";
export { dynamicPartitions, multiPartitions, staticPartitions } from "./partitions/key-partitions.ts";
export type { DimensionMappingSpec, MappingSpec } from "./partitions/mapping-spec.ts";
export { numberPartitions, type NumberedPartitions, type Numbering } from "./partitions/number-partitions.ts";
export { partitionScheme } from "./partitions/partition-scheme.ts";
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
export { PARTITION_CHUNK_SIZE, PartitionSet } from "./partitions/partition-set.ts";
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
export {
  REGULAR_CADENCES,
  type Cadence,
  type DynamicPartitionsSpec,
  type MultiPartitionsSpec,
  type PartitionsDimensionSpec,
  type PartitionsSpec,
  type RegularCadence,
  type StaticPartitionsSpec,
  type TimeWindowPartitionsSpec,
} from "./partitions/partitions-spec.ts";
export { resolveMapping, type ResolvedMapping, type UpstreamPartitions } from "./partitions/resolve-mapping.ts";
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
export { validatePartitionsSpec } from "./partitions/validate-partitions-spec.ts";
export { atLeast, atMostMissing, requiredBy, type WaitPolicy } from "./partitions/wait-policy.ts";

// Cron
export { countTicks, nextTick, previousTick, ticksBetween, type CronClock, type TickRange } from "./cron/ticks.ts";

// Notifications
export {
  describeNotifiedEvent,
  eventKindsOf,
  MAX_TOLD_EVENTS,
  type NotifiedEvent,
} from "./notifications/notified-event.ts";
export { renderTemplate, TEMPLATE_FIELDS, type TemplateField } from "./notifications/message-template.ts";
export {
  isNotification,
  notify,
  type Notification,
  type NotificationGrouping,
  type NotificationOptions,
  type NotificationSnapshot,
} from "./notifications/notification.ts";
export {
  describeTarget,
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
  describeTrigger,
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
export { takeEvents, type Consumption, type TakenEvents } from "./tick/consume-events.ts";
export {
  decideSchedule,
  LATE_AFTER_MS,
  MAX_MISSED_TICKS,
  type CatchUp,
  type MissedTicks,
  type ScheduleDecision,
  type ScheduleState,
} from "./tick/due-ticks.ts";
export {
  MAX_CURSOR_BYTES,
  MAX_TICK_REQUESTS,
  readScheduleResult,
  readSensorResult,
  type TickAnswer,
  type TickKeys,
} from "./tick/read-tick-result.ts";
export type { RequestPreview, TickPreview } from "./tick/tick-preview.ts";
export {
  isSameClock,
  nextScheduleTick,
  nextScheduleTicks,
  previousScheduleTick,
  type ScheduleClock,
} from "./tick/schedule-clock.ts";
export { sensorDelayMs, TICK_ATTEMPTS, tickRetryDelayMs } from "./tick/tick-retry.ts";
export type { ScheduleSnapshot, SensorSnapshot } from "./tick/tick-snapshot.ts";

// Runs: plans, advancing, decisions
export {
  advanceRun,
  findInitialSteps,
  type RunAdvance,
  type RunChunkKey,
  type RunStateView,
  type SetsByPosition,
  type SettledSteps,
} from "./run/advance-run.ts";
export { AGEING_STEP_MS, agedPriority, agePriorities, type Ageing } from "./run/aged-priority.ts";
export {
  decide,
  DEFAULT_DAEMON_LIMITS,
  REPEAT_CANCEL_AFTER_MS,
  REVOKE_STEPS_AFTER_MS,
  type CancelingRun,
  type DaemonCommand,
  type DaemonLimits,
  type DaemonSnapshot,
  type QueuedRun,
} from "./run/decide.ts";
export {
  COLLECTION_RETRY_MS,
  DEFAULT_COLLECTION_SETTINGS,
  decideCollections,
  type CollectionCommand,
  type CollectionSettings,
  type CollectionState,
} from "./run/decide-collections.ts";
export {
  FAILURE_BUDGETS,
  judgeFailure,
  LOSS_RETRY_POLICY,
  MAX_LOSSES,
  MAX_LOSSES_IN_COMPANY,
  MAX_SUSPECTS,
  type FailedAttempt,
  type FailureBudget,
  type FailureVerdict,
  type SpentBudget,
} from "./run/failure-verdict.ts";
export { canonicalJson, hashPlan } from "./run/hash-plan.ts";
export { narrowPlan, type NarrowedAsset, type NarrowPlanChanges } from "./run/narrow-plan.ts";
export { createPartitionSpaces, type PartitionSpaces } from "./run/partition-spaces.ts";
export type { FindConfigProblem, PlanConfig } from "./run/plan-config.ts";
export { MAX_PLAN_PARTITIONS, planAmongRuns, planRun, type PlannedRun, type PlanRunInput } from "./run/plan-run.ts";
export { judgeReuse, REUSE_REFUSALS, type ReuseFacts, type ReuseInput, type ReuseRefusal } from "./run/judge-reuse.ts";
export type { PlanTargets } from "./run/plan-targets.ts";
export type { PlanAssetState } from "./run/plan-warnings.ts";
export { neededBy, toleratedMissing, type NeededPartitions } from "./run/wait-verdict.ts";
export { createRunGraph, type BlockerHint, type RunEdge, type RunGraph } from "./run/run-graph.ts";
export type {
  DynamicKeys,
  FrozenKeys,
  OrdinalRanges,
  PlannedCounts,
  PlanOrder,
  PlanPredicate,
  PlanWarning,
  RunPlan,
  RunPlanAsset,
  RunPlanDependency,
  PlanReuse,
} from "./run/run-plan.ts";
export {
  findLimitsProblem,
  firstLimitMs,
  hasLimits,
  judgeLimits,
  limitAction,
  limitInstant,
  limitsOfRetry,
  MAX_RUN_LIMIT_MS,
  RUN_LIMITS,
  runLimitsData,
  type ExceededLimit,
  type LimitAction,
  type LimitedRun,
  type LimitVerdict,
  type RunLimitName,
  type RunLimits,
  type RunLimitsOptions,
} from "./run/run-limits.ts";
export {
  countOpenSteps,
  deriveFinalStatus,
  emptyStepCounts,
  isOpenRun,
  OPEN_RUN_STATUSES,
  OPEN_STEP_STATUSES,
  sumStepCounts,
  type StepCounts,
} from "./run/run-status.ts";
export {
  nextRunStatus,
  nextStepStatus,
  RUN_EVENTS,
  RUN_TRANSITIONS,
  STEP_EVENTS,
  STEP_TRANSITIONS,
  type RunEvent,
  type StepEvent,
} from "./run/step-transitions.ts";

// Snapshots and statuses
export type {
  ColumnSnapshot,
  ColumnSource,
  AssetSnapshot,
  CheckSnapshot,
  ConfigSnapshot,
  DefinitionsSnapshot,
  DependencySnapshot,
  RetryPolicy,
  RetryRule,
  SourceLocation,
} from "./snapshot.ts";
export {
  FAILURE_CAUSES,
  PARTITION_STATUSES,
  RUN_STATUSES,
  STEP_STATUSES,
  type FailureCause,
  type PartitionStatus,
  type RunStatus,
  type StepStatus,
} from "./statuses.ts";

// Validation and snapshots of definitions
export { DEFAULT_IO_NAME, snapshotDefinitions, type SnapshotOptions } from "./snapshot-definitions.ts";
export { validateDefinitions } from "./validation/validate-definitions.ts";
export type { DefinitionProblem } from "./validation/definition-problem.ts";
