import { afterEach, describe, expect, test } from "vitest";
import {
  formatFullInstant,
  formatInstant,
  formatOffset,
  formatShortInstant,
  writeInstantsIn,
} from "../format/instants.ts";
import { cityOf, findTimeZones, isTimeZone } from "./time-zone.ts";

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
