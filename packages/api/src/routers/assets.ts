import { readAssetDetail } from "../assets/asset-detail.ts";
import { readAssetChecks } from "../assets/asset-checks.ts";
import { readAssetStatuses } from "../assets/asset-statuses.ts";
import { readAssetsSnapshot } from "../assets/assets-snapshot.ts";
import { evaluateSelectionText } from "../assets/selection.ts";
import type { AssetChecks, AssetResult, AssetsSnapshotResult, AssetStatuses, SelectionResult } from "../contract.ts";
import { assetInput, selectionInput, snapshotInput, statusInput } from "../inputs.ts";
import { procedure, router } from "../trpc.ts";

export const assetsRouter = router({
  snapshot: procedure
    .input(snapshotInput)
    .query(({ ctx, input }): Promise<AssetsSnapshotResult> => readAssetsSnapshot(ctx.state, input.knownVersion)),
  status: procedure
    .input(statusInput)
    .query(({ ctx, input }): Promise<AssetStatuses> => readAssetStatuses(ctx.state, input.ids)),
  get: procedure
    .input(assetInput)
    .query(({ ctx, input }): Promise<AssetResult> => readAssetDetail(ctx.state, input.key)),
});

export const checksRouter = router({
  forAsset: procedure
    .input(assetInput)
    .query(({ ctx, input }): Promise<AssetChecks> => readAssetChecks(ctx.state, input.key)),
});

export const selectionRouter = router({
  evaluate: procedure
    .input(selectionInput)
    .query(({ ctx, input }): Promise<SelectionResult> => evaluateSelectionText(ctx.state, input.selection)),
});
