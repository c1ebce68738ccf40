export {
  addDynamicPartitions,
  addDynamicPartitionsIn,
  MAX_DYNAMIC_KEYS_PER_CALL,
  removeDynamicPartitions,
  type ChangeDynamicPartitionsOptions,
  type DynamicPartitionsResult,
} from "./dynamic-partitions.ts";
export { MAX_DYNAMIC_KEYS, type DynamicPartitionsRequest } from "./dynamic-changes.ts";
