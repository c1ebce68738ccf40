import { describe, expect, it } from "vitest";
import { compareCursors, isEventCursor } from "./event-cursor.ts";

describe("compareCursors", () => {
  it("orders by transaction, then by id, beyond what a number holds exactly", () => {
    expect(compareCursors("9007199254740993.0", "9007199254740992.5")).toBeGreaterThan(0);
    expect(compareCursors("9007199254740992.5", "9007199254740993.0")).toBeLessThan(0);
    expect(compareCursors("7.2", "7.10")).toBeLessThan(0);
    expect(compareCursors("7.2", "7.2")).toBe(0);
  });
});

describe("isEventCursor", () => {
  it.each(["", "7", "7.", "-1.0", "7.0.0", "7.0; drop table run", "7.0\n", "x.0"])("refuses %j", (text) => {
    expect(isEventCursor(text)).toBe(false);
  });
});
