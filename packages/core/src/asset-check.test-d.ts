import { expectTypeOf, test } from "vitest";
import { asset } from "./asset.ts";
import { assetCheck } from "./asset-check.ts";
import { pass } from "./check-result.ts";
import { externalAsset } from "./external-asset.ts";
import { staticPartitions } from "./partitions/key-partitions.ts";
import { resource } from "./resource.ts";

const prices = asset({
  key: "prices",
  partitions: staticPartitions(["eu", "us"]),
  materialize: ({ partition }) => [{ region: partition.key, price: 1 }],
});

test("a check sees the loaded value, the partition and its own resources", () => {
  const check = assetCheck({
    asset: prices,
    name: "positive",
    resources: { limit: resource({ key: "limit", create: () => 10 }) },
    check({ value, partition, resources }) {
      expectTypeOf(value).toEqualTypeOf<{ region: "eu" | "us"; price: number }[]>();
      expectTypeOf(partition.key).toEqualTypeOf<"eu" | "us">();
      expectTypeOf(resources.limit).toEqualTypeOf<number>();
      return pass();
    },
  });
  expectTypeOf(check.check)
    .parameter(0)
    .toHaveProperty("value")
    .toEqualTypeOf<{ region: "eu" | "us"; price: number }[]>();
});

test("a check on another type, on nothing or without a result is an error", () => {
  // @ts-expect-error the value is a list of prices and not a text
  assetCheck({ asset: prices, name: "x", check: ({ value }: { value: string }) => (value === "" ? pass() : pass()) });
  // @ts-expect-error an external asset has no value that could be checked
  assetCheck({ asset: externalAsset({ key: "e" }), name: "x", check: () => pass() });
  // @ts-expect-error a key is not an asset
  assetCheck({ asset: "prices", name: "x", check: () => pass() });
  // @ts-expect-error a check answers with pass() or fail()
  assetCheck({ asset: prices, name: "x", check: () => true });
});
