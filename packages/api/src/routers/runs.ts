import type { LogPage, Page, RunChange, RunDetail, RunRetry, RunSummary, StepBar, StepDetail } from "../contract.ts";
import {
  runCancelInput,
  runChangeInput,
  runInput,
  runListInput,
  runLogsInput,
  runLogsTailInput,
  runRetryInput,
  runStepInput,
  runStepsInput,
} from "../inputs.ts";
import { cancelOneRun, changeOneRun, pauseOneRun, resumeOneRun, retryOneRun } from "../runs/run-changes.ts";
import { readRunDetail } from "../runs/run-detail.ts";
import { readRunList } from "../runs/run-list.ts";
import { followRunLogs, readRunLogs } from "../runs/run-logs.ts";
import { readStepDetail } from "../runs/step-detail.ts";
import { readRunSteps } from "../runs/run-steps.ts";
import { procedure, router } from "../trpc.ts";

export const runsRouter = router({
  list: procedure
    .input(runListInput)
    .query(({ ctx, input }): Promise<Page<RunSummary>> => readRunList(ctx.state, input)),
  get: procedure.input(runInput).query(({ ctx, input }): Promise<RunDetail> => readRunDetail(ctx.state, input.runId)),
  steps: procedure
    .input(runStepsInput)
    .query(({ ctx, input }): Promise<Page<StepBar>> => readRunSteps(ctx.state, input)),
  step: procedure.input(runStepInput).query(({ ctx, input }): Promise<StepDetail> => readStepDetail(ctx.state, input)),
  logs: procedure.input(runLogsInput).query(({ ctx, input }): Promise<LogPage> => readRunLogs(ctx.state, input)),
  tail: procedure
    .input(runLogsTailInput)
    .subscription(({ ctx, input, signal }) => followRunLogs(ctx.state, input, signal)),
  cancel: procedure
    .input(runCancelInput)
    .mutation(({ ctx, input }): Promise<RunChange> => cancelOneRun(ctx.state, input)),
  change: procedure
    .input(runChangeInput)
    .mutation(({ ctx, input }): Promise<RunChange> => changeOneRun(ctx.state, input)),
  pause: procedure
    .input(runInput)
    .mutation(({ ctx, input }): Promise<RunChange> => pauseOneRun(ctx.state, input.runId)),
  resume: procedure
    .input(runInput)
    .mutation(({ ctx, input }): Promise<RunChange> => resumeOneRun(ctx.state, input.runId)),
  retry: procedure.input(runRetryInput).mutation(({ ctx, input }): Promise<RunRetry> => retryOneRun(ctx.state, input)),
});
