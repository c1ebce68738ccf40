import type { PartitionDetail, PartitionStatuses } from "../contract.ts";
import { partitionDetailInput, partitionStatusInput } from "../inputs.ts";
import { readPartitionDetail } from "../partitions/partition-detail.ts";
import { readPartitionStatuses } from "../partitions/partition-statuses.ts";
import { procedure, router } from "../trpc.ts";

export const partitionsRouter = router({
  status: procedure
    .input(partitionStatusInput)
    .query(({ ctx, input }): Promise<PartitionStatuses> => readPartitionStatuses(ctx.state, input)),
  detail: procedure
    .input(partitionDetailInput)
    .query(({ ctx, input }): Promise<PartitionDetail> => readPartitionDetail(ctx.state, input)),
});
