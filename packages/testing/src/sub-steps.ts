import { SubSteps, type RecordedSubStep, type SubStepRecord } from "@heddle/engine/step";
import type { Logger, MapSubSteps, RunSubStep } from "@heddle/core";

/** Sub-steps of a step that is run once, in memory. */
export function recordInMemory(): SubStepRecord {
  const done: RecordedSubStep[] = [];
  return {
    read: async () => [...done],
    write: async (subStep) => void done.push(subStep),
  };
}

/** The functions `step` and `map` of a context: they do what they are asked to. */
export function subStepFunctions(ports: { readonly signal: AbortSignal; readonly log: Logger }): {
  readonly step: RunSubStep;
  readonly map: MapSubSteps;
} {
  return new SubSteps({ record: recordInMemory(), random: Math.random, ...ports }).functions;
}
