export { checkSilence } from "./checks.ts";
export { attentionNote, favourite, savedView } from "./catalog.ts";
export {
  automationCondition,
  automationEvaluation,
  automationRound,
  automationState,
  automationSwitch,
  freshness,
  freshnessChange,
} from "./automation.ts";
export { audit, daemonLoop, type Actor } from "./audit.ts";
export { asset, codeLocation, codeVersion, environment } from "./code.ts";
export { collection, deployment } from "./collection.ts";
export { event, lease } from "./events.ts";
export { notification, notificationMessage, webhookReceipt, type MessageState } from "./notifications.ts";
export {
  assetChunk,
  assetPartition,
  assetStaleness,
  checkResult,
  dynamicDefinition,
  dynamicPartition,
  materialization,
  stalenessRound,
  wipe,
  type MaterializationInputs,
} from "./partitions.ts";
export { previewRequest } from "./previews.ts";
export { attempt, claim, freshChunk, logChunk, pool, run, runAsset, runChunk, step, subStep, worker } from "./runs.ts";
export {
  schedule,
  sensor,
  tick,
  tickChange,
  tickRequest,
  type TickChangeKind,
  type TickKind,
  type TickOutcome,
} from "./ticks.ts";
