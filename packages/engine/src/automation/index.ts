export type { AutomationDefinitions } from "./automation-definitions.ts";
export {
  AutomationMemory,
  LOOK_DEADLINE_MS,
  type AutomationLook,
  type AutomationMemoryOptions,
} from "./automation-memory.ts";
export { explainAsOfNow, previewAutomation, type AskedTarget, type ExplainedNow } from "./evaluate-now.ts";
export { newCheckRequests, newRequests, type CheckRequest } from "./new-requests.ts";
