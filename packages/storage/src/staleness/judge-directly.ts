import { PartitionSet } from "@heddle/core/internal";
import type { Transaction } from "../database.ts";
import { findChangedInputs } from "../read/changed-inputs.ts";
import { readCurrentRuns, type CurrentRun } from "../read/current-runs.ts";
import { readAssetCodeVersions } from "../read/definitions.ts";
import { NO_PARTITION_SETS, type PartitionSets } from "../read/partition-sets.ts";
import { findSuspects, hasOtherCode, RunTimeline, unionOf } from "../read/stale-partitions.ts";
import type { StalenessQuery, Task } from "./judge-staleness.ts";
import type { StalenessRow } from "./staleness-rows.ts";

interface DirectQuery extends Pick<StalenessQuery, "environmentId" | "limit" | "codeVersionsOf"> {
  /** By asset id, every one after those it reads. */
  readonly tasks: ReadonlyMap<number, Task>;
  /** Of the assets of the tasks. */
  readonly sets: ReadonlyMap<number, PartitionSets>;
}

/** One task with what of it can be judged now. */
interface Part extends Task {
  readonly materialized: PartitionSet;
  /** Touched, materialized, and not held by a run. */
  readonly part: PartitionSet;
  /** What a run holds: it is judged when that has ended. */
  readonly held: PartitionSet;
}

/**
 * Judges by what was made how, and leaves out what follows from the staleness of inputs. Four statements, and three for each
 * dependency of which an input may have come out different.
 */
export async function judgeDirectly(
  tx: Transaction,
  { environmentId, limit, codeVersionsOf = readAssetCodeVersions, tasks, sets }: DirectQuery,
): Promise<{ readonly judged: ReadonlyMap<number, StalenessRow>; readonly isPartial: boolean }> {
  const parts = [...tasks.values()].map((task) => partOf(task, sets.get(task.asset.id) ?? NO_PARTITION_SETS));
  const within = findWanted(parts);
  const runs =
    within.size === 0
      ? new Map<number, CurrentRun[]>()
      : await readCurrentRuns(tx, { environmentId, assetIds: [...within.keys()], within });
  const codeVersionIds = new Set([...runs.values()].flatMap((own) => own.flatMap((run) => run.codeVersionId ?? [])));
  const codeVersions = await codeVersionsOf(tx, [...codeVersionIds]);
  const timelines = new Map([...runs].map(([assetId, own]) => [assetId, new RunTimeline(own)]));
  const judged = new Map<number, StalenessRow>();
  let left = limit;
  let isPartial = false;
  for (const { asset, row, replaced, materialized, part, held } of parts) {
    const own = narrow(runs.get(asset.id) ?? [], part);
    const otherCode = unionOf(own.filter((run) => hasOtherCode(run, asset, codeVersions)));
    const code = row.code.subtract(part).subtract(replaced).intersect(materialized).union(otherCode);
    const open = part.subtract(code);
    let suspects = PartitionSet.EMPTY;
    const byDep = asset.deps.map(({ upstreamId, mapping }) => {
      const timeline = timelines.get(upstreamId);
      const found = timeline === undefined ? PartitionSet.EMPTY : findSuspects(own, timeline, mapping).intersect(open);
      suspects = suspects.union(found);
      return { upstreamId, mapping, found };
    });
    const taken = suspects.take(left);
    const later = suspects.subtract(taken);
    left -= taken.size;
    isPartial ||= !later.isEmpty;
    const settled = part.subtract(later);
    let inputs = row.inputs.subtract(settled).subtract(replaced).intersect(materialized).subtract(code);
    for (const { upstreamId, mapping, found } of byDep) {
      const upstream = { id: upstreamId, runs: runs.get(upstreamId) ?? [], mapping };
      const looked = found.intersect(taken).subtract(inputs);
      inputs = inputs.union(
        await findChangedInputs(tx, { environmentId, assetId: asset.id, suspects: looked, upstream }),
      );
    }
    judged.set(asset.id, { ...row, code, inputs, pending: held.union(later) });
  }
  return { judged, isPartial };
}

function partOf(task: Task, { materialized, running, queued }: PartitionSets): Part {
  const touched = task.touched === null ? materialized : task.touched.intersect(materialized);
  const held = touched.intersect(running.union(queued));
  return { ...task, materialized, part: touched.subtract(held), held };
}

/** What has to be known of which assets: of the tasks' own partitions, and of those that they read. */
function findWanted(parts: readonly Part[]): Map<number, PartitionSet> {
  const wanted = new Map<number, PartitionSet>();
  const add = (assetId: number, partitions: PartitionSet): void => {
    if (!partitions.isEmpty) wanted.set(assetId, (wanted.get(assetId) ?? PartitionSet.EMPTY).union(partitions));
  };
  for (const { asset, part } of parts) {
    if (part.isEmpty) continue;
    add(asset.id, part);
    for (const { upstreamId, mapping } of asset.deps) add(upstreamId, mapping.upstreamOf(part).partitions);
  }
  return wanted;
}

/** Others are there because something reads them. */
function narrow(runs: readonly CurrentRun[], part: PartitionSet): CurrentRun[] {
  return runs.flatMap((run) => {
    const partitions = run.partitions.intersect(part);
    return partitions.isEmpty ? [] : [{ ...run, partitions }];
  });
}
