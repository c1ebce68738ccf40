import { HeddleError } from "../errors.ts";

/** A cron expression read into sets. Day numbers: 0 is Sunday. */
export interface CronFields {
  /** The expression as five fields, an alias replaced. */
  readonly text: string;
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  /** Bit `d` for day `d` of the month. */
  readonly daysOfMonth: number;
  /** Days counted from the end of the month: 0 is the last one. */
  readonly daysFromEnd: readonly number[];
  /** Bit `m` for month `m`, from 1. */
  readonly months: number;
  /** Bit `d` for day `d` of the week. */
  readonly daysOfWeek: number;
  /** `5#2`: the second Friday. */
  readonly nthDaysOfWeek: readonly { readonly day: number; readonly nth: number }[];
  /** `5L`: the last Friday. */
  readonly lastDaysOfWeek: readonly number[];
  /** Whether the day of the month, and the day of the week, is restricted: when both are, either may match. */
  readonly restricts: { readonly dayOfMonth: boolean; readonly dayOfWeek: boolean };
}

const ALIASES: { readonly [alias: string]: string } = {
  "@yearly": "0 0 1 1 *",
  "@annually": "0 0 1 1 *",
  "@monthly": "0 0 1 * *",
  "@weekly": "0 0 * * 0",
  "@daily": "0 0 * * *",
  "@midnight": "0 0 * * *",
  "@hourly": "0 * * * *",
};

interface Field {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  readonly names?: readonly string[];
  /** Whether a range may run over the end: `nov-feb`, `fri-mon`. */
  readonly wraps?: boolean;
}

const MINUTE: Field = { name: "minute", min: 0, max: 59 };
const HOUR: Field = { name: "hour", min: 0, max: 23 };
const DAY_OF_MONTH: Field = { name: "day of month", min: 1, max: 31 };
const MONTH: Field = {
  name: "month",
  min: 1,
  max: 12,
  names: ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"],
  wraps: true,
};
const DAY_OF_WEEK: Field = {
  name: "day of week",
  min: 0,
  max: 7,
  names: ["sun", "mon", "tue", "wed", "thu", "fri", "sat"],
  wraps: true,
};

/**
 * Reads a cron expression: minute, hour, day of month, month, day of week, with names, lists, ranges, steps, `L`, `#`,
 * `?` and the aliases `@hourly` to `@yearly`.
 * @throws CRON_INVALID naming the field
 */
export function parseCronFields(expression: string): CronFields {
  const trimmed = expression.trim();
  const text = trimmed.startsWith("@") ? ALIASES[trimmed.toLowerCase()] : trimmed;
  if (text === undefined) {
    throw invalid(expression, `the alias ${trimmed} is unknown`, `The aliases are ${Object.keys(ALIASES).join(", ")}.`);
  }
  const fields = text.split(/\s+/);
  if (fields.length !== 5) throw invalid(expression, `it has ${text === "" ? 0 : fields.length} fields`, FIVE_FIELDS);
  const [minute = "", hour = "", dayOfMonth = "", month = "", dayOfWeek = ""] = fields;
  const read = (field: Field, value: string): number[] => readList(value, { expression, field });
  const days = splitSpecial(dayOfMonth, (item) => /^L(-\d+)?$/i.test(item));
  const weekdays = splitSpecial(dayOfWeek, (item) => /#/.test(item) || /^(L.+|.+L)$/i.test(item));
  const daysOfMonth = read(DAY_OF_MONTH, days.plain);
  const daysOfWeek = read(DAY_OF_WEEK, weekdays.plain).map((day) => day % 7);
  const isAllDays = new Set(daysOfMonth).size === 31;
  const isAllWeekdays = new Set(daysOfWeek).size === 7;
  return {
    text: fields.join(" "),
    minutes: sortedSet(read(MINUTE, minute)),
    hours: sortedSet(read(HOUR, hour)),
    daysOfMonth: bits(daysOfMonth),
    daysFromEnd: days.special.map((item) => readFromEnd(item, expression)),
    months: bits(read(MONTH, month)),
    daysOfWeek: bits(daysOfWeek),
    ...readWeekdays(weekdays.special, expression),
    restricts: { dayOfMonth: !isAllDays, dayOfWeek: !isAllWeekdays },
  };
}

const FIVE_FIELDS = "A cron expression has five fields: minute, hour, day of month, month, day of week.";

/** Where an item stands, for the error message. */
interface Place {
  readonly expression: string;
  readonly field: Field;
}

function splitSpecial(value: string, isSpecial: (item: string) => boolean): { plain: string; special: string[] } {
  const items = value.split(",");
  return { plain: items.filter((item) => !isSpecial(item)).join(","), special: items.filter(isSpecial) };
}

/** The numbers of a comma-separated list; a list that was emptied by special items has none. */
function readList(value: string, place: Place): number[] {
  const allowsEmpty = place.field === DAY_OF_MONTH || place.field === DAY_OF_WEEK;
  if (value === "" && allowsEmpty) return [];
  return value.split(",").flatMap((item) => readItem(item, place));
}

function readItem(item: string, place: Place): number[] {
  const { field, expression } = place;
  const [range = "", step, extra] = item.split("/");
  const largest = field === DAY_OF_WEEK ? 6 : field.max;
  const size = largest - field.min + 1;
  const by = step === undefined ? 1 : /^\d+$/.test(step) ? Number(step) : 0;
  if (extra !== undefined || by < 1 || by > size) {
    const hint = `A step is written */n with n from 1 to ${size}; it starts anew with each ${parentOf(field)}.`;
    throw invalid(expression, `the ${field.name} ${JSON.stringify(item)} has no usable step`, hint);
  }
  const isAny = range === "*" || (range === "?" && (field === DAY_OF_MONTH || field === DAY_OF_WEEK));
  if (isAny) return sequence({ from: field.min, to: largest, by }, field);
  const [first = "", last, more] = range.split("-");
  if (more !== undefined) throw outOfRange(item, place);
  const from = readNumber(first, item, place);
  const to = last === undefined ? (step === undefined ? from : largest) : readNumber(last, item, place);
  // "fri-sun" means up to the Sunday that ends the week.
  const end = field === DAY_OF_WEEK && to === 0 && from > 0 ? 7 : to;
  if (end < from && field.wraps !== true) throw outOfRange(item, place);
  return sequence({ from, to: end, by }, field);
}

function sequence({ from, to, by }: { from: number; to: number; by: number }, field: Field): number[] {
  const size = field === DAY_OF_WEEK ? 7 : field.max - field.min + 1;
  const end = to < from ? to + size : to;
  const numbers: number[] = [];
  for (let value = from; value <= end; value += by) {
    numbers.push(value > field.max ? value - size : value);
  }
  return numbers;
}

function readNumber(text: string, item: string, place: Place): number {
  const { field } = place;
  const named = field.names?.indexOf(text.toLowerCase()) ?? -1;
  const value = named >= 0 ? named + field.min : /^\d{1,4}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= field.min && value <= field.max) return value;
  throw outOfRange(item, place);
}

