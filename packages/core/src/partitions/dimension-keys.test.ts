import fc from "fast-check";
import { expect, test } from "vitest";
import { dimensionKeysOf } from "./dimension-keys.ts";
import { joinKeys } from "./multi-key.ts";

test("the key in each dimension is found again, whatever the keys hold", () => {
  fc.assert(
    fc.property(fc.array(fc.string(), { minLength: 1, maxLength: 4 }), (keys) => {
      const dimensions = keys.map((key, place) => ({
        name: `d${place}`,
        partitions: { kind: "static", keys: [key] } as const,
      }));
      const found = dimensionKeysOf({ kind: "multi", dimensions }, joinKeys(keys));
      expect(Object.values(found ?? {})).toEqual(keys);
    }),
  );
});

test("partitions of one dimension have no dimensions", () => {
  expect(dimensionKeysOf({ kind: "static", keys: ["a|b"] }, "a|b")).toBeUndefined();
  expect(dimensionKeysOf(null, "")).toBeUndefined();
});
