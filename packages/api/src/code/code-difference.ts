import { requireAsset } from "@heddle/engine/planning";
import { findAssetVersion, findVersionBefore, getCodeVersion } from "@heddle/storage";
import type { ApiState } from "../api-state.ts";
import type { CodeDifference } from "../contract.ts";
import type { CodeDifferenceInput } from "../inputs/asset-changes.ts";
import { compareSources } from "./compare-sources.ts";
import { openBundle } from "./open-bundle.ts";
import { textsOf } from "./source-map.ts";

/**
 * Answers `code.difference`: the files of a project that differ between a version of its code and the one before, from the
 * texts that are stored with both. All of them are told: what an asset calls may lie in any.
 * @throws ASSET_UNKNOWN
 */
export async function readCodeDifference(
  state: ApiState,
  { key, version }: CodeDifferenceInput,
): Promise<CodeDifference> {
  const found = await state.db.read("code.difference", async (tx) => {
    requireAsset(await state.definitions.index(tx), key);
    const now = await findAssetVersion(tx, { key, codeVersionId: version });
    const before = now && (await findVersionBefore(tx, version));
    return before && { before, declaring: now?.definition.source?.file ?? null };
  });
  if (found === undefined) return { kind: "unknown" };
  const { before, declaring } = found;
  const [had, has] = await Promise.all([readTexts(state, before.codeVersionId), readTexts(state, version)]);
  if (had === undefined || has === undefined) return { kind: "unknown" };
  if (had === null || has === null) return { kind: "without_sources" };
  return {
    kind: "found",
    version,
    before: { version: before.codeVersionId, hash: before.hash, createdAt: before.createdAt.getTime() },
    ...(await compareSources(had, has, declaring)),
  };
}

async function readTexts(state: ApiState, version: number): Promise<ReadonlyMap<string, string> | null | undefined> {
  const code = await getCodeVersion(state.db, version);
  if (code === undefined) return undefined;
  const open = await openBundle(code.bundle);
  return open === null ? null : textsOf(open.map);
}
