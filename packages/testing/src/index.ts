export { captureLog, type CapturedLine, type CapturedLog } from "./capture-log.ts";
export { assetContext, checkContext, type AssetContextParts, type CheckContextParts } from "./contexts.ts";
export type { CheckedStep, FailedStep, InMemoryResult, SkippedStep, StepName } from "./in-memory-result.ts";
export { materializeInMemory } from "./materialize-in-memory.ts";
export type { MaterializeOptions } from "./materialize-options.ts";
export { partitionedInput } from "./partitioned-input.ts";
