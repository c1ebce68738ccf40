import fc from "fast-check";
import { beforeEach, describe, expect, test, vi } from "vitest";
import {
  choiceOrIntegerParam,
  choicesParam,
  integerParam,
  numberParam,
  textParam,
  textsParam,
} from "./search-param.ts";
import { formatSearchText, parseSearchText, searchSchema } from "./search-schema.ts";

const report = vi.hoisted(() => vi.fn<(problem: { name: string; given: string }) => void>());
vi.mock("./search-problems.ts", () => ({ reportSearchProblem: report }));

const read = searchSchema({
  sel: textParam(),
  status: choicesParam(["failed", "stale"]),
  group: textsParam(),
  depth: choiceOrIntegerParam(["all"], { min: 1, max: 20 }),
  page: integerParam(1, 9),
  x: numberParam(),
});

beforeEach(() => report.mockClear());

describe("searchSchema", () => {
  test("reads texts of an address and values of the application alike", () => {
    const typed = { sel: "a b", status: ["failed", "stale"], group: ["x"], depth: 3, page: 2, x: -1.5 };
    expect(read({ sel: "a b", status: "failed,stale", group: "x", depth: "3", page: "2", x: "-1.5" })).toEqual(typed);
    expect(read(typed)).toEqual(typed);
    expect(read({ depth: "all" })).toEqual({ depth: "all" });
    expect(report).not.toHaveBeenCalled();
  });

  test.each([
    ["status", "failed,unknown"],
    ["depth", "0"],
    ["depth", "some"],
    ["page", "2.5"],
    ["page", "10"],
    ["x", "Infinity"],
    ["x", "1e"],
    ["sel", "a".repeat(4_001)],
  ])("leaves out and reports %s=%s", (name, given) => {
    expect(read({ [name]: given })).toEqual({});
    expect(report).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ name, given }));
  });

  test("takes an empty parameter for an absent one", () => {
    expect(read({ sel: "", status: undefined })).toEqual({});
    expect(report).not.toHaveBeenCalled();
  });
});

describe("formatSearchText", () => {
  test("gives back through parseSearchText what was set", () => {
    const values = fc.record(
      {
        sel: fc.string({ minLength: 1, maxLength: 20, unit: "grapheme" }),
        status: fc.constantFrom(["failed"], ["stale", "failed"]),
        group: fc.array(
          fc.string({ minLength: 1, maxLength: 8 }).filter((text) => !text.includes("%2C")),
          { minLength: 1, maxLength: 3 },
        ),
        page: fc.integer({ min: 1, max: 9 }),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(values, (search) => {
        expect(read(parseSearchText(formatSearchText(search)))).toEqual(search);
      }),
    );
  });

  test("leaves the signs of keys and selections legible", () => {
    expect(formatSearchText({ sel: "+weather/raw and group:(a)", empty: "", none: undefined })).toBe(
      "?sel=%2Bweather/raw%20and%20group:(a)",
    );
    expect(formatSearchText({})).toBe("");
  });
});
