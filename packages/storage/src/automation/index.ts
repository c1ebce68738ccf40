export {
  evaluationKey,
  recordAutomation,
  type AutomationEvaluationWrite,
  type AutomationResultKind,
  type AutomationStateWrite,
  type LaunchAutomation,
  type LaunchedRequest,
  type RecordedAutomation,
} from "./record-automation.ts";
export {
  readAutomationRound,
  readAutomationStates,
  readAutomationSwitches,
  type AutomationRound,
  type AutomationStateRow,
  type AutomationSwitchRow,
} from "./load-automation.ts";
export {
  readAutomationEvents,
  readAutomationRuns,
  type AutomationEvent,
  type AutomationEvents,
  type AutomationRun,
} from "./automation-events.ts";
export { readUpdateDetails, type PublishedSet, type UpdateDetail } from "./update-details.ts";
export {
  CHECK_FACTS_DEADLINE_MS,
  readCheckFacts,
  readNewCheckFacts,
  type CheckFactsRow,
  type NewCheckFacts,
} from "./check-facts.ts";
export {
  readAutomationEvaluation,
  readAutomationEvaluations,
  readAutomationExplanations,
  type AutomationEvaluationQuery,
  type AutomationEvaluationRow,
} from "./evaluation-list.ts";
export {
  switchAutomation,
  switchAutomations,
  type AutomationsSwitch,
  type AutomationSwitch,
} from "./switch-automation.ts";
