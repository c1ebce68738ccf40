import { HeddleError, type Definitions, type LogFields, type Logger } from "@heddle/core";
import { findJsonProblem, readScheduleResult, readSensorResult, type TickAnswer } from "@heddle/core/internal";
import type { ResourceScope } from "../step/resource-scope.ts";
import type { EvaluatorCall, EvaluatorLine } from "./protocol.ts";

/** What a function is called with. */
export interface CallScope {
  readonly definitions: Definitions;
  readonly resources: ResourceScope;
  /** Takes what it logs. */
  write(line: EvaluatorLine): void;
}

/**
 * Calls the function of a schedule or sensor, and reads what it gives back.
 * @throws TICK_FAILED, TICK_TIMEOUT, TICK_RESULT_INVALID, TICK_REQUESTS_LIMIT, SENSOR_CURSOR_LIMIT, TICK_CODE_UNAVAILABLE
 */
export async function callFunction(call: EvaluatorCall, scope: CallScope): Promise<TickAnswer> {
  const { name, timeoutMs, tick } = call;
  const subject = `the ${tick.kind === "schedule" ? "schedule" : "sensor"} "${name}"`;
  const { definitions } = scope;
  const declared = tick.kind === "schedule" ? definitions.schedules.get(name) : definitions.sensors.get(name);
  if (declared === undefined || declared.evaluate === null) {
    throw new HeddleError("TICK_CODE_UNAVAILABLE", `the code that is loaded has no function of ${subject}`);
  }
  const controller = new AbortController();
  const log = createLogger(scope.write);
  const run = async (): Promise<unknown> => {
    const resources = await scope.resources.acquire(declared.resources, { signal: controller.signal, log });
    const context = { ...contextOf(tick), resources, signal: controller.signal, log };
    // A declaration takes the context that its options named; which that is was checked where it was declared.
    return declared.evaluate?.(context as never);
  };
  const given = await withDeadline(run, { controller, timeoutMs, subject });
  return tick.kind === "sensor" ? readSensorResult(given, subject) : readScheduleResult(given, subject);
}

function contextOf(tick: EvaluatorCall["tick"]) {
  if (tick.kind === "schedule") {
    return { scheduledAt: new Date(tick.scheduledAt), previousAt: new Date(tick.previousAt) };
  }
  if (tick.kind === "events") return { events: tick.events.map((event) => ({ ...event, at: new Date(event.at) })) };
  return { cursor: tick.cursor, lastTickAt: tick.lastTickAt === null ? null : new Date(tick.lastTickAt) };
}

async function withDeadline(
  run: () => Promise<unknown>,
  { controller, timeoutMs, subject }: { controller: AbortController; timeoutMs: number; subject: string },
): Promise<unknown> {
  const late = tickTimeout(subject, timeoutMs);
  const deadline = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    deadline.reject(late);
    controller.abort(late);
  }, timeoutMs);
  try {
    return await Promise.race([run(), deadline.promise]);
  } catch (cause) {
    if (cause === late) throw late;
    const message =
      typeof cause === "object" && cause !== null && "message" in cause ? String(cause.message) : String(cause);
    throw new HeddleError("TICK_FAILED", `${subject} threw: ${message}`, {
      hint: "Look at the cause. What a tick asks for takes effect only when its function gives it back.",
      cause,
    });
  } finally {
    clearTimeout(timer);
    // What it has left open is not waited for.
    controller.abort();
  }
}

/** The error of a function that does not end in time. */
export function tickTimeout(subject: string, timeoutMs: number): HeddleError {
  const shown = timeoutMs < 1_000 ? `${timeoutMs} ms` : `${Math.round(timeoutMs / 100) / 10} s`;
  return new HeddleError("TICK_TIMEOUT", `${subject} did not end within ${shown}, and was stopped`, {
    hint: "Give its calls deadlines by the context's signal, do less at once, or state a longer timeoutMs.",
  });
}

function createLogger(write: (line: EvaluatorLine) => void): Logger {
  const log =
    (level: EvaluatorLine["level"]) =>
    (message: string, fields?: LogFields): void =>
      write({
        level,
        message: String(message),
        fields: fields === undefined || findJsonProblem(fields) !== null ? null : fields,
      });
  return { debug: log("debug"), info: log("info"), warn: log("warn"), error: log("error") };
}
