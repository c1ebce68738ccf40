import fc from "fast-check";
import { expect, test } from "vitest";
import { portableSha256, sha256 } from "./sha256.ts";

test("gives the digest that everybody knows", () => {
  expect(sha256("abc")).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
});

test("is the same where the platform has no digest", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme", maxLength: 300 }), (text) => {
      expect(portableSha256(text)).toBe(sha256(text));
    }),
  );
});
