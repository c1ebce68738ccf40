import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { dynamicPartitions, multiPartitions, staticPartitions } from "./key-partitions.ts";
import { numberPartitions, type Numbering } from "./number-partitions.ts";
import { partitionScheme } from "./partition-scheme.ts";
import type { PartitionsDefinition } from "./partitions-definition.ts";
import type { PartitionsSpec } from "./partitions-spec.ts";
import { resolvePartitions } from "./resolve-partitions.ts";
import {
  cronPartitions,
  dailyPartitions,
  hourlyPartitions,
  monthlyPartitions,
  weeklyPartitions,
} from "./time-partitions.ts";

const NOW = Date.parse("2024-03-01T00:00Z");
const resolve = (spec: PartitionsSpec | null, now = NOW) =>
  resolvePartitions(spec, { now, dynamicKeys: () => ["ann", null, "bob"] });
const days = dailyPartitions({ start: "2024-02-20" });
const regions = (count: number, from = 0) =>
  staticPartitions(Array.from({ length: count }, (_, index) => `r${index + from}`));

describe("the scheme", () => {
  test.each<readonly [string, PartitionsDefinition | null]>([
    ["none", null],
    ["daily", days],
    ["daily", dailyPartitions({ start: "2020-01-01", hourOffset: 5, timeZone: "Asia/Tokyo", format: "%Y%m%d" })],
    ["weekly 0", weeklyPartitions({ start: "2024" })],
    ["weekly 3", weeklyPartitions({ start: "2024", dayOffset: 3, hourOffset: 2 })],
    ["monthly", monthlyPartitions({ start: "2024", dayOffset: 28 })],
    ["hourly 0 * * * * utc", hourlyPartitions({ start: "2024" })],
    [
      "hourly 30 * * * * america/new_york",
      hourlyPartitions({ start: "2024", minuteOffset: 30, timeZone: "America/New_York" }),
    ],
    ["cron 0 9 * * mon-fri utc", cronPartitions({ start: "2024", cron: " 0 9  * * MON-FRI" })],
    ["static", staticPartitions(["a"])],
    ["dynamic users", dynamicPartitions({ name: "users" })],
    ['dynamic "a,b"', dynamicPartitions({ name: "a,b" })],
    ["multi(day:daily,region:static/64)", multiPartitions({ day: days, region: regions(3) })],
    ["multi(day:daily,region:static/128)", multiPartitions({ day: days, region: regions(17) })],
    ["multi(a:static,b:static/64)", multiPartitions({ a: regions(3), b: regions(3) })],
    [
      "multi(user:dynamic users,hour:hourly 0 * * * * utc)",
      multiPartitions({ user: dynamicPartitions({ name: "users" }), hour: hourlyPartitions({ start: "2024" }) }),
    ],
    ['multi("a:daily,b":static)', multiPartitions({ "a:daily,b": regions(2) })],
  ])("%s", (scheme, definition) => {
    expect(partitionScheme(definition?.spec ?? null)).toBe(scheme);
    expect(numberPartitions(definition?.spec ?? null, null).numbering.scheme).toBe(scheme);
  });

  test("many dimensions get less room instead of being refused", () => {
    const users = dynamicPartitions({ name: "users" });
    const crowded = multiPartitions({ day: days, user: users, a: regions(40), b: regions(100) });
    expect(partitionScheme(crowded.spec)).toBe("multi(day:daily,user:dynamic users,a:static/64,b:static/128)");
    const tight = multiPartitions({ day: days, user: users, a: regions(65), b: regions(129) });
    expect(partitionScheme(tight.spec)).toBe("multi(day:daily,user:dynamic users,a:static/65,b:static/129)");
    const three = multiPartitions({ day: days, user: users, team: users, a: regions(3) });
    expect(partitionScheme(three.spec)).toBe(
      "multi(day:daily,user:dynamic users/8192,team:dynamic users/8192,a:static/64)",
    );
    // What was numbered once keeps its room when keys come.
    const numbered = numberPartitions(three.spec, null);
    const later = numberPartitions(
      multiPartitions({ day: days, user: users, team: users, a: regions(60) }).spec,
      numbered.numbering,
    );
    expect(later.numbering.scheme).toBe(numbered.numbering.scheme);
    expect(resolve(later.spec).all.size).toBe(10 * 2 * 2 * 60);
  });
});

