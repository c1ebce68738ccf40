import { isAssetCheck } from "../asset-check.ts";
import { isRecord, keyOfChecked } from "../definitions.ts";
import { HeddleError } from "../errors.ts";
import { describeType, findJsonProblem } from "../json-value.ts";
import { findLimitsProblem, runLimitsData } from "../run/run-limits.ts";
import { isPriority, MAX_PRIORITY } from "../run/run-priority.ts";
import { chosenWork, isSkip, partitionsRule, type RunRequest, type RunRequestData } from "../run-request.ts";

/** Most requests of one tick. */
export const MAX_TICK_REQUESTS = 10_000;
/** Most keys of partitions in one request, and of one dynamic definition in one evaluation. */
const MAX_KEYS = 10_000;
/** Longest cursor of a sensor, in bytes of UTF-8. */
export const MAX_CURSOR_BYTES = 65_536;
/** Longest answer as JSON, in UTF-16 units: it crosses processes. */
const MAX_ANSWER_LENGTH = 8_000_000;
const MAX_TEXT = 10_000;
const MAX_RUN_KEY = 500;

/** Keys for one dynamic partitions definition. */
export interface TickKeys {
  readonly definition: string;
  readonly keys: readonly string[];
}

/** What the function of a schedule or sensor gave back, as data. */
export type TickAnswer =
  /** Of a schedule: the run that was declared. */
  | { readonly kind: "declared" }
  | { readonly kind: "skipped"; readonly reason: string }
  | {
      readonly kind: "evaluated";
      readonly requests: readonly RunRequestData[];
      /** Of a sensor; `null`: as it was. */
      readonly cursor: string | null;
      readonly addPartitions: readonly TickKeys[];
      readonly removePartitions: readonly TickKeys[];
      /** Why nothing is requested, where the cursor moves without. */
      readonly reason?: string;
    };

/**
 * Reads what the function of a schedule gave back. @param subject who it is, for messages: `the schedule "nightly"`
 * @throws TICK_RESULT_INVALID, TICK_REQUESTS_LIMIT
 */
export function readScheduleResult(given: unknown, subject: string): TickAnswer {
  if (given === undefined) return { kind: "declared" };
  if (isSkip(given)) return skipped(given.reason, subject);
  const list = Array.isArray(given) ? (given as readonly unknown[]) : [given];
  const nothing = { cursor: null, addPartitions: [], removePartitions: [] };
  return checkLength({ kind: "evaluated", requests: readRequests(list, subject), ...nothing }, subject);
}

/** Reads what the function of a sensor gave back. @throws TICK_RESULT_INVALID, TICK_REQUESTS_LIMIT, SENSOR_CURSOR_LIMIT */
export function readSensorResult(given: unknown, subject: string): TickAnswer {
  if (given === undefined) return { kind: "skipped", reason: "nothing was asked for" };
  if (isSkip(given)) return skipped(given.reason, subject);
  if (!isRecord(given)) throw invalid(subject, `it gave back ${describeType(given)}`);
  const { requests = [], cursor, addPartitions = [], removePartitions = [], reason, ...others } = given;
  const [unknown] = Object.keys(others);
  if (unknown !== undefined)
    throw invalid(subject, `what it gave back has ${JSON.stringify(unknown)}, which means nothing`, SENSOR_FIELDS);
  if (!Array.isArray(requests)) throw invalid(subject, `its requests are ${describeType(requests)} and no list`);
  if (reason !== undefined && typeof reason !== "string")
    throw invalid(subject, `its reason is ${describeType(reason)} and no text`);
  if (reason !== undefined && requests.length > 0)
    throw invalid(subject, "it has a reason for asking for nothing, and requests", "Leave one of the two out.");
  return checkLength(
    {
      kind: "evaluated",
      requests: readRequests(requests, subject),
      cursor: readCursor(cursor, subject),
      addPartitions: readKeys(addPartitions, "addPartitions", subject),
      removePartitions: readKeys(removePartitions, "removePartitions", subject),
      ...(reason !== undefined && { reason: reason.slice(0, MAX_TEXT) }),
    },
    subject,
  );
}

const SENSOR_FIELDS =
  "Give back { requests, cursor, addPartitions, removePartitions, reason }, each where it is needed; skip(reason); or nothing.";

function skipped(reason: unknown, subject: string): TickAnswer {
  if (typeof reason === "string") return { kind: "skipped", reason: reason.slice(0, MAX_TEXT) };
  throw invalid(subject, `the reason of its skip is ${describeType(reason)}`);
}

function readCursor(cursor: unknown, subject: string): string | null {
  if (cursor === undefined || cursor === null) return null;
  if (typeof cursor !== "string")
    throw invalid(subject, `its cursor is ${describeType(cursor)}`, "Write JSON.stringify(…).");
  // Longer in bytes than in UTF-16 units, so what is far too long is not encoded.
  const bytes = cursor.length > MAX_CURSOR_BYTES ? cursor.length : new TextEncoder().encode(cursor).length;
  if (bytes <= MAX_CURSOR_BYTES) return cursor;
  throw new HeddleError(
    "SENSOR_CURSOR_LIMIT",
    `the cursor of ${subject} has ${bytes.toLocaleString("en")} bytes, and ${MAX_CURSOR_BYTES.toLocaleString("en")} is the most`,
    { hint: "Keep a place to go on from in it, such as a time or the last name, and no list of what was seen." },
  );
}

