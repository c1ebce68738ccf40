import { expect, test } from "vitest";
import { worstMark } from "../../ui/worst-mark.ts";
import { describeOutcomes, markOfOutcome, outcomeOfMark } from "./tick-look.ts";

const outcomes = (marks: string) => marks.split("").map(outcomeOfMark);

test("a history is told by what most needs a person", () => {
  expect(describeOutcomes(outcomes("rrsfsm"))).toBe("last 6: 1 failed, 1 missed, 2 requested, 2 skipped");
  expect(describeOutcomes([])).toBe("no ticks yet");
});

test("where several ticks share a pixel the worst is shown", () => {
  const worst = (marks: string) => worstMark(outcomes(marks).map(markOfOutcome));
  expect(worst("rsm")).toEqual(markOfOutcome("missed"));
  expect(worst("srsf")).toEqual(markOfOutcome("failed"));
  expect(worst("")).toBeUndefined();
});
