import { resolvePartitions } from "@heddle/core";
import { staticPartitions } from "@heddle/core";
import { describe, expect, test } from "vitest";
import { StatusRuns } from "../../../partitions/status-runs.ts";
import { codeOf } from "../../../status/status-look.ts";
import { launchOfChosen, readChosen } from "./chosen-partitions.ts";

const space = resolvePartitions(staticPartitions(["a", "b", "c", "d"]).spec, { now: 0 });
const runs = new StatusRuns([codeOf("fresh"), 0, 1, codeOf("failed"), 1, 2, codeOf("missing"), 2, 4]);
const partitions = { space, runs, knowsAllKeys: true };
const chosen = (text: string) => {
  const read = readChosen(text, partitions);
  if (read.kind !== "set") throw new Error(`"${text}" is ${read.kind}`);
  return read;
};

describe("an expression", () => {
  test("is read with statuses, and launched with them where a launch knows them", () => {
    expect([...chosen("b..c & status:missing").set]).toEqual([2]);
    expect([...chosen("status:missing,failed").set]).toEqual([1, 2, 3]);
    expect(launchOfChosen(chosen("a..c & status:missing,failed"), partitions)).toEqual({
      parts: "a..c",
      only: ["missing", "failed"],
    });
    expect(launchOfChosen(chosen("status:fresh"), partitions)).toEqual({ parts: "a", only: undefined });
    expect(launchOfChosen(chosen("a, c"), partitions)).toEqual({ parts: "a, c", only: undefined });
  });

  test("that holds nothing is an empty choice, and one that is not understood says why", () => {
    expect(chosen("status:running").set.isEmpty).toBe(true);
    expect(readChosen("", partitions)).toEqual({ kind: "all" });
    expect(readChosen("x", partitions)).toMatchObject({ kind: "invalid", message: 'there is no partition "x"' });
    expect(readChosen("status:broken", partitions)).toMatchObject({ kind: "invalid" });
    expect(readChosen("x", { ...partitions, knowsAllKeys: false })).toEqual({ kind: "unknown" });
  });
});
