import type { LaunchResult, PlanPreview } from "../contract.ts";
import { planLaunchInput, planPreviewInput } from "../inputs/plan.ts";
import { launchPlan } from "../plan/launch-plan.ts";
import { previewPlan } from "../plan/preview-plan.ts";
import { procedure, router } from "../trpc.ts";

export const planRouter = router({
  preview: procedure
    .input(planPreviewInput)
    .query(({ ctx, input }): Promise<PlanPreview> => previewPlan(ctx.state, input)),
  launch: procedure
    .input(planLaunchInput)
    .mutation(({ ctx, input }): Promise<LaunchResult> => launchPlan(ctx.state, input)),
});
