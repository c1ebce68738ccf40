import { PARTITION_STATUSES, PartitionSet, type PartitionStatus } from "@heddle/core/internal";
import { type IndexedAsset, type PartitionSpaces, URGENCY } from "@heddle/engine/planning";
import {
  NO_PARTITION_SETS,
  type PartitionSets,
  type PastState,
  readPartitionSets,
  readPastStates,
} from "@heddle/storage";
import type { ApiState } from "../api-state.ts";
import { snapshotOf } from "../assets/assets-snapshot.ts";
import type { LineageGraph, LineageStatuses, PartitionCounts } from "../contract.ts";
import { readFormerIndex, readVersionAt } from "./former-index.ts";

const UNCHANGED: PastState = {
  madeLater: 0,
  lastMaterializedAt: null,
  changedLater: false,
  failed: PartitionSet.EMPTY,
  work: null,
};

/** Answers `lineage.graph`. @throws DEFINITIONS_VERSION_UNKNOWN */
export async function readLineageGraph(state: ApiState, version: string): Promise<LineageGraph> {
  return state.db.read("lineage.graph", async (tx) => snapshotOf(await readFormerIndex(state, tx, version)));
}

/** Answers `lineage.statusAt`: a constant number of statements, whatever the number of assets and runs. */
export async function readStatusAt(state: ApiState, at: number): Promise<LineageStatuses> {
  return state.db.read("lineage.statusAt", async (tx) => {
    const moment = new Date(at);
    const version = await readVersionAt(tx, moment);
    const index = version === null ? await state.definitions.index(tx) : await readFormerIndex(state, tx, version);
    const spaces = await state.definitions.spaces(tx, at);
    const environmentId = await state.definitions.environmentId(tx);
    const sets = await readPartitionSets(tx, { environmentId });
    const past = await readPastStates(tx, { environmentId, at: moment });
    const stood = index.declared.map((asset) =>
      standingAt(asset, {
        spaces,
        now: sets.get(asset.id) ?? NO_PARTITION_SETS,
        before: past.get(asset.id) ?? UNCHANGED,
      }),
    );
    const column = (status: PartitionStatus): number[] => stood.map(({ counts }) => counts[status]);
    return {
      at,
      version,
      ids: stood.map(({ id }) => id),
      codes: stood.map(({ code }) => code),
      lastMaterializedAt: stood.map(({ lastMaterializedAt }) => lastMaterializedAt),
      totals: stood.map(({ total }) => total),
      counts: {
        missing: column("missing"),
        fresh: column("fresh"),
        stale: column("stale"),
        failed: column("failed"),
        running: column("running"),
        queued: column("queued"),
        skipped: column("skipped"),
      },
    };
  });
}

interface AssetThen {
  readonly id: number;
  readonly code: number;
  readonly total: number;
  readonly lastMaterializedAt: number | null;
  readonly counts: PartitionCounts;
}

interface Knowledge {
  readonly spaces: PartitionSpaces;
  readonly now: PartitionSets;
  readonly before: PastState;
}

/** How one asset stood: what is materialized now, less what was made for the first time since. */
function standingAt(asset: IndexedAsset, { spaces, now, before }: Knowledge): AssetThen {
  const counts = { missing: 0, fresh: 0, stale: 0, failed: 0, running: 0, queued: 0, skipped: 0 };
  const last = before.changedLater ? before.lastMaterializedAt : now.lastMaterializedAt;
  if (asset.definition.kind === "external")
    return { id: asset.id, code: -1, total: 0, lastMaterializedAt: last?.getTime() ?? null, counts };
  const all = spaces.of(asset).all;
  const failed = before.failed.intersect(all).size;
  const made = Math.max(0, now.materialized.intersect(all).size - before.madeLater);
  // A failed partition may hold an older value; it counts as failed.
  const fresh = Math.max(0, Math.min(made, all.size - failed));
  const rest = all.size - failed - fresh;
  const work = before.work === null ? 0 : Math.max(1, rest);
  Object.assign(counts, {
    failed,
    fresh: Math.max(0, fresh - Math.max(0, work - rest)),
    missing: Math.max(0, rest - work),
  });
  if (before.work !== null) counts[before.work] = Math.min(work, all.size - failed);
  const status = URGENCY.find((candidate) => counts[candidate] > 0) ?? "missing";
  return {
    id: asset.id,
    code: PARTITION_STATUSES.indexOf(status),
    total: all.size,
    lastMaterializedAt: last?.getTime() ?? null,
    counts,
  };
}
