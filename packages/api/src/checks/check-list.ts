import { requireAsset } from "@heddle/engine/planning";
import { readCheckHistory } from "@heddle/storage";
import type { ApiState } from "../api-state.ts";
import type { CheckResult, Page } from "../contract.ts";
import type { CheckHistoryInput } from "../inputs/checks.ts";
import { parseCursor, writeCursor } from "../page-cursor.ts";
import { describeResult } from "./check-answers.ts";

/**
 * Answers `checks.history`: every result of an asset's checks, superseded ones included, newest first. A check of a name
 * that has no results gives an empty page. @throws ASSET_UNKNOWN, API_CURSOR_INVALID
 */
export async function readChecksHistory(state: ApiState, input: CheckHistoryInput): Promise<Page<CheckResult>> {
  await state.checks.refresh(state.db);
  const { key, check, ordinal, outcome, cursor, limit } = input;
  return state.db.read("checks.history", async (tx) => {
    const asset = requireAsset(await state.definitions.index(tx), key);
    const declared = asset.definition.checks.map(({ name }) => name);
    const rows = await readCheckHistory(tx, {
      environmentId: await state.definitions.environmentId(tx),
      assetId: asset.id,
      names: check === undefined ? [...new Set([...declared, ...state.checks.ofAsset(asset.id).keys()])] : [check],
      ordinal,
      verdict: outcome,
      beforeId: typeof cursor === "string" ? parseCursor(cursor, 1)[0] : undefined,
      limit: limit + 1,
    });
    const page = rows.slice(0, limit);
    const last = page.at(-1);
    const space = (await state.definitions.spaces(tx, Date.now())).of(asset);
    return {
      items: page.map((row) => describeResult(row, space)),
      nextCursor: rows.length > page.length && last !== undefined ? writeCursor(last.id) : null,
    };
  });
}
