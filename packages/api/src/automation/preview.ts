import { explainCondition, parseSelection, PartitionSet } from "@heddle/core";
import { LOOK_DEADLINE_MS, newRequests, previewAutomation } from "@heddle/engine/automation";
import { partitionKeyOf, selectAssets } from "@heddle/engine/planning";
import type { ApiState } from "../api-state.ts";
import type { AutomationPreview, AutomationRequestPreview } from "../contract.ts";
import type { AutomationPreviewInput } from "../inputs.ts";
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
      const explanations = new Map(
        result.explanations.flatMap((one) => (one.check === null ? [[one.asset, one] as const] : [])),
      );
      const requests: AutomationRequestPreview[] = [];
      for (const [key, set] of newRequests(result)) {
        const asset = index.byKey(key);
        if (asset === undefined || (wanted !== null && !wanted.has(key)) || requests.length >= MAX_REQUESTS) continue;
        const partitions = set.subtract(look.view.factsOf(key).inProgress ?? PartitionSet.EMPTY);
        const { first } = partitions;
        if (first === undefined) continue;
        const space = spaces.of(asset);
        const isCut = asset.definition.partitions !== null;
        const partition = isCut ? partitionKeyOf(space, first) : "";
        const explanation = explanations.get(key);
        const reasons =
          explanation === undefined
            ? []
            : explainCondition(explanation, { partition, assets, dynamicKeys: look.dynamicKeys }).reasons;
        requests.push({
          asset: { id: asset.id, key },
          check: null,
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
