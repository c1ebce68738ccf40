import { requireRunAsset } from "@heddle/engine/planning";
import { readRun, readRunOutputs as readOutputs, readRunSteps as readStepPage } from "@heddle/storage";
import type { ApiState } from "../api-state.ts";
import { describeMaterializations } from "../assets/materialization-answer.ts";
import type { Page, RunOutput } from "../contract.ts";
import type { RunOutputsInput } from "../inputs/runs.ts";
import { parseCursor, writeCursor } from "../page-cursor.ts";
import { runUnknown } from "./run-answers.ts";

/** Answers `runs.outputs`: in order of the asset's position in the run, then the ordinal. @throws RUN_UNKNOWN, ASSET_UNKNOWN */
export async function readRunOutputs(state: ApiState, input: RunOutputsInput): Promise<Page<RunOutput>> {
  const { runId, limit } = input;
  return state.db.read("runs.outputs", async (tx) => {
    const index = await state.definitions.index(tx);
    const environmentId = await state.definitions.environmentId(tx);
    if ((await readRun(tx, { environmentId, runId })) === null) throw runUnknown(runId);
    const asset = input.asset === undefined ? undefined : await requireRunAsset(tx, index, { runId, key: input.asset });
    const [position = 0, ordinal = 0] = typeof input.cursor === "string" ? parseCursor(input.cursor, 2) : [];
    const page = await readStepPage(tx, {
      runId,
      assetId: asset?.id,
      statuses: ["success"],
      after: typeof input.cursor === "string" ? { position, ordinal } : undefined,
      limit,
    });
    const rows = await readOutputs(tx, { environmentId, runId, steps: page.steps });
    const spaces = await state.definitions.spaces(tx, Date.now());
    const made = rows.flatMap((row) => {
      const ofRow = index.byId(row.assetId);
      return ofRow === undefined ? [] : [{ row, asset: ofRow }];
    });
    const described = await describeMaterializations(state, tx, { made, index, spaces });
    return {
      items: described.flatMap((materialization, i): RunOutput[] => {
        const assetId = made[i]?.asset.id;
        return assetId === undefined ? [] : [{ asset: index.refOf(assetId), ...materialization }];
      }),
      nextCursor: page.next === null ? null : writeCursor(page.next.position, page.next.ordinal),
    };
  });
}
