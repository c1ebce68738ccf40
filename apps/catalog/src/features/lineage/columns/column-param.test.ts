import fc from "fast-check";
import { expect, test } from "vitest";
import { columnsParam, columnText, readColumnText } from "./column-param.ts";

test("a column in the address can be read, and comes back whatever the names are", () => {
  expect(columnText({ asset: "flights/clean", column: "late" })).toBe("flights/clean:late");
  expect(columnText({ asset: "a:b", column: "c:d" })).toBe("a%3Ab:c:d");
  const name = fc.oneof(
    fc.string({ minLength: 1, unit: "grapheme" }),
    fc.string({ minLength: 1, unit: fc.constantFrom(":", "%", "3", "A", "2", "5") }),
  );
  fc.assert(
    fc.property(name, name, (asset, column) => {
      expect(readColumnText(columnText({ asset, column }))).toEqual({ asset, column });
    }),
  );
});

test.each(["shown", "flights/clean:late"])("the address takes cols=%s", (given) => {
  expect(columnsParam().parse(given)).toBe(given);
});

test.each(["hidden", ":late", "flights/clean:", "flights/clean", "", 3, `a:${"b".repeat(2_000)}`])(
  "the address does not take cols=%s",
  (given) => {
    expect(columnsParam().parse(given)).toBeUndefined();
  },
);
