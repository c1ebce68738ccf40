import { afterEach, describe, expect, test } from "vitest";
import { writeInstantsIn } from "../../format/instants.ts";
import { activityById, dayBounds, describeDay, lookOfDay } from "./activity-days.ts";

afterEach(() => writeInstantsIn(undefined));

describe("days", () => {
  test("begin at midnight of the time zone that is shown, today included", () => {
    writeInstantsIn("Asia/Kolkata");
    const bounds = dayBounds(Date.UTC(2026, 10, 20, 20), 2);
    expect(bounds.map((at) => new Date(at).toISOString())).toEqual([
      "2026-11-19T18:30:00.000Z",
      "2026-11-20T18:30:00.000Z",
      "2026-11-21T18:30:00.000Z",
    ]);
  });

  test("are 23 and 25 hours long when the clock is changed", () => {
    writeInstantsIn("Europe/Berlin");
    const hours = (now: number) => dayBounds(now, 3).map((at, i, all) => (at - (all[i - 1] ?? at)) / 3_600_000);
    expect(hours(Date.UTC(2026, 2, 30, 12))).toEqual([0, 24, 23, 24]);
    expect(hours(Date.UTC(2026, 9, 26, 12))).toEqual([0, 24, 25, 24]);
  });

  test("begin later where midnight does not exist", () => {
    writeInstantsIn("America/Santiago");
    const [start = 0] = dayBounds(Date.UTC(2026, 8, 6, 15), 1);
    expect(new Date(start).toISOString()).toBe("2026-09-06T04:00:00.000Z");
  });
});

describe("what happened on a day", () => {
  const nothing = { made: 0, failed: 0, skipped: 0, open: 0 };

  test("is told by asset and day", () => {
    const days = activityById({ ids: [7], cells: [[0, 3, 1, 0, 0, 2, 1, 0, 0, 4]] }, 3).get(7);
    expect(days).toEqual([{ ...nothing, made: 3, failed: 1 }, undefined, { ...nothing, made: 1, open: 4 }]);
  });

  test("is shown by the worst of it", () => {
    expect(lookOfDay({ made: 9, failed: 1, skipped: 0, open: 3 }).word).toBe("failed");
    expect(lookOfDay({ made: 9, failed: 0, skipped: 0, open: 3 }).word).toBe("running");
    expect(lookOfDay({ made: 1, failed: 0, skipped: 3, open: 0 }).word).toBe("fresh");
    expect(lookOfDay({ made: 0, failed: 0, skipped: 3, open: 0 }).word).toBe("skipped");
  });

  test("is said in words", () => {
    writeInstantsIn("UTC");
    const at = Date.UTC(2026, 10, 20);
    expect(describeDay(at, undefined)).toBe("2026-11-20: nothing");
    expect(describeDay(at, { made: 3, failed: 1, skipped: 0, open: 0 })).toBe("2026-11-20: 1 failed, 3 made");
  });
});
