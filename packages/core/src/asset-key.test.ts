import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { findAssetKeyProblem, foldAssetKey, formatAssetKey, parseAssetKey } from "./asset-key.ts";

describe("asset keys", () => {
  test.each(["a", "weather/daily_summary", "sales.orders/v2", "größe/日次", "a b", "__proto__", "CON"])(
    "takes %s",
    (key) => {
      expect(findAssetKeyProblem(key)).toBeNull();
      expect(formatAssetKey(parseAssetKey(key))).toBe(key);
    },
  );

  test.each([
    ["", "empty"],
    ["/a", "empty segment"],
    ["a//b", "empty segment"],
    ["a/", "empty segment"],
    ["a/../b", '".." is not'],
    ["./a", '"." is not'],
    ["a\0b", "(U+0000)"],
    ["a\nb", "control character"],
    ["a\u202Eb", "(U+202E)"],
    ["a\uD800", "surrogate"],
    ["a / b", "blank"],
    ["u\u0308ber", "normal form C"],
    ["ä".repeat(128), "256 bytes, and 255 are the most"],
    [7, "not a string"],
  ])("refuses %j", (key, reason) => {
    expect(findAssetKeyProblem(key)).toContain(reason);
  });

  test("throws with the key in its details", () => {
    expect(() => parseAssetKey("a//b")).toThrow(
      expect.objectContaining({ code: "ASSET_KEY_INVALID", details: { key: "a//b" } }),
    );
  });

  test("255 bytes are allowed, counted in UTF-8", () => {
    expect(findAssetKeyProblem("a".repeat(255))).toBeNull();
    expect(findAssetKeyProblem("a".repeat(256))).not.toBeNull();
    expect(findAssetKeyProblem(`a${"ä".repeat(127)}`)).toBeNull();
  });

  test("counts bytes as UTF-8 does", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", minLength: 1, maxLength: 60 }), (text) => {
        const key = text.normalize("NFC").repeat(3);
        fc.pre(findAssetKeyProblem(key.slice(0, 1)) === null && !/[/\s\p{C}\p{Z}]/u.test(key));
        expect(findAssetKeyProblem(key) === null).toBe(Buffer.byteLength(key) <= 255);
      }),
    );
  });

  test.each([
    ["Weather/Raw", "weather/raw"],
    ["\u00FCber", "u\u0308ber"],
    ["σίσυφοσ", "σίσυφος"],
  ])("%s and %s are twins", (a, b) => {
    expect(foldAssetKey(a)).toBe(foldAssetKey(b));
  });
});