function readFromEnd(item: string, expression: string): number {
  const back = item.length === 1 ? 0 : Number(item.slice(2));
  if (back <= 30) return back;
  throw invalid(
    expression,
    `no month has a day ${back} before its last`,
    "Use L for the last day, L-1 for the day before it.",
  );
}

function readWeekdays(
  items: readonly string[],
  expression: string,
): Pick<CronFields, "nthDaysOfWeek" | "lastDaysOfWeek"> {
  const place = { expression, field: DAY_OF_WEEK };
  const nthDaysOfWeek: { day: number; nth: number }[] = [];
  const lastDaysOfWeek: number[] = [];
  for (const item of items) {
    const [, dayBefore, nth] = /^([a-z0-9]+)#([1-5]|L)$/i.exec(item) ?? [];
    const day = dayBefore ?? item.replace(/^L(?=.)|(?<=.)L$/i, "");
    const weekday = readNumber(day, item, place) % 7;
    if (nth === undefined && item.includes("#")) throw outOfRange(item, place);
    if (nth === undefined || nth.toUpperCase() === "L") lastDaysOfWeek.push(weekday);
    else nthDaysOfWeek.push({ day: weekday, nth: Number(nth) });
  }
  return { nthDaysOfWeek, lastDaysOfWeek };
}

function outOfRange(item: string, { expression, field }: Place): HeddleError {
  const names = field.names === undefined ? "" : `, or ${field.names[0]} to ${field.names[field.names.length - 1]}`;
  const special = field === DAY_OF_MONTH ? ", or L" : field === DAY_OF_WEEK ? ", with #1 to #5 or L" : "";
  const hint = `The ${field.name} is ${field.min} to ${field.max}${names}${special}; lists (1,15), ranges (1-5) and steps (*/2) are allowed.`;
  return invalid(expression, `the ${field.name} ${JSON.stringify(item)} cannot be used`, hint);
}

/** The error for a cron expression that cannot be used. */
export function invalid(expression: string, why: string, hint: string): HeddleError {
  return new HeddleError("CRON_INVALID", `the cron expression ${JSON.stringify(expression)} cannot be used: ${why}`, {
    hint,
    details: { expression },
  });
}

function parentOf(field: Field): string {
  if (field === MINUTE) return "hour";
  if (field === HOUR) return "day";
  return field === DAY_OF_MONTH ? "month" : field === MONTH ? "year" : "week";
}

function sortedSet(numbers: readonly number[]): number[] {
  return [...new Set(numbers)].sort((a, b) => a - b);
}

function bits(numbers: readonly number[]): number {
  return numbers.reduce((mask, number) => mask | (1 << number), 0);
}
