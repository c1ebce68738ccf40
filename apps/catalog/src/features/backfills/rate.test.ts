import { expect, test } from "vitest";
import { describeRate } from "./rate.ts";

test.each([
  [100_000, 60_000, "1,667 a second"],
  [30, 20_000, "1.5 a second"],
  [10, 60_000, "10 a minute"],
  [7, 120_000, "3.5 a minute"],
  [2, 3_600_000, "2 an hour"],
  [0, 1_000, ""],
  [5, 0, ""],
])("%d steps in %d ms are %s", (steps, ms, text) => expect(describeRate(steps, ms)).toBe(text));