function readRequests(list: readonly unknown[], subject: string): RunRequestData[] {
  if (list.length > MAX_TICK_REQUESTS) {
    throw new HeddleError(
      "TICK_REQUESTS_LIMIT",
      `${subject} asks for ${list.length.toLocaleString("en")} runs in one tick, and ${MAX_TICK_REQUESTS.toLocaleString("en")} is the most`,
      { hint: "Name many partitions in one request: they become one run. Or ask for the rest at the next tick." },
    );
  }
  return list.map((one, index) => readRequest(one, `requests[${index}]`, subject));
}

function readRequest(given: unknown, path: string, subject: string): RunRequestData {
  if (isSkip(given))
    throw invalid(subject, `${path} is a skip`, "Give back skip() alone, and no request to ask for nothing.");
  if (!isRecord(given)) throw invalid(subject, `${path} is ${describeType(given)}`);
  const {
    selection,
    runChecks,
    partitions,
    runKey,
    config,
    tags,
    priority,
    limits,
    ...others
  }: { readonly [K in keyof RunRequest]: unknown } = given;
  const [unknown] = Object.keys(others);
  const expect = (name: string, fits: boolean, wanted: string): void => {
    if (!fits) throw invalid(subject, `${path}.${name} must be ${wanted}`);
  };
  if (unknown !== undefined) throw invalid(subject, `${path} has ${JSON.stringify(unknown)}, which means nothing`);
  const isText = (value: unknown): value is string =>
    typeof value === "string" && value.length <= MAX_TEXT && isStorable(value);
  const isKeys = Array.isArray(partitions) && partitions.length <= MAX_KEYS && partitions.every(isText);
  const isAssets = Array.isArray(selection) && selection.every((one: unknown) => isRecord(one) && isText(one["key"]));
  expect("selection", selection === undefined || isText(selection) || isAssets, "a selection or a list of assets");
  const isChecks =
    Array.isArray(runChecks) &&
    runChecks.length > 0 &&
    runChecks.every((one: unknown) => isAssetCheck(one) && keyOfChecked(one) !== null);
  expect("runChecks", runChecks === undefined || runChecks === "all" || isChecks, '"all" or a list of asset checks');
  const beside = isChecks && selection !== undefined ? "selection" : config === undefined ? null : "config";
  if (runChecks !== undefined && beside !== null)
    throw invalid(subject, `${path} has ${beside} beside runChecks`, "Leave one of the two out.");
  expect("partitions", partitions === undefined || isText(partitions) || isKeys, `a text, or at most ${MAX_KEYS} keys`);
  expect(
    "runKey",
    runKey === undefined || (isText(runKey) && runKey !== "" && runKey.length <= MAX_RUN_KEY),
    `a text of 1 to ${MAX_RUN_KEY} characters`,
  );
  const isTags = isRecord(tags) && Object.entries(tags).every(([name, value]) => isText(name) && isText(value));
  expect("tags", tags === undefined || isTags, "an object of texts");
  const problem = config === undefined ? null : findJsonProblem(config, "config");
  if (problem !== null) throw invalid(subject, `${path}.${problem}`);
  expect("config", config === undefined || isRecord(config), "an object by asset key");
  expect(
    "priority",
    priority === undefined || isPriority(priority),
    `a whole number from -${MAX_PRIORITY} to ${MAX_PRIORITY}`,
  );
  const late = limits === undefined ? null : findLimitsProblem(limits);
  if (late !== null) throw invalid(subject, `${path}.limits ${late}`);
  // Every field was looked at above.
  const request = given as RunRequest;
  return {
    ...chosenWork(request),
    partitions: request.partitions === undefined ? null : partitionsRule(request.partitions),
    runKey: request.runKey ?? null,
    config: request.config ?? null,
    tags: request.tags ?? null,
    priority: request.priority ?? null,
    ...(request.limits !== undefined && { limits: runLimitsData(request.limits) }),
  };
}

function readKeys(given: unknown, name: string, subject: string): TickKeys[] {
  if (!Array.isArray(given)) throw invalid(subject, `its ${name} is ${describeType(given)} and no list`);
  return given.map((one: unknown, index) => {
    const path = `${name}[${index}]`;
    if (!isRecord(one)) throw invalid(subject, `${path} is ${describeType(one)}`, "Write { definition, keys }.");
    const { keys } = one;
    const definition = nameOf(one["definition"]);
    if (definition === null)
      throw invalid(subject, `${path}.definition is no dynamic partitions definition, and no name of one`);
    if (!Array.isArray(keys) || keys.length > MAX_KEYS || !keys.every((key) => typeof key === "string")) {
      throw invalid(subject, `${path}.keys must be a list of at most ${MAX_KEYS} texts`);
    }
    return { definition, keys };
  });
}

function nameOf(definition: unknown): string | null {
  if (typeof definition === "string") return definition;
  const spec = isRecord(definition) ? definition["spec"] : undefined;
  return isRecord(spec) && spec["kind"] === "dynamic" && typeof spec["name"] === "string" ? spec["name"] : null;
}

function isStorable(text: string): boolean {
  return text.isWellFormed() && !text.includes("\0");
}

function checkLength(answer: TickAnswer, subject: string): TickAnswer {
  const { length } = JSON.stringify(answer);
  if (length <= MAX_ANSWER_LENGTH) return answer;
  throw new HeddleError(
    "TICK_REQUESTS_LIMIT",
    `what ${subject} gave back takes ${length.toLocaleString("en")} characters, and ${MAX_ANSWER_LENGTH.toLocaleString("en")} is the most`,
    { hint: "Ask for less at once: name partitions by ranges, and keep data out of config." },
  );
}

function invalid(subject: string, why: string, hint = "Give back requests, skip(reason), or nothing."): HeddleError {
  return new HeddleError("TICK_RESULT_INVALID", `${subject} gave back what cannot be used: ${why}`, { hint });
}
