import { DAY_MS, dateOfEpochDay, epochDayOf, HOUR_MS, MINUTE_MS, modulo, weekdayOf } from "../cron/calendar-days.ts";

const MONTH_NAMES = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** A local time, and how far the zone was from UTC then. */
export interface KeyTime {
  readonly local: number;
  readonly offsetMs: number;
}

/** What a key says about its time: the earliest local time that it can mean, and the offset where it names one. */
export interface ParsedKey {
  readonly local: number;
  readonly offsetMs: number | null;
}

interface KeyField {
  readonly pattern: string;
  readonly write: (time: KeyTime) => string;
}

const pad = (value: number, width = 2): string => String(value).padStart(width, "0");
const dateOf = ({ local }: KeyTime) => dateOfEpochDay(Math.floor(local / DAY_MS));
const partOf = ({ local }: KeyTime, unitMs: number, count: number): string =>
  pad(modulo(Math.floor(local / unitMs), count));

const FIELDS: { readonly [field: string]: KeyField } = {
  Y: { pattern: "\\d{4}", write: (time) => pad(dateOf(time).year, 4) },
  m: { pattern: "\\d{2}", write: (time) => pad(dateOf(time).month) },
  d: { pattern: "\\d{2}", write: (time) => pad(dateOf(time).day) },
  H: { pattern: "\\d{2}", write: (time) => partOf(time, HOUR_MS, 24) },
  M: { pattern: "\\d{2}", write: (time) => partOf(time, MINUTE_MS, 60) },
  S: { pattern: "\\d{2}", write: (time) => partOf(time, 1000, 60) },
  j: {
    pattern: "\\d{3}",
    write: (time) => pad(Math.floor(time.local / DAY_MS) - epochDayOf({ ...dateOf(time), month: 1, day: 1 }) + 1, 3),
  },
  b: { pattern: "[A-Z][a-z]{2}", write: (time) => MONTH_NAMES[dateOf(time).month - 1] ?? "" },
  G: { pattern: "\\d{4}", write: (time) => pad(isoWeekOf(Math.floor(time.local / DAY_MS)).year, 4) },
  V: { pattern: "\\d{2}", write: (time) => pad(isoWeekOf(Math.floor(time.local / DAY_MS)).week) },
  z: { pattern: "[+-]\\d{4}(?:\\d{2})?", write: ({ offsetMs }) => formatOffset(offsetMs) },
};

/** What `%` may be followed by, for messages. */
export const KEY_FIELDS = Object.keys(FIELDS).map((field) => `%${field}`);

/** Writes and reads the keys of a definition by time. */
export class KeyFormat {
  readonly fields: ReadonlySet<string>;
  readonly #parts: readonly (KeyField | string)[];
  readonly #names: readonly string[];
  readonly #pattern: RegExp;

  private constructor(names: readonly string[], parts: readonly (KeyField | string)[]) {
    this.fields = new Set(names);
    this.#names = names;
    this.#parts = parts;
    const pattern = parts.map((part) => (typeof part === "string" ? escapePattern(part) : `(${part.pattern})`));
    this.#pattern = new RegExp(`^${pattern.join("")}$`);
  }

  /** Reads a strftime format; returns the field that is unknown instead, such as `%Q`. */
  static parse(format: string): KeyFormat | string {
    const names: string[] = [];
    const parts: (KeyField | string)[] = [];
    for (const [piece] of format.matchAll(/%[\s\S]?|[^%]+/g)) {
      const name = piece.slice(1);
      const field = FIELDS[name];
      if (!piece.startsWith("%")) parts.push(piece);
      else if (name === "%") parts.push("%");
      else if (field === undefined) return piece;
      else {
        names.push(name);
        parts.push(field);
      }
    }
    return new KeyFormat(names, parts);
  }

  write(time: KeyTime): string {
    return this.#parts.map((part) => (typeof part === "string" ? part : part.write(time))).join("");
  }

  /** Reads a key; `null` when it does not have the format. What it does not name is taken at its earliest. */
  read(key: string): ParsedKey | null {
    const match = this.#pattern.exec(key);
    if (match === null) return null;
    const texts = new Map(this.#names.map((name, index) => [name, match[index + 1] ?? ""]));
    const number = (name: string, fallback: number): number => Number(texts.get(name) ?? fallback);
    const month = texts.has("b") ? MONTH_NAMES.indexOf(texts.get("b") ?? "") + 1 : number("m", 1);
    const week = texts.has("G") ? mondayOf(number("G", 1970), number("V", 1)) : null;
    const year = number("Y", 1970);
    const dayOfYear = texts.has("j") ? epochDayOf({ year, month: 1, day: number("j", 1) }) : null;
    const day = dayOfYear ?? (texts.has("Y") ? null : week) ?? epochDayOf({ year, month, day: number("d", 1) });
    const seconds = number("H", 0) * 3600 + number("M", 0) * 60 + number("S", 0);
    const offset = texts.get("z");
    return { local: day * DAY_MS + seconds * 1000, offsetMs: offset === undefined ? null : parseOffset(offset) };
  }
}

function escapePattern(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");
}

/** `-0800`, with seconds only where a zone had them. */
export function formatOffset(offsetMs: number): string {
  const seconds = Math.abs(offsetMs) / 1000;
  const rest = seconds % 60 === 0 ? "" : pad(seconds % 60);
  return `${offsetMs < 0 ? "-" : "+"}${pad(Math.floor(seconds / 3600))}${pad(Math.floor(seconds / 60) % 60)}${rest}`;
}

/** Milliseconds of what {@link formatOffset} wrote. */
export function parseOffset(text: string): number {
  const [hours, minutes, seconds] = [text.slice(1, 3), text.slice(3, 5), text.slice(5, 7)].map(Number);
  const total = ((hours ?? 0) * 60 + (minutes ?? 0)) * MINUTE_MS + (seconds ?? 0) * 1000;
  return text.startsWith("-") ? -total : total;
}

/** Year and number of the ISO week: weeks begin on Monday, and the first one holds January 4. */
function isoWeekOf(epochDay: number): { readonly year: number; readonly week: number } {
  const thursday = epochDay - modulo(weekdayOf(epochDay) - 1, 7) + 3;
  const { year } = dateOfEpochDay(thursday);
  return { year, week: Math.floor((thursday - epochDayOf({ year, month: 1, day: 1 })) / 7) + 1 };
}

function mondayOf(year: number, week: number): number {
  const fourth = epochDayOf({ year, month: 1, day: 4 });
  return fourth - modulo(weekdayOf(fourth) - 1, 7) + (week - 1) * 7;
}
