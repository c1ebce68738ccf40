import type { ErrorCatalogueEntry } from "./error-catalogue-entry.ts";

/** Schedules and sensors. */
export const TICK_ERRORS = {
  AUTOMATION_CHECK_UNKNOWN: {
    summary: "An asset has no check of that name.",
    remedy: "Use one of the names that the message gives, or leave the check out for the asset itself.",
  },
  AUTOMATION_EVALUATION_UNKNOWN: {
    summary: "There is no evaluation of that number.",
    remedy: "Old evaluations are removed by retention: list those that are kept.",
  },
  AUTOMATION_NONE: {
    summary: "An asset or a check without an automation condition was to be switched on or off.",
    remedy: "Declare `automation` on it, or look at what has a condition with `heddle automation list`.",
  },
  SCHEDULE_INVALID: {
    summary: "A schedule is declared in a way that cannot be used.",
    remedy: "Correct the option that the message names.",
  },
  SENSOR_INVALID: {
    summary: "A sensor is declared in a way that cannot be used.",
    remedy: "Correct the option that the message names.",
  },
  TICK_NAME_DUPLICATE: {
    summary: "Two schedules or sensors have one name, or names that differ only in letter case.",
    remedy: "Give one of them another name: ticks, cursors and run keys belong to the name.",
  },
  SCHEDULE_UNKNOWN: {
    summary: "There is no schedule with this name.",
    remedy: "Check the spelling; `heddle schedules` lists all of them.",
  },
  SENSOR_UNKNOWN: {
    summary: "There is no sensor with this name.",
    remedy: "Check the spelling; `heddle sensors` lists all of them.",
  },
  TICK_FAILED: {
    summary: "The function of a schedule or sensor threw.",
    remedy: "Look at the cause. A schedule's tick is tried three times, a sensor at its next interval.",
  },
  TICK_TIMEOUT: {
    summary: "The function of a schedule or sensor did not end in time, and was stopped.",
    remedy: "Give its calls deadlines by the context's signal, do less at once, or state a longer timeoutMs.",
  },
  TICK_PROCESS_LOST: {
    summary: "The process in which the functions of schedules and sensors run ended in the middle of one.",
    remedy: "Such a function must not call process.exit, and must not take all memory.",
  },
  TICK_RESULT_INVALID: {
    summary: "The function of a schedule or sensor gave back something that it cannot give back.",
    remedy: "Give back requests, `skip(reason)`, or nothing; the message names what is wrong.",
  },
  TICK_REQUESTS_LIMIT: {
    summary: "One tick asks for more than a tick may ask for.",
    remedy: "Ask for many partitions in one request, or for the rest at the next tick.",
  },
  SENSOR_CURSOR_LIMIT: {
    summary: "The cursor of a sensor is longer than 64 KB.",
    remedy: "Keep a place to go on from in it, such as a time or the last name, and no list of what was seen.",
  },
  TICK_ASSETS_MISSING: {
    summary: "A tick asks for a run and does not say of which assets.",
    remedy: "State `selection` on the schedule or sensor, or in each request.",
  },
  TICK_UNANSWERED: {
    summary: "A schedule or sensor was to be evaluated on request, and no daemon answered.",
    remedy: "Start a daemon (`heddle dev`), or ask again.",
  },
  TICK_CODE_UNAVAILABLE: {
    summary: "The code of a schedule or sensor cannot be evaluated here.",
    remedy: "Start the command where the project is, and look whether its definitions load.",
  },
} as const satisfies Record<string, ErrorCatalogueEntry>;
