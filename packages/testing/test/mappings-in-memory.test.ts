import {
  asset,
  customMapping,
  dailyPartitions,
  definitions,
  dep,
  monthlyPartitions,
  multiMapping,
  multiPartitions,
  ownPartitions,
  previousPartition,
  staticPartitions,
} from "@heddle/core";
import { expect, it } from "vitest";
import { materializeInMemory } from "../src/index.ts";

const days = dailyPartitions({ start: "2024-01-01", end: "2024-02-01" });
const regions = staticPartitions(["eu", "us"]);

it("an asset reads its own partition before, and the first one reads nothing", async () => {
  const balance = asset({
    key: "balance",
    partitions: days,
    deps: { before: ownPartitions<number>()({ mapping: previousPartition() }) },
    materialize: ({ deps }) => (deps.before ?? 0) + 1,
  });
  const result = await materializeInMemory(definitions({ assets: [balance] }));
  result.assertOk();
  expect(await result.value(balance, "2024-01-01")).toBe(1);
  expect(await result.value(balance, "2024-01-31")).toBe(31);
});

it("in one of several dimensions", async () => {
  const balance = asset({
    key: "balance",
    partitions: multiPartitions({ region: regions, day: days }),
    deps: {
      before: ownPartitions<string[]>()({
        mapping: multiMapping({
          day: { dimension: "day", mapping: previousPartition() },
          region: { dimension: "region" },
        }),
      }),
    },
    materialize: async ({ deps, partition }) => [...deps.before.keys, partition.key],
  });
  const result = await materializeInMemory(definitions({ assets: [balance] }));
  result.assertOk();
  expect(await result.value(balance, "us|2024-01-01")).toEqual(["us|2024-01-01"]);
  expect(await result.value(balance, "us|2024-01-09")).toEqual(["us|2024-01-08", "us|2024-01-09"]);
});

it("a function says which partitions are read", async () => {
  const raw = asset({ key: "raw", partitions: days, materialize: ({ partition }) => partition.key });
  const ends = asset({
    key: "ends",
    partitions: monthlyPartitions({ start: "2024-01", end: "2024-02" }),
    deps: { days: dep(raw, { mapping: customMapping((month) => [`${month}-01`, `${month}-31`]) }) },
    async materialize({ deps }) {
      const found: string[] = [];
      for await (const [, day] of deps.days) found.push(day);
      return found;
    },
  });
  const result = await materializeInMemory(definitions({ assets: [raw, ends] }));
  result.assertOk();
  expect(await result.value(ends, "2024-01")).toEqual(["2024-01-01", "2024-01-31"]);
});
