import { requireAsset } from "@heddle/engine/planning";
import { readAssetVersions, type AssetVersionStep, type Transaction } from "@heddle/storage";
import type { ApiState } from "../api-state.ts";
import type { DefinitionChange, Page } from "../contract.ts";
import type { AssetChangesInput } from "../inputs/asset-changes.ts";
import { parseCursor, writeCursor } from "../page-cursor.ts";
import { findDifferences } from "./definition-differences.ts";

/** Versions that are compared in one page; most of them change other assets. */
const COMPARED = 200;

/**
 * Answers `assets.changes`: the versions of the code that changed what an asset is, the newest first. A page may hold fewer
 * than asked for, or nothing, and still not be the last.
 * @throws ASSET_UNKNOWN, API_CURSOR_INVALID
 */
export async function readAssetChanges(
  state: ApiState,
  { key, cursor, limit }: AssetChangesInput,
): Promise<Page<DefinitionChange>> {
  return state.db.read("assets.changes", async (tx) => {
    requireAsset(await state.definitions.index(tx), key);
    const beforeId = typeof cursor === "string" ? (parseCursor(cursor, 1)[0] ?? null) : null;
    return readPage(tx, { key, beforeId, limit });
  });
}

async function readPage(
  tx: Transaction,
  { key, beforeId, limit }: { readonly key: string; readonly beforeId: number | null; readonly limit: number },
): Promise<Page<DefinitionChange>> {
  // One more, to compare the oldest with.
  const versions = await readAssetVersions(tx, { key, beforeId, limit: COMPARED + 1 });
  const isLast = versions.length <= COMPARED;
  const items: DefinitionChange[] = [];
  for (const [at, version] of versions.slice(0, COMPARED).entries()) {
    const earlier = versions.slice(at + 1).find(({ codeLocation }) => codeLocation === version.codeLocation);
    const change = compare(version, earlier, isLast);
    if (change !== null) items.push(change);
    if (items.length === limit) return { items, nextCursor: writeCursor(version.codeVersionId) };
  }
  const last = versions[COMPARED - 1];
  return { items, nextCursor: isLast || last === undefined ? null : writeCursor(last.codeVersionId) };
}

function compare(
  version: AssetVersionStep,
  earlier: AssetVersionStep | undefined,
  isLast: boolean,
): DefinitionChange | null {
  const { codeVersionId, hash, codeLocation, createdAt, isCurrent, definition } = version;
  const facts = { version: codeVersionId, hash, codeLocation, at: createdAt.getTime(), current: isCurrent };
  if (earlier === undefined) {
    return definition === null || !isLast ? null : { ...facts, kind: "first", differences: [] };
  }
  const before = earlier.definition;
  if (definition === null) return before === null ? null : { ...facts, kind: "removed", differences: [] };
  if (before === null) return { ...facts, kind: "declared", differences: [] };
  const differences = findDifferences(before, definition);
  return differences.length === 0 ? null : { ...facts, kind: "changed", differences };
}
