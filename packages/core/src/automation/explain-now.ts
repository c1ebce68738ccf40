import type { AutomationExplanation } from "./automation-explanation.ts";
import { evaluateAutomation, type EvaluateAutomationInput } from "./evaluate-automation.ts";

/**
 * What an evaluation would find at this moment for one asset's condition, or one check's, whether anything has changed or
 * not: for "why not?" while nothing happens. Nothing is decided by it; its state is not to be kept.
 *
 * @returns `null` for what has no condition
 */
export function explainNow(
  input: Omit<EvaluateAutomationInput, "full">,
  of: { readonly asset: string; readonly check: string | null },
): AutomationExplanation | null {
  const targets = [...input.state.targets].map(([id, target]) => [id, { ...target, fingerprint: NEVER }] as const);
  // Evaluations explain what is new to them, and decide nothing on a view that they have seen.
  const state = { ...input.state, cursor: "", targets: new Map(targets) };
  const { explanations } = evaluateAutomation({ ...input, state, full: true });
  return explanations.find(({ asset, check }) => asset === of.asset && check === of.check) ?? null;
}

/** No explanation has it. */
const NEVER = -1;
