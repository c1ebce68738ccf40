import fc from "fast-check";
import { afterEach, describe, expect, test } from "vitest";
import {
  formatClock,
  formatFullInstant,
  formatInstant,
  formatOffset,
  formatPreciseClock,
  formatShortInstant,
  writeInstantsIn,
} from "../format/instants.ts";
import { findTimeZones } from "./find-time-zones.ts";
import { cityOf, isTimeZone } from "./time-zone.ts";

afterEach(() => writeInstantsIn(undefined));

describe("instants in a time zone", () => {
  const at = Date.UTC(2026, 2, 1, 23, 30, 7);

  test.each([
    ["UTC", "2026-03-01 23:30:07 +00:00 (UTC)"],
    ["Asia/Kolkata", "2026-03-02 05:00:07 +05:30 (Asia/Kolkata)"],
    ["America/Los_Angeles", "2026-03-01 15:30:07 -08:00 (America/Los_Angeles)"],
  ])("are written in %s", (zone, text) => {
    writeInstantsIn(zone);
    expect(formatFullInstant(at)).toBe(text);
  });

  test("follow daylight saving time", () => {
    writeInstantsIn("Europe/Berlin");
    expect(formatOffset(Date.UTC(2026, 2, 29, 0, 59))).toBe("+01:00");
    expect(formatOffset(Date.UTC(2026, 2, 29, 1, 1))).toBe("+02:00");
    expect(formatInstant(Date.UTC(2026, 2, 29, 1, 1))).toBe("2026-03-29 03:01:00");
  });

  test("are written as Intl writes them, wherever and whenever", () => {
    const zones = fc.constantFrom("UTC", "America/Sao_Paulo", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia");
    const instants = fc.integer({ min: Date.UTC(1975, 0), max: Date.UTC(2090, 0) });
    fc.assert(
      fc.property(fc.option(zones, { nil: undefined }), instants, (timeZone, instant) => {
        writeInstantsIn(timeZone);
        const format = new Intl.DateTimeFormat("sv-SE", { dateStyle: "short", timeStyle: "medium", timeZone });
        expect(formatInstant(instant)).toBe(format.format(instant));
        expect(Date.parse(formatInstant(instant).replace(" ", "T") + formatOffset(instant))).toBe(
          Math.floor(instant / 1_000) * 1_000,
        );
      }),
    );
  });

  test("have offsets to the second from the time before there were zones", () => {
    writeInstantsIn("Europe/Amsterdam");
    const format = new Intl.DateTimeFormat("sv-SE", { timeStyle: "medium", timeZone: "Europe/Amsterdam" });
    expect(formatClock(Date.UTC(1900, 0, 1, 12))).toBe(format.format(Date.UTC(1900, 0, 1, 12)));
    expect(formatPreciseClock(Date.UTC(2026, 0, 1, 12, 0, 0, 7))).toBe("13:00:00.007");
  });

  test("know which day is today there", () => {
    writeInstantsIn("Asia/Tokyo");
    expect(formatShortInstant(at, at + 3_600_000)).toBe("08:30");
    writeInstantsIn("UTC");
    expect(formatShortInstant(at, at + 3_600_000)).toBe("03-01 23:30");
  });
});

describe("time zones", () => {
  const zones = ["America/Argentina/Salta", "America/New_York", "Europe/Berlin", "Africa/Algiers", "UTC"];

  test("are found by city first, then by any part of the name", () => {
    expect(findTimeZones(zones, "new york")).toEqual(["America/New_York"]);
    expect(findTimeZones(zones, "a")[0]).toBe("Africa/Algiers");
    expect(findTimeZones(zones, "nowhere")).toEqual([]);
    expect(findTimeZones(zones, "")).toHaveLength(zones.length);
  });

  test("are known to the browser or not", () => {
    expect(isTimeZone("Europe/Berlin")).toBe(true);
    expect(isTimeZone("Europe/Atlantis")).toBe(false);
    expect(isTimeZone("")).toBe(false);
  });

  test("have a short name", () => expect(cityOf("America/New_York")).toBe("New York"));
});
