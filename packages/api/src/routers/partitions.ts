import type {
  DynamicPartitions,
  DynamicPartitionsChange,
  PartitionDetail,
  PartitionPreview,
  PartitionStatuses,
  PartitionTable,
} from "../contract.ts";
import {
  dynamicChangeInput,
  dynamicListInput,
  partitionDetailInput,
  partitionPreviewInput,
  partitionStatusInput,
  partitionTableInput,
} from "../inputs/partitions.ts";
import { addPartitions, readDynamicPartitions, removePartitions } from "../partitions/dynamic-partitions.ts";
import { readPartitionDetail } from "../partitions/partition-detail.ts";
import { previewPartition } from "../partitions/partition-preview.ts";
import { readPartitionStatuses } from "../partitions/partition-statuses.ts";
import { readPartitionTable } from "../partitions/partition-table.ts";
import { procedure, router } from "../trpc.ts";

export const partitionsRouter = router({
  status: procedure
    .input(partitionStatusInput)
    .query(({ ctx, input }): Promise<PartitionStatuses> => readPartitionStatuses(ctx.state, input)),
  table: procedure
    .input(partitionTableInput)
    .query(({ ctx, input }): Promise<PartitionTable> => readPartitionTable(ctx.state, input)),
  detail: procedure
    .input(partitionDetailInput)
    .query(({ ctx, input }): Promise<PartitionDetail> => readPartitionDetail(ctx.state, input)),
  preview: procedure
    .input(partitionPreviewInput)
    .query(({ ctx, input, signal }): Promise<PartitionPreview> => previewPartition(ctx.state, input, signal)),
  list: procedure
    .input(dynamicListInput)
    .query(({ ctx, input }): Promise<DynamicPartitions> => readDynamicPartitions(ctx.state, input)),
  add: procedure
    .input(dynamicChangeInput)
    .mutation(({ ctx, input }): Promise<DynamicPartitionsChange> => addPartitions(ctx.state, input)),
  remove: procedure
    .input(dynamicChangeInput)
    .mutation(({ ctx, input }): Promise<DynamicPartitionsChange> => removePartitions(ctx.state, input)),
});
