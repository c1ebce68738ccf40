import type { Attention, AttentionNoteChange, RunsOfSpan, UpcomingTicks } from "../contract.ts";
import { acknowledge, readAttention, unacknowledge } from "../home/attention.ts";
import { readRunsOfSpan } from "../home/runs-of-span.ts";
import { readUpcomingTicks } from "../home/upcoming-ticks.ts";
import {
  acknowledgeInput,
  attentionInput,
  runsOfSpanInput,
  unacknowledgeInput,
  upcomingInput,
} from "../inputs/home.ts";
import { procedure, router } from "../trpc.ts";

export const homeRouter = router({
  attention: procedure
    .input(attentionInput)
    .query(({ ctx, input }): Promise<Attention> => readAttention(ctx.state, input)),
  acknowledge: procedure
    .input(acknowledgeInput)
    .mutation(({ ctx, input }): Promise<AttentionNoteChange> => acknowledge(ctx.state, input)),
  unacknowledge: procedure
    .input(unacknowledgeInput)
    .mutation(({ ctx, input }): Promise<AttentionNoteChange> => unacknowledge(ctx.state, input.asset)),
  runs: procedure
    .input(runsOfSpanInput)
    .query(({ ctx, input }): Promise<RunsOfSpan> => readRunsOfSpan(ctx.state, input)),
  upcoming: procedure
    .input(upcomingInput)
    .query(({ ctx, input }): Promise<UpcomingTicks> => readUpcomingTicks(ctx.state, input.hours)),
});
