import { findColumns, readAssetColumns, readColumnLineage, readColumnPath } from "../columns/column-answers.ts";
import type { AssetColumns, ColumnLineageAnswer, ColumnPathAnswer, FoundColumn } from "../contract.ts";
import { assetInput, columnFindInput, columnLineageInput } from "../inputs/assets.ts";
import { columnInput } from "../inputs/partitions.ts";
import { procedure, router } from "../trpc.ts";

export const columnsRouter = router({
  forAsset: procedure
    .input(assetInput)
    .query(({ ctx, input }): Promise<AssetColumns> => readAssetColumns(ctx.state, input.key)),
  find: procedure
    .input(columnFindInput)
    .query(({ ctx, input }): Promise<readonly FoundColumn[]> => findColumns(ctx.state, input)),
  lineage: procedure
    .input(columnLineageInput)
    .query(({ ctx, input }): Promise<ColumnLineageAnswer> => readColumnLineage(ctx.state, input.keys)),
  path: procedure
    .input(columnInput)
    .query(({ ctx, input }): Promise<ColumnPathAnswer> => readColumnPath(ctx.state, input)),
});