describe("keys", () => {
  test("that were known keep their ordinals, new ones come after them", () => {
    const first = numberPartitions(staticPartitions(["eu", "us"]).spec, null);
    expect(first.spec).toEqual({ kind: "static", keys: ["eu", "us"] });
    const second = numberPartitions(staticPartitions(["apac", "us", "eu"]).spec, first.numbering);
    expect(second.spec).toEqual({ kind: "static", keys: ["apac", "us", "eu"], ordinals: [2, 1, 0] });
    const third = numberPartitions(staticPartitions(["us", "mars"]).spec, second.numbering);
    expect(third.numbering).toEqual({ scheme: "static", keys: { "": ["eu", "us", "apac", "mars"] } });
    const space = resolve(third.spec);
    expect(space.all.ranges).toEqual([1, 2, 3, 4]);
    expect([space.ordinalOf("us"), space.ordinalOf("mars"), space.ordinalOf("eu")]).toEqual([1, 3, null]);
    // What is gone can still be named.
    expect([0, 1, 2, 3, 4].map((ordinal) => space.keyOf(ordinal))).toEqual(["eu", "us", "apac", "mars", null]);
    const back = numberPartitions(staticPartitions(["eu", "us", "apac", "mars"]).spec, third.numbering);
    expect(back.spec).toEqual({ kind: "static", keys: ["eu", "us", "apac", "mars"] });
  });

  test("of a dimension can be added up to its room without another scheme", () => {
    const first = numberPartitions(multiPartitions({ day: days, region: regions(3) }).spec, null);
    const second = numberPartitions(multiPartitions({ day: days, region: regions(40) }).spec, first.numbering);
    expect(second.numbering.scheme).toBe(first.numbering.scheme);
    const [before, after] = [resolve(first.spec), resolve(second.spec)];
    for (const ordinal of before.all) expect(after.keyOf(ordinal)).toBe(before.keyOf(ordinal));
  });

  test("that outgrow their room are numbered anew, with twice the room", () => {
    const first = numberPartitions(multiPartitions({ day: days, region: regions(3) }).spec, null);
    const moved = numberPartitions(multiPartitions({ day: days, region: regions(62, 3) }).spec, first.numbering);
    expect(moved.numbering.scheme).toBe("multi(day:daily,region:static/128)");
    expect(moved.numbering.keys["region"]?.[0]).toBe("r3");
    const far = numberPartitions(multiPartitions({ day: days, region: regions(1000) }).spec, first.numbering);
    expect(far.numbering.scheme).toBe("multi(day:daily,region:static/1024)");
  });

  test("that would not fit in any room are refused", () => {
    const spec = (from: number) => multiPartitions({ day: days, a: regions(100_000, from), b: regions(100_000) }).spec;
    const first = numberPartitions(spec(0), null);
    expect(first.numbering.scheme).toContain("a:static/131072,b:static/131072");
    expect(() => numberPartitions(spec(60_000), first.numbering)).toThrow('the dimension "a" has had more keys');
  });
});

