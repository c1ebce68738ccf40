import type { CronFields } from "../cron/cron-expression.ts";
import { LocalTicks } from "../cron/local-ticks.ts";
import { isTimeZone, unknownTimeZone } from "../cron/zone-rules.ts";
import { calendarStepOf, isHourly } from "./cadence-fields.ts";
import { isCronExclusion, parseLocalRange } from "./exclusions.ts";
import { missingFields } from "./format-fields.ts";
import { KEY_FIELDS, KeyFormat } from "./key-format.ts";
import { parseLocalTime } from "./local-time.ts";
import { checkPartitionKey, MAX_PARTITION_KEY_BYTES } from "./check-partition-key.ts";
import { canBeNumbered } from "./dimension-layout.ts";
import { problem, problemOf, type PartitionsProblem } from "./partitions-problem.ts";
import type {
  Cadence,
  MultiPartitionsSpec,
  PartitionsSpec,
  StaticPartitionsSpec,
  TimeWindowPartitionsSpec,
} from "./partitions-spec.ts";
import { timelineOf } from "./timeline.ts";

/** Longest name of a dimension or of dynamic partitions, and longest key format, in UTF-16 units. */
const MAX_NAME_LENGTH = 512;
/** Longer keys and names are cut off in messages. */
const MAX_SHOWN = 80;
/** Most problems of one kind that are written out. */
const MAX_LISTED = 5;
/** Largest end offset in windows, either way. */
const MAX_END_OFFSET = 100_000;

/** Finds all that is wrong with a partitions definition. An empty list means that it can be resolved. */
export function validatePartitionsSpec(spec: PartitionsSpec): PartitionsProblem[] {
  switch (spec.kind) {
    case "static":
      return validateStatic(spec);
    case "dynamic":
      return validateName(spec.name, "the name of the dynamic partitions");
    case "time-window":
      return validateTime(spec);
    case "multi":
      return validateMulti(spec);
  }
}

function validateStatic({ keys }: StaticPartitionsSpec): PartitionsProblem[] {
  if (keys.length === 0)
    return [problem("the partitions definition has no keys", "Give at least one key, or leave the partitions out.")];
  const bad = keys.flatMap((key) => {
    const why = checkPartitionKey(key);
    const shown = JSON.stringify(String(key).slice(0, MAX_SHOWN));
    return why === null
      ? []
      : [
          problem(
            `the partition key ${shown} ${why.replace(/^it /, "")}`,
            `Use visible characters and blanks inside, ${MAX_PARTITION_KEY_BYTES} bytes at most.`,
          ),
        ];
  });
  const seen = new Set<string>();
  const repeated = new Set<string>();
  for (const key of keys) {
    const normal = String(key).normalize("NFC");
    if (seen.has(normal)) repeated.add(normal);
    seen.add(normal);
  }
  const twice = [...repeated].map((key) =>
    problem(
      `the partition key ${JSON.stringify(key)} is given twice`,
      "Name each partition once; keys that look the same count as the same.",
    ),
  );
  return [...bad.slice(0, MAX_LISTED), ...twice.slice(0, MAX_LISTED)];
}

function validateName(name: string, what: string): PartitionsProblem[] {
  if (typeof name !== "string" || name === "")
    return [problem(`${what} is empty`, "Use at least one visible character.")];
  const shown = JSON.stringify(name.slice(0, MAX_SHOWN));
  if (/[\p{Cc}\p{Cs}\u2028\u2029]/u.test(name)) {
    return [problem(`${what} ${shown} has a control character`, "Use visible characters and blanks only.")];
  }
  if (name !== name.trim()) return [problem(`${what} ${shown} begins or ends with a blank`, "Remove the blank.")];
  if (name.length > MAX_NAME_LENGTH) {
    return [problem(`${what} ${shown}… has ${name.length} characters`, `Use at most ${MAX_NAME_LENGTH}.`)];
  }
  return [];
}

function validateMulti({ dimensions }: MultiPartitionsSpec): PartitionsProblem[] {
  if (dimensions.length === 0)
    return [problem("the partitions definition has no dimensions", "Give at least one dimension.")];
  const names = dimensions.map(({ name }) => name);
  const problems = names.flatMap((name) => validateName(name, "the name of the dimension"));
  const twice = names.find((name, place) => names.indexOf(name) < place);
  if (twice !== undefined)
    problems.push(problem(`the dimension ${JSON.stringify(twice)} is given twice`, "Give it another name."));
  for (const { name, partitions } of dimensions) {
    const own =
      partitions.kind === "multi"
        ? [problem("it has dimensions of its own", "List all dimensions side by side.")]
        : validatePartitionsSpec(partitions);
    problems.push(...own.map((each) => ({ ...each, message: `dimension ${JSON.stringify(name)}: ${each.message}` })));
  }
  if (problems.length === 0 && !canBeNumbered(dimensions)) {
    problems.push(
      problem(
        "the dimensions have too many combinations",
        "Use two or three dimensions that grow at most, and fewer fixed keys.",
      ),
    );
  }
  return problems;
}

