import { describe, expect, test } from "vitest";
import { dynamicPartitions, multiPartitions, staticPartitions } from "./key-partitions.ts";
import { requireCommonKeys } from "./keys-meet.ts";
import type { PartitionsDefinition } from "./partitions-definition.ts";
import { dailyPartitions, monthlyPartitions } from "./time-partitions.ts";

describe("an identity mapping is refused between", () => {
  const day = dailyPartitions({ start: "2024-01-01" });
  const region = staticPartitions(["eu", "us"]);
  const dynamic = dynamicPartitions({ name: "users" });
  const judge = (upstream: PartitionsDefinition, downstream: PartitionsDefinition) =>
    requireCommonKeys({ kind: "identity" }, upstream.spec, downstream.spec);
  test.for<[title: string, PartitionsDefinition, PartitionsDefinition, why: RegExp]>([
    ["lists", region, staticPartitions(["de", "fr"]), /no key of the one .* "de" and "eu"$/u],
    ["days and months", day, monthlyPartitions({ start: "2024-01" }), /such as "2024-01" and "2024-01-01"$/u],
    ["days and a list", day, region, /no key of the one/u],
    [
      "days that end before the others begin",
      dailyPartitions({ start: "2020-01-01", end: "2021-01-01" }),
      day,
      /ends before/u,
    ],
    ["two dimensions and one", multiPartitions({ day, region }), day, /no key of the one/u],
    [
      "two dimensions and three",
      multiPartitions({ day, region }),
      multiPartitions({ day, region, n: dynamic }),
      /keys of 2/u,
    ],
    [
      "a dimension",
      multiPartitions({ day, region }),
      multiPartitions({ day, region: staticPartitions(["x"]) }),
      /in the dimension "region"/u,
    ],
  ])("%s", ([, upstream, downstream, why]) => {
    expect(() => judge(upstream, downstream)).toThrow(why);
  });
  test.for<[title: string, PartitionsDefinition, PartitionsDefinition]>([
    ["some of a list", region, staticPartitions(["us", "asia"])],
    ["a list of days", day, staticPartitions(["2024-02-01"])],
    ["keys that may come", dynamic, region],
    ["the same days elsewhere", day, dailyPartitions({ start: "2024-06-01", timeZone: "Asia/Tokyo" })],
    ["combinations that are listed", multiPartitions({ day, region }), staticPartitions(["2024-01-01|eu"])],
    [
      "months of days",
      dailyPartitions({ start: "2024-01-02" }),
      monthlyPartitions({ start: "2024-01", format: "%Y-%m-%d" }),
    ],
  ])("but not %s", ([, upstream, downstream]) => {
    expect(() => judge(upstream, downstream)).not.toThrow();
  });
});
