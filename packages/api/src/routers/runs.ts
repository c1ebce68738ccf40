import type {
  LogLineText,
  LogPage,
  Page,
  RunChange,
  RunComparison,
  RunDetail,
  RunMatrix,
  RunOutput,
  RunRetry,
  RunSummary,
  RunTimeline,
  StepBar,
  StepDetail,
} from "../contract.ts";
import {
  runCancelInput,
  runChangeInput,
  runCompareInput,
  runInput,
  runListInput,
  runLogLineInput,
  runLogsInput,
  runLogsTailInput,
  runOutputsInput,
  runRetryInput,
  runStepInput,
  runStepsInput,
  runTimelineInput,
} from "../inputs/runs.ts";
import { compareRuns } from "../runs/compare-runs.ts";
import { cancelOneRun, changeOneRun, pauseOneRun, resumeOneRun, retryOneRun } from "../runs/run-changes.ts";
import { readRunDetail } from "../runs/run-detail.ts";
import { readRunList } from "../runs/run-list.ts";
import { followRunLogs, readRunLogLine, readRunLogs } from "../runs/run-logs.ts";
import { readRunMatrix } from "../runs/run-matrix.ts";
import { readRunOutputs } from "../runs/run-outputs.ts";
import { readRunTimeline } from "../runs/run-timeline.ts";
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
  compare: procedure
    .input(runCompareInput)
    .query(({ ctx, input }): Promise<RunComparison> => compareRuns(ctx.state, input)),
  matrix: procedure
    .input(runInput)
    .query(({ ctx, input }): Promise<RunMatrix> => readRunMatrix(ctx.state, input.runId)),
  outputs: procedure
    .input(runOutputsInput)
    .query(({ ctx, input }): Promise<Page<RunOutput>> => readRunOutputs(ctx.state, input)),
  timeline: procedure
    .input(runTimelineInput)
    .query(({ ctx, input }): Promise<RunTimeline> => readRunTimeline(ctx.state, input)),
  logLine: procedure
    .input(runLogLineInput)
    .query(({ ctx, input }): Promise<LogLineText> => readRunLogLine(ctx.state, input)),
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
