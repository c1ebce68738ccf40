import { everyIdOf } from "@heddle/engine/planning";
import { readRuns } from "@heddle/storage";
import type { ApiState } from "../api-state.ts";
import type { Page, RunSummary } from "../contract.ts";
import type { RunListInput } from "../inputs.ts";
import { parseCursor, writeCursor } from "../page-cursor.ts";
import { describeRun } from "./run-answers.ts";

/** Answers `runs.list`: newest first. */
export async function readRunList(state: ApiState, input: RunListInput): Promise<Page<RunSummary>> {
  await state.checks.refresh(state.db);
  return state.db.read("runs.list", async (tx) => {
    const index = await state.definitions.index(tx);
    const rows = await readRuns(tx, {
      environmentId: await state.definitions.environmentId(tx),
      statuses: input.statuses,
      assetIds: input.asset === undefined ? undefined : everyIdOf(index, input.asset),
      text: input.text,
      beforeId: typeof input.cursor === "string" ? parseCursor(input.cursor, 1)[0] : undefined,
      limit: input.limit + 1,
    });
    const page = rows.slice(0, input.limit);
    const last = page.at(-1);
    return {
      items: page.map((row) => describeRun(row, index, state.checks)),
      nextCursor: rows.length > page.length && last !== undefined ? writeCursor(last.id) : null,
    };
  });
}
