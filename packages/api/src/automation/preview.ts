import { explainCondition, parseSelection, PartitionSet, targetId, type AutomationResult } from "@heddle/core/internal";
import {
  LOOK_DEADLINE_MS,
  newCheckRequests,
  newRequests,
  previewAutomation,
  type AutomationLook,
} from "@heddle/engine/automation";
import { partitionKeyOf, selectAssets } from "@heddle/engine/planning";
import type { ApiState } from "../api-state.ts";
import type { AutomationPreview, AutomationRequestPreview } from "../contract.ts";
import type { AutomationPreviewInput } from "../inputs/automation.ts";
import { SHOWN_RANGES } from "./limits.ts";
import { sentenceParts } from "./sentence-parts.ts";

const MAX_REQUESTS = 1_000;
const MAX_RANGES = 1_000;

/** Answers `automation.preview`. @throws SELECTION_SYNTAX */
export async function previewRequests(state: ApiState, input: AutomationPreviewInput): Promise<AutomationPreview> {
  return state.db.read(
    "automation.preview",
    async (tx) => {
      const { look, result } = await previewAutomation(state, tx);
      const index = await state.definitions.index(tx);
      const spaces = await state.definitions.spaces(tx, look.at);
      const wanted =
        input.selection === undefined
          ? null
          : new Set((await selectAssets(state, tx, parseSelection(input.selection))).map(({ key }) => key));
      const assets = [...look.definitions.compiled.assets.values()];
      const explanations = new Map(result.explanations.map((one) => [targetId(one.asset, one.check), one]));
      const requests: AutomationRequestPreview[] = [];
      for (const { key, check, partitions } of requestsOf(look, result)) {
        const asset = index.byKey(key);
        if (asset === undefined || (wanted !== null && !wanted.has(key)) || requests.length >= MAX_REQUESTS) continue;
        const { first } = partitions;
        if (first === undefined) continue;
        const space = spaces.of(asset);
        const isCut = asset.definition.partitions !== null;
        const partition = isCut ? partitionKeyOf(space, first) : "";
        const explanation = explanations.get(targetId(key, check));
        const reasons =
          explanation === undefined
            ? []
            : explainCondition(explanation, { partition, assets, dynamicKeys: look.dynamicKeys }).reasons;
        requests.push({
          asset: { id: asset.id, key },
          check,
          partitions: partitions.ranges.slice(0, MAX_RANGES * 2),
          text: isCut ? space.format(partitions, SHOWN_RANGES) : "",
          count: partitions.size,
          sentences: reasons.map((reason) => sentenceParts(reason, { index, spaces })),
        });
      }
      return { at: look.at, requests, evaluated: result.evaluated };
    },
    { deadlineMs: LOOK_DEADLINE_MS },
  );
}

interface Requested {
  readonly key: string;
  readonly check: string | null;
  readonly partitions: PartitionSet;
}

/** What would be launched: materializations first, then runs of checks on what has a value. */
function requestsOf(look: AutomationLook, result: AutomationResult): Requested[] {
  const made = [...newRequests(result)].map(([key, set]) => {
    const { inProgress } = look.view.factsOf(key);
    return { key, check: null, partitions: set.subtract(inProgress) };
  });
  const checked = newCheckRequests(result).map(({ asset, check, partitions }) => {
    const { materialized, checks } = look.view.factsOf(asset);
    const isRunning = checks.get(check)?.inProgress ?? PartitionSet.EMPTY;
    return { key: asset, check, partitions: partitions.intersect(materialized).subtract(isRunning) };
  });
  return [...made, ...checked];
}
