import { readAssetActivity, readAssetDurations, readExpectedAssets } from "../assets/asset-columns.ts";
import { readAssetDetail } from "../assets/asset-detail.ts";
import { readAssetChecks } from "../assets/asset-checks.ts";
import { readAssetStatuses } from "../assets/asset-statuses.ts";
import { readAssetsSnapshot } from "../assets/assets-snapshot.ts";
import { evaluateSelectionText } from "../assets/selection.ts";
import { readMetadataSeries } from "../assets/metadata-series.ts";
import { readMaterializations } from "../assets/materialization-list.ts";
import { readCheckList } from "../checks/all-checks.ts";
import { changeSilence, readCheckDetail } from "../checks/check-detail.ts";
import { readChecksHistory } from "../checks/check-list.ts";
import type {
  AssetActivity,
  AssetChecks,
  AssetDurations,
  AssetResult,
  AssetsSnapshotResult,
  AssetStatuses,
  CheckDetail,
  CheckList,
  CheckResult,
  CheckSilenceChange,
  ExpectedAssets,
  Materialization,
  MetadataSeries,
  Page,
  SelectionResult,
} from "../contract.ts";
import { assetActivityInput, assetIdsInput } from "../home-inputs.ts";
import {
  assetInput,
  checkHistoryInput,
  checkInput,
  checkListInput,
  checkSilenceInput,
  materializationListInput,
  metadataSeriesInput,
  noInput,
  selectionInput,
  snapshotInput,
  statusInput,
} from "../inputs.ts";
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
  durations: procedure
    .input(assetIdsInput)
    .query(({ ctx, input }): Promise<AssetDurations> => readAssetDurations(ctx.state, input.ids)),
  activity: procedure
    .input(assetActivityInput)
    .query(({ ctx, input }): Promise<AssetActivity> => readAssetActivity(ctx.state, input.bounds)),
  expected: procedure.input(noInput).query(({ ctx }): Promise<ExpectedAssets> => readExpectedAssets(ctx.state)),
  metadataSeries: procedure
    .input(metadataSeriesInput)
    .query(({ ctx, input }): Promise<MetadataSeries> => readMetadataSeries(ctx.state, input)),
  materializations: procedure
    .input(materializationListInput)
    .query(({ ctx, input }): Promise<Page<Materialization>> => readMaterializations(ctx.state, input)),
});

export const checksRouter = router({
  list: procedure.input(checkListInput).query(({ ctx, input }): Promise<CheckList> => readCheckList(ctx.state, input)),
  get: procedure.input(checkInput).query(({ ctx, input }): Promise<CheckDetail> => readCheckDetail(ctx.state, input)),
  silence: procedure
    .input(checkSilenceInput)
    .mutation(({ ctx, input }): Promise<CheckSilenceChange> => changeSilence(ctx.state, input)),
  forAsset: procedure
    .input(assetInput)
    .query(({ ctx, input }): Promise<AssetChecks> => readAssetChecks(ctx.state, input.key)),
  history: procedure
    .input(checkHistoryInput)
    .query(({ ctx, input }): Promise<Page<CheckResult>> => readChecksHistory(ctx.state, input)),
});

export const selectionRouter = router({
  evaluate: procedure
    .input(selectionInput)
    .query(({ ctx, input }): Promise<SelectionResult> => evaluateSelectionText(ctx.state, input.selection)),
});
