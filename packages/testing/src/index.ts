export { captureLog, type CapturedLine, type CapturedLog } from "./capture-log.ts";
export {
  materializeInMemory,
  type CheckedStep,
  type FailedStep,
  type InMemoryResult,
  type MaterializeOptions,
} from "./materialize-in-memory.ts";
export { partitionedInput } from "./partitioned-input.ts";
