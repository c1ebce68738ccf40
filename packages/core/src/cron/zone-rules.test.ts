import fc from "fast-check";
import { Temporal } from "temporal-polyfill";
import { describe, expect, test } from "vitest";
import { zoneRules } from "./zone-rules.ts";

const ZONES = [
  "UTC",
  "America/New_York",
  "America/Sao_Paulo",
  "America/Nuuk",
  "Europe/Berlin",
  "Europe/Dublin",
  "Africa/Casablanca",
  "Africa/Cairo",
  "Africa/Monrovia",
  "Asia/Beirut",
  "Asia/Kathmandu",
  "Asia/Pyongyang",
  "Australia/Lord_Howe",
  "Pacific/Apia",
  "Pacific/Kwajalein",
  "+05:30",
];
const zone = fc.constantFrom(...ZONES);
const instant = fc.integer({ min: Date.UTC(1900, 0, 1), max: Date.UTC(2090, 0, 1) });
const at = (timeZone: string, epochMs: number) =>
  Temporal.Instant.fromEpochMilliseconds(epochMs).toZonedDateTimeISO(timeZone);
const plain = (local: number) => Temporal.PlainDateTime.from(new Date(local).toISOString().slice(0, 23));

test("offsets are those of Temporal", () => {
  fc.assert(
    fc.property(zone, instant, (timeZone, epochMs) => {
      expect(zoneRules(timeZone, epochMs).offsetAt(epochMs)).toBe(at(timeZone, epochMs).offsetNanoseconds / 1e6);
    }),
    { numRuns: 600 },
  );
});

test("local times become instants as Temporal has them, repeated ones the first time", () => {
  fc.assert(
    fc.property(zone, instant, fc.integer({ min: -90, max: 90 }), (timeZone, epochMs, minutes) => {
      // Half of the time near a clock change, where it matters.
      const change = at(timeZone, epochMs).getTimeZoneTransition("next")?.epochMilliseconds ?? epochMs;
      for (const near of [epochMs, change + minutes * 60_000]) {
        const local = near + at(timeZone, near).offsetNanoseconds / 1e6;
        const expected = plain(local).toZonedDateTime(timeZone, { disambiguation: "earlier" }).epochMilliseconds;
        expect(zoneRules(timeZone, near).instantOf(local)).toBe(expected);
      }
    }),
    { numRuns: 300 },
  );
});

describe("a local time inside a gap is the first instant after it", () => {
  test.each([
    ["America/Sao_Paulo", "2018-11-04T00:00", "2018-11-04T03:00Z"],
    ["America/Sao_Paulo", "2018-11-04T00:59", "2018-11-04T03:00Z"],
    ["Asia/Beirut", "2023-03-26T00:00", "2023-03-25T22:00Z"],
    ["Pacific/Apia", "2011-12-30T00:00", "2011-12-30T10:00Z"],
    ["Pacific/Apia", "2011-12-30T23:00", "2011-12-30T10:00Z"],
    ["Australia/Lord_Howe", "2023-10-01T02:15", "2023-09-30T15:30Z"],
  ])("%s %s", (timeZone, local, expected) => {
    const epochMs = zoneRules(timeZone, 0).instantOf(Date.parse(`${local}Z`));
    expect(epochMs).toBe(Date.parse(expected));
  });
});

test("an unknown zone is refused with the nearest names", () => {
  expect(() => zoneRules("Europe/Berln", 0)).toThrow("there is no time zone");
  expect(() => zoneRules("Berlin", 0)).toThrow(
    expect.objectContaining({ hint: expect.stringContaining("Europe/Berlin") }),
  );
  expect(() => zoneRules("Europe/Berln", 0)).toThrow(
    expect.objectContaining({ code: "TIME_ZONE_INVALID", hint: expect.stringContaining("Europe/Berlin") }),
  );
});