const zone = fc.constantFrom("UTC", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia");
const start = fc.constantFrom("1969-12-20", "2011-12-20", "2024-02-11T05:30");
const timedFrom = (starts: fc.Arbitrary<string>) =>
  fc
    .record({
      start: starts,
      timeZone: zone,
      minuteOffset: fc.constantFrom(0, 30),
      hourOffset: fc.constantFrom(0, 6),
      dayOffset: fc.constantFrom(1, 3),
    })
    .chain((options) =>
      fc.constantFrom(
        dailyPartitions(options),
        weeklyPartitions(options),
        // The day of the month is written in the key of months that do not begin on the first, so it is left alone here.
        monthlyPartitions({ ...options, dayOffset: 1 }),
        hourlyPartitions(options),
        cronPartitions({ ...options, cron: "*/20 8-17 * * 1-5" }),
        cronPartitions({ ...options, cron: "0 0 1,15 * *" }),
      ),
    );
const timed = timedFrom(start);
// Combinations with half a century of hours would be too many to look at.
const recent = timedFrom(fc.constantFrom("2024-02-11T05:30", "2024-02-25"));
const keyed = fc
  .uniqueArray(fc.integer({ min: 0, max: 90 }), { minLength: 1, maxLength: 50 })
  .map((numbers) => staticPartitions(numbers.map((number) => `k${number}`)));
const users = dynamicPartitions({ name: "users" });
const definition = fc.oneof(
  timed,
  keyed,
  fc.constant(users),
  fc.tuple(recent, keyed).map(([day, key]) => multiPartitions({ day, key })),
  fc.tuple(keyed, keyed, recent).map(([a, b, day]) => multiPartitions({ a, b, day })),
  fc.tuple(keyed, keyed).map(([a, b]) => multiPartitions({ a, b })),
  fc.tuple(keyed).map(([key]) => multiPartitions({ user: users, key })),
);

describe("over any sequence of changes", () => {
  test("no ordinal gets another key while the scheme is the same, and known keys keep theirs", () => {
    let checked = 0;
    const latest = (known: readonly Numbering[]): readonly Numbering[] => known.toReversed();
    fc.assert(
      fc.property(fc.array(definition, { minLength: 2, maxLength: 12 }), (definitions) => {
        const known: Numbering[] = [];
        const keys = new Map<string, Map<number, string>>();
        const ordinals = new Map<string, Map<string, number>>();
        for (const { spec } of definitions) {
          // As a store does it: against each numbering that there was, the newest first.
          const fits = latest(known)
            .map((numbering) => numberPartitions(spec, numbering))
            .find(({ numbering }, index) => numbering.scheme === latest(known)[index]?.scheme);
          const taken = new Set(known.map(({ scheme }) => scheme));
          const candidates = [null, ...latest(known)].map((numbering) => numberPartitions(spec, numbering));
          const chosen = fits ?? candidates.find(({ numbering }) => !taken.has(numbering.scheme));
          if (chosen === undefined) throw new Error("nothing fits");
          const { scheme } = chosen.numbering;
          expect(partitionScheme(chosen.spec)).toBe(scheme);
          known.splice(0, known.length, ...known.filter((each) => each.scheme !== scheme), chosen.numbering);
          const space = resolve(chosen.spec);
          const [byOrdinal, byKey] = [keys.get(scheme) ?? new Map(), ordinals.get(scheme) ?? new Map()];
          keys.set(scheme, byOrdinal);
          ordinals.set(scheme, byKey);
          const some = [...space.all.take(40), ...space.all.subtract(space.all.take(space.all.size - 40))];
          for (const ordinal of some) {
            const key = space.keyOf(ordinal)!;
            expect(space.ordinalOf(key)).toBe(ordinal);
            // Days that begin at another hour or in another zone are still the days of their dates.
            expect([scheme, ordinal, byOrdinal.get(ordinal) ?? key]).toEqual([scheme, ordinal, key]);
            expect([scheme, key, byKey.get(key) ?? ordinal]).toEqual([scheme, key, ordinal]);
            if (byOrdinal.has(ordinal)) checked += 1;
            byOrdinal.set(ordinal, key);
            byKey.set(key, ordinal);
          }
        }
      }),
      { numRuns: 80 },
    );
    expect(checked).toBeGreaterThan(200);
  });

  test("moving the start of a cron cadence moves no ordinal", () => {
    const early = resolve(cronPartitions({ start: "2020-01-01", cron: "0 6 * * 1-5", timeZone: "Asia/Tokyo" }).spec);
    const late = resolve(cronPartitions({ start: "2024-02-25", cron: "0 6 * * 1-5", timeZone: "Asia/Tokyo" }).spec);
    expect(late.all.size).toBeLessThan(5);
    for (const ordinal of late.all) expect(early.keyOf(ordinal)).toBe(late.keyOf(ordinal));
    expect(late.all.isSubsetOf(early.all)).toBe(true);
  });
});
