export { everyIdOf, nearestKeys, requireAsset, requireDefinition, requireRunAsset } from "./asset-lookup.ts";
export { readAssetStandings, type AssetStanding, type StandingsScope } from "./asset-standing.ts";
export {
  checkRunKeys,
  launchCheckPlans,
  makeCheckPlans,
  nothingToCheck,
  type CheckPlans,
  type CheckPlansRequest,
  type LaunchChecksOptions,
} from "./check-plans.ts";
export { DefinitionsCache } from "./definitions-cache.ts";
export { DefinitionsIndex, type IndexedAsset } from "./definitions-index.ts";
export { freezeDefinitions } from "./frozen-definitions.ts";
export { choosePartitionsOfEach, hasWindows } from "./choose-partitions.ts";
export { findRefusal, makePlan, type MadePlan, type PlanRequest } from "./make-plan.ts";
export { partitionKeyOf, PartitionSpaces } from "./partition-spaces.ts";
export type { PartitionsChoice, PlanChoice } from "./plan-choice.ts";
export type { OpenRun, PlanOverlaps } from "./plan-overlaps.ts";
export type { PlanningState } from "./planning-state.ts";
export { renewPlan, type RenewPlanRequest } from "./renew-plan.ts";
export { selectAssets } from "./select-assets.ts";
export { findStaleAssets, type StaleAssets, type StaleReason } from "./staleness.ts";
export { judgedBy, readStale, type StaleScope } from "./stale-partitions.ts";
export { stalenessDefinitions } from "./staleness-definitions.ts";
export { URGENCY } from "./urgency.ts";
