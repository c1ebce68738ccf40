// What Heddle's own packages share. It changes from version to version: projects import `@heddle/core` alone.

// Brands, errors and plain types
export { brand, hasBrand, type BrandName } from "./brand.ts";
export { ERROR_CATALOGUE, isErrorCode } from "./error-catalogue.ts";
export type { ErrorCatalogueEntry } from "./error-catalogue/error-catalogue-entry.ts";
export { deserializeError, serializeError, type SerializedError } from "./errors.ts";
export { assertNever, type Simplify, type TypeError } from "./types.ts";

// Declarations
export { isAsset } from "./asset.ts";
export { isAssetCheck } from "./asset-check.ts";
export { findAssetKeyProblem, formatAssetKey, MAX_ASSET_KEY_BYTES, parseAssetKey } from "./asset-key.ts";
export { DEFAULT_TIMEOUT_MS } from "./asset-options.ts";
export { isFailed, MAX_CHUNK_SIZE } from "./chunk.ts";
export { isConfigSchema, type ConfigIssue, type ConfigResult } from "./config-schema.ts";
export { findResource, isDefinitions } from "./definitions.ts";
export { isExternalAsset } from "./external-asset.ts";
export { takingPart } from "./run/taking-part.ts";
export { findJsonProblem } from "./json-value.ts";
export { parseJson } from "./parse-json.ts";
export { MAX_METADATA_LENGTH, normalizeMetadata } from "./metadata.ts";
export { profilePreview, type StoredPreview } from "./preview.ts";
export { findNearest, formatNearest } from "./nearest.ts";
export { isOutput } from "./output.ts";
export {
  mergeDerivedColumns,
  type DerivedColumn,
  type DerivedColumns,
  type DeriveColumnsScope,
} from "./columns/derived-columns.ts";
export { isOwnPartitions } from "./own-partitions.ts";
export { assetPool, findPoolProblem, locationPool, MAX_POOL_SLOTS, tagPool, type PoolSnapshot } from "./pool.ts";
export { isResource, isResourceSlot, type ResourceSlot } from "./resource.ts";
export {
  computeRetryDelay,
  DEFAULT_RETRY_POLICY,
  findRetryPolicyProblems,
  mayRetry,
  resolveRetryPolicy,
} from "./retry-policy.ts";
export type { AutomationRunsData } from "./automation/automation-runs.ts";
export {
  isSkip,
  type ChosenChecks,
  type PartitionsRule,
  type RequestedPartitions,
  type RunDefaultsData,
  type RunRequestData,
} from "./run-request.ts";
export { DEFAULT_TICK_TIMEOUT_MS, isSchedule } from "./schedule.ts";
export { type WatchedEvents } from "./event-sensor.ts";
export { DEFAULT_SENSOR_INTERVAL_MS, isSensor } from "./sensor.ts";
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
export { isAutomationCondition } from "./automation/automation-condition.ts";
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
  partsOf,
  type AutomationSpec,
  type ConditionKind,
  type ConditionSpec,
} from "./automation/condition-spec.ts";
export { conditionLabel, conditionText } from "./automation/condition-text.ts";
export { followsData } from "./automation/follows-data.ts";
export { findNotHeldSince, type NotHeldSince } from "./automation/not-held-since.ts";
export { nextAutomationInstant } from "./automation/next-automation-instant.ts";
export { nextByClock } from "./automation/next-by-clock.ts";
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
  type StoredExplanation,
  type StoredTargetState,
} from "./automation/store-automation.ts";
export { groupRequests, type GroupRequestsInput, type RequestGroup } from "./automation/group-requests.ts";
export { evaluateFreshness, type Freshness, type FreshnessInput } from "./freshness/evaluate-freshness.ts";
export { freshnessChanges, type FreshnessChange, type FreshnessChangesInput } from "./freshness/freshness-changes.ts";
export { isFreshnessPolicy } from "./freshness/freshness-policy.ts";
export { FRESHNESS_STATES, type FreshnessSpec } from "./freshness/freshness-spec.ts";

// I/O managers and stores
export { isIoManager, isObjectStore } from "./io-manager.ts";

// Partitions
export { CUSTOM_WINDOWS_AHEAD, MAX_CUSTOM_KEYS, MAX_CUSTOM_PARTITIONS } from "./partitions/custom-mapping.ts";
export { deriveMapping, type DerivedMapping } from "./partitions/derive-mapping.ts";
export { describeMapping, describeWait } from "./partitions/describe-mapping.ts";
export { dimensionKeysOf } from "./partitions/dimension-keys.ts";
export { checkPartitionKey, MAX_PARTITION_KEY_BYTES } from "./partitions/check-partition-key.ts";
export type { DimensionMappingSpec, MappingSpec } from "./partitions/mapping-spec.ts";
export { numberPartitions, type NumberedPartitions, type Numbering } from "./partitions/number-partitions.ts";
export { readPartitionExpression, type PartitionExpression } from "./partitions/partition-expression.ts";
export { partitionScheme } from "./partitions/partition-scheme.ts";
export { PARTITION_CHUNK_SIZE, PartitionSet } from "./partitions/partition-set.ts";
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
export {
  resolveMapping,
  type AbsentPartitions,
  type ResolvedMapping,
  type UpstreamPartitions,
} from "./partitions/resolve-mapping.ts";
export { validatePartitionsSpec } from "./partitions/validate-partitions-spec.ts";
export { requiredBy } from "./partitions/wait-policy.ts";

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
export { isNotification, type NotificationSnapshot } from "./notifications/notification.ts";
export { describeTarget } from "./notifications/notification-target.ts";
export { describeTrigger } from "./notifications/notification-trigger.ts";

// Ticks of schedules and sensors
export { takeEvents, type TakenEvents } from "./tick/consume-events.ts";
export {
  decideSchedule,
  LATE_AFTER_MS,
  MAX_MISSED_TICKS,
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
export { partOfPlan } from "./run/part-of-plan.ts";
export {
  planChecks,
  type CheckedAssetState,
  type PlanChecksInput,
  type PlannedChecks,
  type WantedChecks,
} from "./run/plan-checks.ts";
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
  RunPurpose,
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
  ResourceSnapshot,
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
} from "./statuses.ts";

// Validation and snapshots of definitions
export { DEFAULT_IO_NAME, snapshotDefinitions, type SnapshotOptions } from "./snapshot-definitions.ts";
