import { expect, test } from "vitest";
import { checkPartitionKey } from "./check-partition-key.ts";

test.each([
  ["", "empty"],
  [" a", "white space"],
  ["a\u00a0", "white space"],
  ["\u3000a", "white space"],
  ["a\nb", "control character"],
  ["a\u0000", "control character"],
  ["a\u0085b", "control character"],
  ["a\u2028b", "control character"],
  ["\ud800", "surrogate"],
  ["x".repeat(513), "513 bytes"],
  ["\u{1f9f5}".repeat(129), "516 bytes"],
  [7 as unknown as string, "no text"],
])("%j cannot be a key", (key, why) => {
  expect(checkPartitionKey(key)).toContain(why);
});

test.each(["a|b", "a/b", "a,b", "a..b", '"a"', "all", "2024-01-01", "\u{1f9f5}".repeat(128), "a b", "__proto__", "\\"])(
  "%j can",
  (key) => {
    expect(checkPartitionKey(key)).toBeNull();
  },
);
