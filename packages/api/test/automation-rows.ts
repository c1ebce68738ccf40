import { PartitionSet, storeExplanation, storeTargetState } from "@heddle/core/internal";
import { previewAutomation } from "@heddle/engine/automation";
import { DefinitionsCache } from "@heddle/engine/planning";
import { recordAutomation, type Database, type FreshnessRow } from "@heddle/storage";

/** Writes down one evaluation of all conditions, as the daemon does, which has asked for `runId` and stopped. */
export async function recordEvaluation(db: Database, runId: number): Promise<void> {
  const planning = { definitions: new DefinitionsCache("production") };
  const { look, result } = await db.read("evaluate", (tx) => previewAutomation(planning, tx));
  const { environmentId, view, freshness } = look;
  const { state, explanations } = result;
  await recordAutomation(db, {
    environmentId,
    expectedVersion: 0,
    at: state.at,
    cursor: view.cursor,
    definitions: state.version,
    states: [...state.targets].map(([asset, target]) => ({
      asset,
      check: null,
      state: storeTargetState({ ...target, stopped: PartitionSet.of([504]) }),
      stopped: PartitionSet.of([504]),
    })),
    evaluations: explanations.map((explanation) => ({
      explanation: storeExplanation({ ...explanation, requested: PartitionSet.of([504]) }),
      requested: PartitionSet.of([504]),
      stopped: PartitionSet.EMPTY,
      heldCount: explanation.root.held.size,
    })),
    freshness,
    events: [],
    launch: async () => explanations.map(({ asset, check }) => ({ asset, check, count: 1, runId, problem: null })),
  });
}

/** Writes down how fresh an asset is, as the daemon does when no condition has changed. */
export async function recordFreshness(db: Database, row: FreshnessRow): Promise<void> {
  const planning = { definitions: new DefinitionsCache("production") };
  const { look, result } = await db.read("evaluate", (tx) => previewAutomation(planning, tx));
  await recordAutomation(db, {
    environmentId: look.environmentId,
    expectedVersion: 0,
    at: result.state.at,
    cursor: look.view.cursor,
    definitions: result.state.version,
    states: [],
    evaluations: [],
    freshness: { rows: [row], changes: [], gone: [] },
    events: [],
    launch: async () => [],
  });
}
