import { type AssetSnapshot, partitionScheme } from "@heddle/core/internal";
import { type DefinitionsVersionRow, readDefinitionsVersions, readFormerSnapshots } from "@heddle/storage";
import type { ApiState } from "../api-state.ts";
import type { AssetChange, DefinitionsVersion, DefinitionsVersions, LineageDiff } from "../contract.ts";
import { versionUnknown } from "./former-index.ts";

/** Versions that are listed. */
const MAX_VERSIONS = 100;

/** Answers `lineage.versions`. */
export async function readVersions(state: ApiState): Promise<DefinitionsVersions> {
  const rows = await state.db.read("lineage.versions", (tx) => readDefinitionsVersions(tx, MAX_VERSIONS));
  return { versions: rows.map(describeVersion) };
}

function describeVersion({ createdAt, isCurrent, ...row }: DefinitionsVersionRow): DefinitionsVersion {
  return { ...row, createdAt: createdAt.getTime(), current: isCurrent };
}

/** Answers `lineage.diff`. @throws DEFINITIONS_VERSION_UNKNOWN */
export async function readLineageDiff(state: ApiState, base: number): Promise<LineageDiff> {
  return state.db.read("lineage.diff", async (tx) => {
    const [former] = await readFormerSnapshots(tx, [base]);
    if (former === undefined) throw versionUnknown(base);
    const index = await state.definitions.index(tx);
    const now = index.declared.filter(({ codeLocation }) => codeLocation === former.codeLocation);
    const before = new Map(former.assets.map((asset) => [asset.key, asset]));
    const keys = new Set(now.map(({ key }) => key));
    const changed = now.flatMap(({ key, definition }) => {
      const earlier = before.get(key);
      const what = earlier === undefined ? [] : changesOf(earlier, definition);
      return what.length === 0 ? [] : [{ key, what }];
    });
    const added = now.filter(({ key }) => !before.has(key)).map(({ key }) => key);
    const readers = Map.groupBy(
      former.assets.flatMap((asset) => asset.deps.map(({ upstream }) => ({ upstream, key: asset.key }))),
      ({ upstream }) => upstream,
    );
    const { id, codeLocation, hash, createdAt } = former;
    return {
      base: { id, codeLocation, hash, createdAt: createdAt.getTime(), assets: former.assets.length, current: false },
      added,
      changed,
      // An asset that another code location has taken over is not gone.
      removed: former.assets
        .filter(({ key }) => !keys.has(key) && index.graph.indexOf(key) === -1)
        .map(({ key, group, kinds, owners, deps }) => ({
          id: index.byKey(key)?.id ?? null,
          key,
          group,
          kinds,
          owners,
          upstream: [...new Set(deps.map(({ upstream }) => upstream))],
          downstream: (readers.get(key) ?? []).map((reader) => reader.key),
        })),
      unchanged: now.length - added.length - changed.length,
    };
  });
}

const ASPECTS: readonly (readonly [AssetChange, (asset: AssetSnapshot) => unknown])[] = [
  ["code", ({ codeVersion }) => codeVersion],
  ["dependencies", ({ deps }) => deps],
  // Keys that were added to a numbered definition change it, its scheme tells whether ordinals mean the same.
  ["partitions", ({ partitions }) => [partitions, partitionScheme(partitions)]],
  ["checks", ({ checks }) => checks.map((check) => ({ ...check, source: null }))],
  ["group", ({ group }) => group],
  ["description", ({ description, owners, tags, kinds }) => [description, owners, tags, kinds]],
  [
    "other",
    ({ retry, timeoutMs, isolation, io, resources, automation, freshness, config, pools, chunk }) => [
      retry,
      timeoutMs,
      isolation,
      io,
      resources,
      automation,
      freshness,
      config,
      pools,
      chunk,
    ],
  ],
];

/** What is another about an asset; where its source lies does not count. */
function changesOf(before: AssetSnapshot, now: AssetSnapshot): AssetChange[] {
  return ASPECTS.filter(([, of]) => JSON.stringify(of(before)) !== JSON.stringify(of(now))).map(([aspect]) => aspect);
}
