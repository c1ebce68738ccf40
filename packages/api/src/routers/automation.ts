import { readConditions } from "../automation/condition-list.ts";
import { readEvaluationDetail, readEvaluationList } from "../automation/evaluation-answers.ts";
import { readAssetFreshness } from "../automation/freshness-answers.ts";
import { previewRequests } from "../automation/preview.ts";
import { switchCondition, switchConditions } from "../automation/switch-condition.ts";
import { explainWhy } from "../automation/why.ts";
import type {
  AssetFreshness,
  AutomatedTargets,
  AutomationBulkChange,
  AutomationChange,
  AutomationEvaluation,
  AutomationEvaluationDetail,
  AutomationPreview,
  AutomationWhy,
  Page,
} from "../contract.ts";
import {
  automationEvaluationInput,
  automationEvaluationListInput,
  automationPreviewInput,
  automationSetAllInput,
  automationSetInput,
  automationWhyInput,
  freshnessInput,
} from "../inputs/automation.ts";
import { noInput } from "../inputs/fields.ts";
import { procedure, router } from "../trpc.ts";

export const automationRouter = router({
  conditions: procedure.input(noInput).query(({ ctx }): Promise<AutomatedTargets> => readConditions(ctx.state)),
  evaluations: procedure
    .input(automationEvaluationListInput)
    .query(({ ctx, input }): Promise<Page<AutomationEvaluation>> => readEvaluationList(ctx.state, input)),
  evaluation: procedure
    .input(automationEvaluationInput)
    .query(({ ctx, input }): Promise<AutomationEvaluationDetail> => readEvaluationDetail(ctx.state, input)),
  why: procedure
    .input(automationWhyInput)
    .query(({ ctx, input }): Promise<AutomationWhy> => explainWhy(ctx.state, input)),
  preview: procedure
    .input(automationPreviewInput)
    .query(({ ctx, input }): Promise<AutomationPreview> => previewRequests(ctx.state, input)),
  set: procedure
    .input(automationSetInput)
    .mutation(({ ctx, input }): Promise<AutomationChange> => switchCondition(ctx.state, input)),
  setAll: procedure
    .input(automationSetAllInput)
    .mutation(({ ctx, input }): Promise<AutomationBulkChange> => switchConditions(ctx.state, input)),
});

export const freshnessRouter = router({
  get: procedure
    .input(freshnessInput)
    .query(({ ctx, input }): Promise<AssetFreshness | null> => readAssetFreshness(ctx.state, input)),
});
