import { expect, test } from "vitest";
import { worstMark } from "../../ui/worst-mark.ts";
import { describeEffect, describeRecent, marksOfRecent } from "./check-look.ts";

test("the newest results are told by what most needs a person", () => {
  expect(describeRecent("ppwfp")).toBe("last 5 results: 1 failed, 1 warned, 3 passed");
  expect(describeRecent("")).toBe("no results yet");
  expect(worstMark(marksOfRecent("ppwp"))?.tone).toBe("stale");
  expect(worstMark(marksOfRecent("pfwp"))?.tone).toBe("failed");
});

test("what a check does when it does not pass", () => {
  expect(describeEffect({ severity: "error", blocking: true })).toBe("blocks publication");
  expect(describeEffect({ severity: "error", blocking: false })).toBe("does not block");
  expect(describeEffect({ severity: "warn", blocking: false })).toBe("warns");
});
