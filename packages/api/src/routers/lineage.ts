import type {
  DefinitionsVersions,
  LineageActivity,
  LineageDiff,
  LineageDurations,
  LineageGraph,
  LineagePartitionView,
  LineageStatuses,
} from "../contract.ts";
import { noInput } from "../inputs/fields.ts";
import {
  lineageActivityInput,
  lineageDiffInput,
  lineageGraphInput,
  lineageMomentInput,
  lineagePartitionInput,
} from "../inputs/lineage.ts";
import { readLineageActivity, readLineageDurations } from "../lineage/activity.ts";
import { readLineageDiff, readVersions } from "../lineage/lineage-diff.ts";
import { readPartitionView } from "../lineage/partition-view.ts";
import { readLineageGraph, readStatusAt } from "../lineage/status-at.ts";
import { procedure, router } from "../trpc.ts";

export const lineageRouter = router({
  activity: procedure
    .input(lineageActivityInput)
    .query(({ ctx, input }): Promise<LineageActivity> => readLineageActivity(ctx.state, input)),
  diff: procedure
    .input(lineageDiffInput)
    .query(({ ctx, input }): Promise<LineageDiff> => readLineageDiff(ctx.state, input.base)),
  durations: procedure.input(noInput).query(({ ctx }): Promise<LineageDurations> => readLineageDurations(ctx.state)),
  graph: procedure
    .input(lineageGraphInput)
    .query(({ ctx, input }): Promise<LineageGraph> => readLineageGraph(ctx.state, input.version)),
  partitionView: procedure
    .input(lineagePartitionInput)
    .query(({ ctx, input }): Promise<LineagePartitionView> => readPartitionView(ctx.state, input)),
  statusAt: procedure
    .input(lineageMomentInput)
    .query(({ ctx, input }): Promise<LineageStatuses> => readStatusAt(ctx.state, input.at)),
  versions: procedure.input(noInput).query(({ ctx }): Promise<DefinitionsVersions> => readVersions(ctx.state)),
});
