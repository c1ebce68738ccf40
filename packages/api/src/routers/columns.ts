import { readAssetColumns, readColumnLineage, readColumnPath } from "../columns/column-answers.ts";
import type { AssetColumns, ColumnLineageAnswer, ColumnPathAnswer } from "../contract.ts";
import { assetInput, columnInput, columnLineageInput } from "../inputs.ts";
import { procedure, router } from "../trpc.ts";

export const columnsRouter = router({
  forAsset: procedure
    .input(assetInput)
    .query(({ ctx, input }): Promise<AssetColumns> => readAssetColumns(ctx.state, input.key)),
  lineage: procedure
    .input(columnLineageInput)
    .query(({ ctx, input }): Promise<ColumnLineageAnswer> => readColumnLineage(ctx.state, input.keys)),
  path: procedure
    .input(columnInput)
    .query(({ ctx, input }): Promise<ColumnPathAnswer> => readColumnPath(ctx.state, input)),
});
