export { readKnownOriginKeys } from "./known-keys.ts";
export {
  loadTick,
  loadTicks,
  type ActiveSchedule,
  type ActiveSensor,
  type OpenTickRequest,
  type TickSnapshot,
} from "./load-ticks.ts";
export {
  recordManualTick,
  recordMissedTicks,
  recordScheduleTick,
  type LaunchRuns,
  type ManualTick,
  type ScheduleTick,
  type TickResult,
} from "./schedule-ticks.ts";
export { recordSensorTick, type RecordedSensorTick, type SensorTick } from "./sensor-ticks.ts";
export {
  moveSensorOn,
  readSensorEvents,
  type SensorEvent,
  type SensorEventPage,
  type SensorEventQuery,
} from "./sensor-events.ts";
export { setSensorCursor, setTickPaused, type ChangeAuthor, type TickChange } from "./control-ticks.ts";
export { answerTickRequest, readTickAnswer, requestTick } from "./tick-requests.ts";
