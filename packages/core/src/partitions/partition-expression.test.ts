import { describe, expect, test } from "vitest";
import { dynamicPartitions, multiPartitions, staticPartitions } from "./key-partitions.ts";
import { readPartitionExpression } from "./partition-expression.ts";
import { resolvePartitions } from "./resolve-partitions.ts";
import { dailyPartitions, monthlyPartitions } from "./time-partitions.ts";

describe("statuses", () => {
  test.for([
    ["", "all", null],
    ["2024-01..2024-03", "2024-01..2024-03", null],
    ["status:failed", "all", ["failed"]],
    ["region=eu & status: failed , Missing", "region=eu", ["missing", "failed"]],
    ["status:failed,stale & 2024 & eu-*", "2024 & eu-*", ["stale", "failed"]],
    ["status:failed,stale & status:stale", "all", ["stale"]],
    ['"status:failed"', '"status:failed"', null],
  ] as const)("%s", ([text, partitions, statuses]) => {
    expect(readPartitionExpression(text)).toEqual({ partitions, statuses });
  });

  test("that there are not say which there are", () => {
    expect(() => readPartitionExpression("status:faild")).toThrow('there is no status "faild"');
  });

  test("a key that looks like one is written in quotes", () => {
    const space = resolvePartitions(staticPartitions(["status:failed", "b"]).spec, { now: 0 });
    const text = space.format(space.parseRange('"status:failed"'));
    expect(readPartitionExpression(text).statuses).toBeNull();
    expect(space.parseRange(text).size).toBe(1);
  });
});

describe("terms by dimension", () => {
  const space = resolvePartitions(
    multiPartitions({
      day: dailyPartitions({ start: "2024-01-01", end: "2024-04-01" }),
      region: staticPartitions(["eu", "us", "asia"]),
    }).spec,
    { now: Date.UTC(2024, 5, 1) },
  );
  const read = (text: string): string => space.format(space.parseRange(text));

  test.for([
    ["region=eu", "*|eu (91)"],
    ["region = eu,us & day=2024-02", "2024-02-01..2024-02-29|eu..us (58)"],
    ["2024-02 & region=us", "2024-02-01..2024-02-29|us (29)"],
    ["2024-02 & us", "2024-02-01..2024-02-29|us (29)"],
    ["2024-03-30..", "2024-03-30|eu..2024-03-31|asia (6)"],
    ["a*", "*|asia (91)"],
    ["day=last 2 & region=*s*", "2024-03-30..2024-03-31|us..asia (4)"],
  ] as const)("%s", ([text, expected]) => {
    expect(read(text)).toBe(expected);
  });

  test("that are not known say what there is", () => {
    expect(() => read("regon=eu")).toThrow('there is no dimension "regon"');
    expect(() => read("region=eux")).toThrow('in the dimension "region" there is no partition "eux"');
    expect(() => read("region=eu & region=us")).toThrow("no partition lies in");
    expect(() => read("nowhere")).toThrow('there is no partition "nowhere"');
  });

  test("leave keys that hold an equals sign alone", () => {
    const odd = resolvePartitions(
      multiPartitions({
        month: monthlyPartitions({ start: "2024-01", end: "2024-03" }),
        a: dynamicPartitions({ name: "things" }),
      }).spec,
      { now: Date.UTC(2024, 5, 1), dynamicKeys: () => ["a=b", "b"] },
    );
    expect(odd.format(odd.parseRange("2024-01|a=b"))).toBe("2024-01|a=b");
    expect(odd.parseRange("a=b").size).toBe(2);
  });
});
