import type {
  Page,
  Schedule,
  Schedules,
  Sensor,
  SensorCursor,
  Sensors,
  Tick,
  TickEvaluation,
  TickOwnerChange,
} from "../contract.ts";
import { noInput } from "../inputs/fields.ts";
import {
  sensorCursorInput,
  tickEvaluateInput,
  tickListInput,
  tickOwnerInput,
  tickSwitchInput,
} from "../inputs/ticks.ts";
import { evaluateTick } from "../ticks/evaluate-tick.ts";
import { readScheduleDetail, readScheduleList } from "../ticks/schedule-answers.ts";
import { readSensorDetail, readSensorList } from "../ticks/sensor-answers.ts";
import { changeCursor, changePaused } from "../ticks/tick-changes.ts";
import { readCursorHistory, readTickList } from "../ticks/tick-list.ts";
import { procedure, router } from "../trpc.ts";

export const schedulesRouter = router({
  list: procedure.input(noInput).query(({ ctx }): Promise<Schedules> => readScheduleList(ctx.state)),
  get: procedure
    .input(tickOwnerInput)
    .query(({ ctx, input }): Promise<Schedule> => readScheduleDetail(ctx.state, input.name)),
  ticks: procedure
    .input(tickListInput)
    .query(({ ctx, input }): Promise<Page<Tick>> => readTickList(ctx.state, "schedule", input)),
  pause: procedure
    .input(tickSwitchInput)
    .mutation(({ ctx, input }): Promise<TickOwnerChange> =>
      changePaused(ctx.state, { kind: "schedule", ...input, paused: true }),
    ),
  resume: procedure
    .input(tickSwitchInput)
    .mutation(({ ctx, input }): Promise<TickOwnerChange> =>
      changePaused(ctx.state, { kind: "schedule", ...input, paused: false }),
    ),
  evaluate: procedure
    .input(tickEvaluateInput)
    .mutation(({ ctx, input }): Promise<TickEvaluation> => evaluateTick(ctx.state, "schedule", input)),
});

export const sensorsRouter = router({
  cursors: procedure
    .input(tickListInput)
    .query(({ ctx, input }): Promise<Page<SensorCursor>> => readCursorHistory(ctx.state, input)),
  list: procedure.input(noInput).query(({ ctx }): Promise<Sensors> => readSensorList(ctx.state)),
  get: procedure
    .input(tickOwnerInput)
    .query(({ ctx, input }): Promise<Sensor> => readSensorDetail(ctx.state, input.name)),
  ticks: procedure
    .input(tickListInput)
    .query(({ ctx, input }): Promise<Page<Tick>> => readTickList(ctx.state, "sensor", input)),
  pause: procedure
    .input(tickSwitchInput)
    .mutation(({ ctx, input }): Promise<TickOwnerChange> =>
      changePaused(ctx.state, { kind: "sensor", ...input, paused: true }),
    ),
  resume: procedure
    .input(tickSwitchInput)
    .mutation(({ ctx, input }): Promise<TickOwnerChange> =>
      changePaused(ctx.state, { kind: "sensor", ...input, paused: false }),
    ),
  evaluate: procedure
    .input(tickEvaluateInput)
    .mutation(({ ctx, input }): Promise<TickEvaluation> => evaluateTick(ctx.state, "sensor", input)),
  setCursor: procedure
    .input(sensorCursorInput)
    .mutation(({ ctx, input }): Promise<TickOwnerChange> => changeCursor(ctx.state, input)),
});
