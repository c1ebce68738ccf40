import { type JsonValue } from "@heddle/core";
import {
  storeExplanation,
  storeTargetState,
  PartitionSet,
  type AutomationResult,
  type AutomationState,
} from "@heddle/core/internal";
import type { AutomationStateWrite, NewEvent, RecordedAutomation } from "@heddle/storage";
import type { PlanningState } from "../../planning/index.ts";
import { launchAutomation } from "./launch-automation.ts";
import { newCheckRequests, newRequests, type AutomationLook } from "../../automation/index.ts";

/** What an evaluation came to, and what it began from. */
export interface Evaluated {
  readonly result: AutomationResult;
  readonly before: AutomationState;
}

/** Whether an evaluation came to anything that must not be lost. */
export function isWorthWriting({ freshness }: AutomationLook, { result, before }: Evaluated): boolean {
  return (
    result.changedTargets.length > 0 ||
    result.explanations.length > 0 ||
    result.loops.length > 0 ||
    freshness.rows.length + freshness.changes.length + freshness.gone.length > 0 ||
    result.state.version !== before.version
  );
}

/** What an evaluation writes. */
export function writeOf(
  look: AutomationLook,
  {
    result,
    before,
    version,
    environment,
    planning,
  }: Evaluated & { readonly version: number; readonly environment: string; readonly planning: PlanningState },
): RecordedAutomation {
  const { environmentId, view, freshness } = look;
  const { state, changedTargets, explanations } = result;
  const requests = newRequests(result);
  const checks = newCheckRequests(result);
  const at = state.at;
  return {
    environmentId,
    expectedVersion: version,
    at,
    cursor: view.cursor,
    definitions: state.version,
    states: changedTargets.map((id) => stateWrite(id, state)),
    evaluations: explanations.map((explanation) => ({
      explanation: storeExplanation(explanation),
      requested: explanation.requested,
      stopped: explanation.stopped,
      heldCount: explanation.root.held.size,
    })),
    freshness,
    events: [...freshnessEvents(look), ...loopEvents(look, result)],
    launch:
      requests.size + checks.length === 0
        ? null
        : launchAutomation({
            requests,
            checks,
            generations: result.generations,
            at,
            originKey: `condition:${environmentId}:${version}:${before.at}`,
            environment,
            planning,
            look,
          }),
  };
}

function stateWrite(id: string, { targets }: AutomationState): AutomationStateWrite {
  const [asset = "", check = null] = id.split("\n");
  const state = targets.get(id);
  return {
    asset,
    check,
    state: state === undefined ? null : storeTargetState(state),
    stopped: state?.stopped ?? PartitionSet.EMPTY,
  };
}

function freshnessEvents({ freshness, definitions }: AutomationLook): NewEvent[] {
  return freshness.changes.flatMap(({ asset, from, to, at }) => {
    const id = definitions.index.byKey(asset)?.id;
    // That a policy was judged for the first time is no news, unless it is bad.
    if (id === undefined || (from === null && to !== "warn" && to !== "fail")) return [];
    return [{ kind: "freshness_changed", assetId: id, payload: { from, to, at } satisfies JsonValue }];
  });
}

function loopEvents({ definitions }: AutomationLook, { loops }: AutomationResult): NewEvent[] {
  return loops.flatMap(({ asset, check, partitions }) => {
    const id = definitions.index.byKey(asset)?.id;
    return id === undefined ? [] : [{ kind: "automation_stopped", assetId: id, partitions, payload: { check } }];
  });
}
