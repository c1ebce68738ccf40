import fc from "fast-check";
import { expect, test } from "vitest";
import { writeJsonText, writeText } from "./json-text.ts";

/** What PostgreSQL refuses inside `jsonb`. */
const isStorable = (text: string): boolean => !text.includes("\0") && text.isWellFormed();

function strings(value: unknown): string[] {
  if (typeof value === "string") return [value];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, member]) => [key, ...strings(member)]);
}

/** UTF-16 units of any kind, halves of surrogate pairs too. */
const anyText = fc
  .array(fc.oneof(fc.nat(0xff_ff), fc.constantFrom(0, 0xd8_00, 0xdf_ff)))
  .map((units) => String.fromCharCode(...units));

test("every value becomes JSON that can be stored", () => {
  fc.assert(
    fc.property(fc.jsonValue({ stringUnit: "binary" }), fc.dictionary(anyText, anyText), (value, texts) => {
      const text = writeJsonText({ value, texts });
      const read: unknown = JSON.parse(text ?? "");
      expect(strings(read).every(isStorable)).toBe(true);
    }),
    { numRuns: 30 },
  );
});

test("what can be stored stays as it is", () => {
  fc.assert(
    fc.property(
      fc.jsonValue().filter((value) => value !== null && strings(value).every(isStorable)),
      (value) => {
        expect(writeJsonText(value)).toBe(JSON.stringify(value));
      },
    ),
  );
  // The text of an escape is no escape.
  expect(JSON.parse(writeJsonText({ text: "\\u0000" }) ?? "")).toEqual({ text: "\\u0000" });
});

test("nothing stays nothing", () => {
  expect([writeJsonText(null), writeJsonText(undefined), writeText(null)]).toEqual([null, null, null]);
  expect(writeText("a\0b")).toBe("a\uFFFDb");
});
