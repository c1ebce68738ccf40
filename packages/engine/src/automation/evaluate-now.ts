import {
  evaluateAutomation,
  explainNow,
  targetId,
  type AutomationExplanation,
  type AutomationResult,
  type CompiledAutomation,
} from "@heddle/core/internal";
import type { Transaction } from "@heddle/storage";
import type { PlanningState } from "../planning/index.ts";
import { AutomationMemory, type AutomationLook } from "./automation-memory.ts";
import { closureOf } from "./closure.ts";

/** A condition that is asked about. */
export interface AskedTarget {
  readonly asset: string;
  readonly check: string | null;
}

/** What an evaluation would find at this moment. */
export interface ExplainedNow {
  readonly look: AutomationLook;
  /** Everything that is declared and switched on. */
  readonly compiled: CompiledAutomation;
  readonly explanation: AutomationExplanation | null;
}

/** Evaluates one condition, and those on which it depends, as of now; nothing is decided by it. */
export async function explainAsOfNow(
  planning: PlanningState,
  tx: Transaction,
  asked: AskedTarget,
): Promise<ExplainedNow> {
  let whole: CompiledAutomation | undefined;
  const memory = new AutomationMemory({
    planning,
    only: (compiled) => closureOf((whole = compiled), [targetId(asked.asset, asked.check)]),
  });
  const look = await memory.look(tx);
  const automation = look.definitions.compiled;
  const explanation = explainNow({ automation, view: look.view, state: memory.state }, asked);
  return { look, compiled: whole ?? automation, explanation };
}

/** What an evaluation of all conditions would come to at this moment; nothing is decided by it. */
export async function previewAutomation(
  planning: PlanningState,
  tx: Transaction,
): Promise<{ readonly look: AutomationLook; readonly result: AutomationResult }> {
  const memory = new AutomationMemory({ planning });
  const look = await memory.look(tx);
  // Evaluations decide nothing on a view that they have seen, and explain what is new to them.
  const targets = new Map([...memory.state.targets].map(([id, target]) => [id, { ...target, fingerprint: -1 }]));
  const state = { ...memory.state, cursor: "", targets };
  const result = evaluateAutomation({ automation: look.definitions.compiled, view: look.view, state, full: true });
  return { look, result };
}
