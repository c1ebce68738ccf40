import { expect, test } from "vitest";
import { readMetadataText } from "./read-metadata-text.ts";

test("lines of name and value are read: JSON where it is JSON, else text", () => {
  expect(readMetadataText('rows: 41\n\nsource: https://example.org/a:b\nparts: [1, "x"]\nok: true')).toEqual({
    entries: { rows: 41, source: "https://example.org/a:b", parts: [1, "x"], ok: true },
    problem: null,
  });
});

test("a line without a name, and a name twice, are told", () => {
  expect(readMetadataText("rows").problem).toBe("Line 1 has no name before a colon");
  expect(readMetadataText(": 4").problem).toBe("Line 1 has no name before a colon");
  expect(readMetadataText("a: 1\na: 2").problem).toBe("Line 2 names a again");
});
