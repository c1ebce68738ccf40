import type { AttentionCheck, AttentionItem } from "@heddle/api";
import { describe, expect, test } from "vitest";
import { describeCounts, failedPartition } from "./attention-text.ts";

function item(
  message: string | null,
  changes: Partial<AttentionItem> & { readonly partitionKey?: string } = {},
): AttentionItem {
  const { partitionKey = "", ...rest } = changes;
  return {
    asset: { id: 1, key: "flights/raw" },
    severity: "error",
    downstream: 0,
    failedPartitions: message === null ? 0 : 1,
    failedText: "",
    failure: message === null ? null : { runId: 1, at: 0, message, ordinal: 0, partitionKey },
    overdue: null,
    checks: [],
    problem: "run 1",
    note: null,
    ...rest,
  };
}

const failed = (name: string): AttentionCheck => ({ name, failed: 1, warned: 0 });
const warned = (name: string): AttentionCheck => ({ name, failed: 0, warned: 2 });

describe("what is wrong with an asset, in counts", () => {
  test("names no check that the cause names", () => {
    const checks = [failed("complete"), warned("dated_right"), warned("distinct")];
    expect(describeCounts(item("not published: complete (6 rows) failed", { failedText: "2001-07-01", checks }))).toBe(
      "1 partition failed. 1 check failed. 2 checks warned: dated_right, distinct",
    );
  });

  test("says which others there are beside the one that the cause names", () => {
    expect(describeCounts(item("complete failed", { checks: [failed("complete"), failed("distinct")] }))).toBe(
      "2 checks failed, also: distinct",
    );
  });

  test("takes a part of a longer name for no mention", () => {
    expect(describeCounts(item("day_is_complete failed", { checks: [failed("complete")] }))).toBe(
      "1 check failed: complete",
    );
  });

  test("is empty where the cause says everything", () => {
    expect(describeCounts(item("no paper"))).toBe("");
  });
});

describe("the partition that failed last", () => {
  test("is named unless the cause names it", () => {
    expect(failedPartition(item("flights/raw [2001-07-01] was not published", { partitionKey: "2001-07-01" }))).toBe(
      "",
    );
    expect(failedPartition(item("out of memory", { partitionKey: "2001-07-01" }))).toBe("2001-07-01");
    expect(failedPartition(item(null))).toBe("");
  });
});