function validateTime(spec: TimeWindowPartitionsSpec): PartitionsProblem[] {
  const problems: (PartitionsProblem | null)[] = [
    ...validateBounds(spec),
    isTimeZone(spec.timeZone) ? null : problemOf(() => throwing(unknownTimeZone(spec.timeZone))),
  ];
  if (!Number.isSafeInteger(spec.endOffset) || Math.abs(spec.endOffset) > MAX_END_OFFSET) {
    problems.push(
      problem(
        `the endOffset ${spec.endOffset} cannot be used`,
        `Use a whole number of windows, at most ${MAX_END_OFFSET}.`,
      ),
    );
  }
  let fields: CronFields | undefined;
  problems.push(problemOf(() => (fields = new LocalTicks(spec.cron).fields)));
  if (fields !== undefined) problems.push(validateCadence(spec, fields), validateFormat(spec, fields));
  for (const exclusion of spec.exclusions ?? []) problems.push(validateExclusion(exclusion));
  const found = problems.filter((each) => each !== null);
  if (found.length > 0) return found;
  return spec.end !== null && isEmpty(spec)
    ? [problem(`no window lies between ${spec.start} and ${spec.end}`, "Move the end, or choose a finer cadence.")]
    : [];
}

function throwing(error: Error): never {
  throw error;
}

function isEmpty(spec: TimeWindowPartitionsSpec): boolean {
  const timeline = timelineOf(spec);
  return timeline.end <= timeline.first;
}

const DATE_HINT = "Write it as 2024, 2024-01, 2024-01-31 or 2024-01-31T05:00, in the time zone of the definition.";

function validateBounds({ start, end }: TimeWindowPartitionsSpec): (PartitionsProblem | null)[] {
  const bounds = { start: readBound(start), end: end === null ? Infinity : readBound(end) };
  const unread = (["start", "end"] as const).filter((name) => bounds[name] === null);
  if (unread.length > 0) {
    const given = { start, end };
    return unread.map((name) =>
      problem(`the ${name} ${JSON.stringify(given[name])} is no date or time between 1800 and 2200`, DATE_HINT),
    );
  }
  if ((bounds.end ?? 0) > (bounds.start ?? 0)) return [];
  return [
    problem(
      `the end ${String(end)} is not after the start ${start}`,
      "Exchange them, or leave the end out for an open end.",
    ),
  ];
}

function readBound(text: string): number | null {
  const time = parseLocalTime(String(text));
  const year = Number(String(text).slice(0, 4));
  return time !== null && year >= 1801 && year < 2199 ? time.local : null;
}

const CADENCE_HINTS: { readonly [cadence in Cadence]: string } = {
  hourly: "The minuteOffset is 0 to 59.",
  daily: "The hourOffset is 0 to 23, the minuteOffset 0 to 59.",
  weekly: "The dayOffset is 0 (Sunday) to 6, the hourOffset 0 to 23, the minuteOffset 0 to 59.",
  monthly: "The dayOffset is 1 to 28, because every month has those; for later days use cronPartitions.",
  cron: "",
};

function validateCadence({ cadence, cron }: TimeWindowPartitionsSpec, fields: CronFields): PartitionsProblem | null {
  const fits =
    cadence === "cron" || (cadence === "hourly" ? isHourly(fields) : calendarStepOf(cadence, fields) !== null);
  return fits ? null : problem(`the cron expression ${JSON.stringify(cron)} is not ${cadence}`, CADENCE_HINTS[cadence]);
}

function validateFormat({ format, cadence }: TimeWindowPartitionsSpec, fields: CronFields): PartitionsProblem | null {
  const shown = JSON.stringify(format);
  const parsed = KeyFormat.parse(format);
  if (typeof parsed === "string") {
    return problem(
      `the key format ${shown} has the unknown field ${JSON.stringify(parsed)}`,
      `The fields are ${KEY_FIELDS.join(" ")} and %%.`,
    );
  }
  const missing = missingFields(parsed.fields, cadence, fields);
  if (missing !== null) return problem(`the key format ${shown} gives several windows the same key`, `Add ${missing}.`);
  return validateName(format, "the key format")[0] ?? null;
}

function validateExclusion(text: string): PartitionsProblem | null {
  if (typeof text === "string" && parseLocalRange(text) !== null) return null;
  if (typeof text === "string" && isCronExclusion(text) && !text.includes(".."))
    return problemOf(() => new LocalTicks(text));
  return problem(
    `the exclusion ${JSON.stringify(text)} is no date, no range of dates, no time and no cron expression`,
    "Write a date (2024-12-25), two with both ends included (2024-12-24..2025-01-01), a local time (2024-12-25T10:00) or a cron expression (0 0 * * 0,6).",
  );
}
