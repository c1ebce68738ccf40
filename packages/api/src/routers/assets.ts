import { readAssetActivity, readAssetDurations, readExpectedAssets } from "../assets/asset-columns.ts";
import { readAssetDetail } from "../assets/asset-detail.ts";
import { readAssetChecks } from "../assets/asset-checks.ts";
import { readAssetStatuses } from "../assets/asset-statuses.ts";
import { readAssetsSnapshot } from "../assets/assets-snapshot.ts";
import { evaluateSelectionText } from "../assets/selection.ts";
import { readMetadataSeries } from "../assets/metadata-series.ts";
import { readMaterializations } from "../assets/materialization-list.ts";
import { readAssetChanges } from "../code/asset-changes.ts";
import { assetChangesInput, observeInput, reportInput, wipeInput } from "../inputs/asset-changes.ts";
import { observeAssets } from "../manual/observe-assets.ts";
import { reportAsset } from "../manual/report-asset.ts";
import { wipeAsset } from "../manual/wipe-asset.ts";
import { readCheckList } from "../checks/all-checks.ts";
import { changeSilence, readCheckDetail } from "../checks/check-detail.ts";
import { launchCheckRuns, planCheckRuns } from "../checks/run-checks.ts";
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
  CheckRunPlan,
  CheckRunResult,
  CheckSilenceChange,
  DefinitionChange,
  ExpectedAssets,
  Materialization,
  MetadataSeries,
  Page,
  ObserveResult,
  ReportResult,
  SelectionResult,
  WipeResult,
} from "../contract.ts";
import { assetActivityInput, assetIdsInput } from "../inputs/home.ts";
import {
  checkInput,
  checkHistoryInput,
  checkListInput,
  checkRunInput,
  checkRunPlanInput,
  checkSilenceInput,
} from "../inputs/checks.ts";
import {
  assetInput,
  materializationListInput,
  metadataSeriesInput,
  selectionInput,
  snapshotInput,
  statusInput,
} from "../inputs/assets.ts";
import { noInput } from "../inputs/fields.ts";
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
  changes: procedure
    .input(assetChangesInput)
    .query(({ ctx, input }): Promise<Page<DefinitionChange>> => readAssetChanges(ctx.state, input)),
  report: procedure
    .input(reportInput)
    .mutation(({ ctx, input }): Promise<ReportResult> => reportAsset(ctx.state, input)),
  observe: procedure
    .input(observeInput)
    .mutation(({ ctx, input }): Promise<ObserveResult> => observeAssets(ctx.state, input)),
  wipe: procedure.input(wipeInput).mutation(({ ctx, input }): Promise<WipeResult> => wipeAsset(ctx.state, input)),
});

export const checksRouter = router({
  list: procedure.input(checkListInput).query(({ ctx, input }): Promise<CheckList> => readCheckList(ctx.state, input)),
  get: procedure.input(checkInput).query(({ ctx, input }): Promise<CheckDetail> => readCheckDetail(ctx.state, input)),
  plan: procedure
    .input(checkRunPlanInput)
    .query(({ ctx, input }): Promise<CheckRunPlan> => planCheckRuns(ctx.state, input)),
  run: procedure
    .input(checkRunInput)
    .mutation(({ ctx, input }): Promise<CheckRunResult> => launchCheckRuns(ctx.state, input)),
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
