import { HeddleError } from "@heddle/core";
import { partitionScheme } from "@heddle/core/internal";
import { DefinitionsIndex } from "@heddle/engine/planning";
import { type FormerSnapshot, readFormerSnapshots, readVersionsInForce, type Transaction } from "@heddle/storage";
import type { ApiState } from "../api-state.ts";

/** Versions of definitions that are remembered: they never change. */
const KEPT = 3;

const remembered = new WeakMap<ApiState, Map<string, DefinitionsIndex>>();

/**
 * Names the definitions that were in force at a moment by the versions of their code locations, such as `3,17`; `null`
 * when they are those of now.
 */
export async function readVersionAt(tx: Transaction, at: Date): Promise<string | null> {
  const versions = await readVersionsInForce(tx, at);
  if (versions.every(({ codeVersionId, currentCodeVersionId }) => codeVersionId === currentCodeVersionId)) return null;
  return versions.flatMap(({ codeVersionId }) => codeVersionId ?? []).join(",");
}

/** The definitions of a version as `readVersionAt` names it. @throws DEFINITIONS_VERSION_UNKNOWN */
export async function readFormerIndex(state: ApiState, tx: Transaction, version: string): Promise<DefinitionsIndex> {
  const known = remembered.get(state) ?? new Map<string, DefinitionsIndex>();
  remembered.set(state, known);
  const before = known.get(version);
  if (before !== undefined) return before;
  const ids = version === "" ? [] : version.split(",").map(Number);
  const snapshots = await readFormerSnapshots(tx, ids);
  if (snapshots.length < ids.length) throw versionUnknown(version);
  const index = indexOf(version, snapshots, await state.definitions.index(tx));
  known.set(version, index);
  for (const oldest of known.keys()) {
    if (known.size <= KEPT) break;
    known.delete(oldest);
  }
  return index;
}

/** Former definitions with the ids that their assets have; one of which nothing is left has none and is left out. */
function indexOf(version: string, snapshots: readonly FormerSnapshot[], current: DefinitionsIndex): DefinitionsIndex {
  return new DefinitionsIndex({
    version,
    assets: snapshots.flatMap(({ codeLocation, assets }) =>
      assets.flatMap((definition) => {
        const scheme = partitionScheme(definition.partitions);
        const rows = [current.byKey(definition.key) ?? [], current.formerOf(definition.key)].flat();
        const row = rows.find((candidate) => candidate.scheme === scheme) ?? rows[0];
        if (row === undefined) return [];
        const { id, key } = row;
        return [{ id, key, scheme, numbering: null, codeLocation, definition, removedAt: null, supersededAt: null }];
      }),
    ),
  });
}

/** @throws never: makes the error */
export function versionUnknown(version: string | number): HeddleError {
  return new HeddleError(
    "DEFINITIONS_VERSION_UNKNOWN",
    `the definitions ${version} are not known, or not kept any more`,
    {
      hint: "`lineage.versions` lists those that are kept; retention removes versions that nothing refers to after 30 days.",
      details: { version },
    },
  );
}
