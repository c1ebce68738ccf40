import { PartitionSet } from "../partitions/partition-set.ts";
import { fingerprintOf, type AutomationExplanation } from "./automation-explanation.ts";
import { haveSameParts, haveSameSpent, type TargetState } from "./automation-state.ts";
import { schemeOf, type AutomationTarget } from "./compile-automation.ts";
import { evaluateCondition } from "./evaluate-condition.ts";
import { placeOf, type Evaluation, type TargetEvaluation } from "./evaluation-place.ts";
import { generationLimit, guardRequests, type GuardVerdict } from "./loop-guard.ts";
import type { Truth } from "./truth.ts";

/** What the evaluation of one target comes to. */
export interface EvaluatedTarget {
  readonly next: TargetState;
  readonly explanation: AutomationExplanation;
  /** Whether anything is requested that no run holds: also what was requested in the evaluation before, and is over. */
  readonly asksAnew: boolean;
}

/** Evaluates the condition of one target for all of its partitions. */
export function evaluateTarget(
  target: AutomationTarget,
  previous: TargetState | null,
  round: Evaluation,
): EvaluatedTarget {
  const { asset, check, condition } = target;
  const scheme = schemeOf(asset);
  const known = previous?.scheme === scheme ? previous : null;
  const isInitial = known === null;
  const evaluation: TargetEvaluation = {
    ...round,
    isInitial,
    previous: known,
    parts: new Map(),
    sawEvents: isInitial,
  };
  const { truth, explained } = evaluateCondition(condition, placeOf(asset, check, evaluation), evaluation);
  const { requested, stopped, spent } = guard(target, truth, evaluation);
  const explanation: AutomationExplanation = {
    asset: asset.key,
    check: check?.name ?? null,
    at: round.at,
    cursor: round.view.cursor,
    requested,
    stopped,
    root: explained,
  };
  const { parts, sawEvents } = evaluation;
  const isRepeated = known !== null && known.requested.equals(requested);
  const isSettled =
    !sawEvents &&
    isSameVersion(round) &&
    isRepeated &&
    known.stopped.equals(stopped) &&
    haveSameParts(known.parts, parts) &&
    haveSameSpent(known.spent, spent);
  const next: TargetState = {
    scheme,
    requested,
    requestChanged: known === null ? !requested.isEmpty : !isRepeated,
    settled: isSettled,
    parts,
    spent,
    stopped,
    fingerprint: fingerprintOf(explanation),
  };
  return { next, explanation, asksAnew: spent.some(({ at }) => at === round.at) };
}

function guard(
  { asset, check }: AutomationTarget,
  { held, pieces }: Truth,
  evaluation: TargetEvaluation,
): GuardVerdict {
  const { view, automation, at, previous } = evaluation;
  const facts = view.factsOf(asset.key);
  const ofCheck = check === null ? null : (facts.checks.get(check.name)?.inProgress ?? PartitionSet.EMPTY);
  return guardRequests({
    held,
    pieces: pieces ?? [],
    inProgress: ofCheck ?? facts.inProgress,
    failed: check === null ? facts.failed : PartitionSet.EMPTY,
    // Other definitions may well have ended a loop.
    spent: isSameVersion(evaluation) ? (previous?.spent ?? []) : [],
    at,
    maxGeneration: generationLimit(automation.depth),
  });
}

function isSameVersion({ state, automation }: Evaluation): boolean {
  return state.version === automation.version;
}
