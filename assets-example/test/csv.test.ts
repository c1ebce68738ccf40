import { describe, expect, it } from "vitest";
import { parseCsv, parseNumber } from "../src/sources/csv.ts";

describe("parseCsv", () => {
  it("reads quoted fields, doubled quotes, empty fields and either line end", () => {
    const rows = parseCsv('name,city\r\n"Fort Lauderdale, ""Int\'l""",FLL\n,\n', ["name", "city"]);
    expect(rows).toEqual([
      { name: 'Fort Lauderdale, "Int\'l"', city: "FLL" },
      { name: "", city: "" },
    ]);
  });

  it("reads a last line without an end", () => {
    expect(parseCsv("a,b\n1,2", ["a", "b"])).toEqual([{ a: "1", b: "2" }]);
    expect(parseCsv("a,b\n1,", ["a", "b"])).toEqual([{ a: "1", b: "" }]);
  });

  it("refuses another header, a record of another length and a broken quote", () => {
    expect(() => parseCsv("a,c\n1,2", ["a", "b"])).toThrow("expected the columns a, b, found a, c");
    expect(() => parseCsv("a,b\n1,2,3", ["a", "b"])).toThrow("record 1 has 3 fields, not 2");
    expect(() => parseCsv('a,b\n1,2"3', ["a", "b"])).toThrow("a quote");
    expect(() => parseCsv('a,b\n1,"2', ["a", "b"])).toThrow("a quote");
  });
});

describe("parseNumber", () => {
  it("takes numbers and nothing else", () => {
    expect(parseNumber("-1.5", "x")).toBe(-1.5);
    expect(() => parseNumber("", "temp_max of 2012-01-01")).toThrow('temp_max of 2012-01-01: "" is not a number');
    expect(() => parseNumber("12 km", "x")).toThrow("is not a number");
  });
});
