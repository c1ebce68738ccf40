import fc from "fast-check";
import { expect, test } from "vitest";
import { quoteElement, readArray, writeArray } from "./array-text.ts";

test("whatever text is written is read again", () => {
  const element = fc.option(
    fc.oneof(fc.string({ unit: "binary" }), fc.constantFrom("", "NULL", "null", '"', "\\", "{,}")),
  );
  fc.assert(
    fc.property(fc.array(element), (values) => {
      const text = writeArray(values, (value) => quoteElement(String(value)));
      expect(readArray(text, (part) => part)).toEqual(values);
    }),
  );
});

test("numbers are read as the server writes them", () => {
  expect(readArray("{1,NULL,-3}", Number)).toEqual([1, null, -3]);
  expect(readArray("{}", Number)).toEqual([]);
});

test("undefined is refused, because it is usually a mistake", () => {
  expect(() => writeArray([1, undefined], String)).toThrow("undefined");
});
