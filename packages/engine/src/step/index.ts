// What a step is made of, for whoever makes steps without a worker: tests in memory and benchmarks.
export type { CheckReport, ChunkPartition, PartitionsChange, StepAssignment, StepInput } from "../worker/protocol.ts";
export { InputFinder, resolveInputs, type ResolvedInput } from "./find-inputs.ts";
export { createPartitionedInput, type PartitionedSource } from "./partitioned-input.ts";
export type { PreviewTask } from "../preview/preview-protocol.ts";
export { previewStored } from "./preview-stored.ts";
export { createResourceScope, type ResourceRequest, type ResourceScope } from "./resource-scope.ts";
export { runChunk, type ChunkListener, type ChunkResult } from "./run-chunk.ts";
export { runStep, type StepResult } from "./run-step.ts";
export type { StepPorts } from "./step-ports.ts";
export { SubSteps, type RecordedSubStep, type SubStepPorts, type SubStepRecord } from "./sub-steps.ts";
