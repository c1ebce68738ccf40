import { describe, expect, test } from "vitest";
import { scrollTopOf, scrollWindow } from "./scroll-window.ts";

describe("a window on a list", () => {
  const short = { total: 5, linePx: 30, viewPx: 300 };
  const long = { total: 1_000, linePx: 30, viewPx: 300 };
  const huge = { total: 1_000_000, linePx: 30, viewPx: 300 };

  test("shows all of a short one", () => {
    expect(scrollWindow(0, short)).toEqual({ height: 150, first: 0, count: 5, top: 0 });
  });

  test("follows the pixels of one that a browser can scroll", () => {
    expect(scrollWindow(45, long)).toEqual({ height: 30_000, first: 1, count: 11, top: 30 });
    expect(scrollWindow(29_700, long)).toMatchObject({ first: 990, count: 10 });
  });

  test("reaches both ends of one that it cannot", () => {
    const { height } = scrollWindow(0, huge);
    expect(height).toBeLessThan(17_000_000);
    expect(scrollWindow(0, huge)).toMatchObject({ first: 0, top: 0 });
    expect(scrollWindow(height - 300, huge)).toMatchObject({ first: 999_990, count: 10 });
    expect(scrollWindow((height - 300) / 2, huge).first).toBe(499_995);
  });

  test.for([0, 7, 12, 400_000, 999_999])("scrolls just so far that line %i is in view", (line) => {
    const at = scrollTopOf(line, 0, huge);
    const { first } = scrollWindow(at, huge);
    expect(line).toBeGreaterThanOrEqual(first);
    expect(line).toBeLessThan(first + 11);
    expect(line <= 9 ? at : 0).toBe(0);
  });
});
