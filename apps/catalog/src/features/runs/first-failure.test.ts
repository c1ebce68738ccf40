import { expect, test } from "vitest";
import { countFailures, describeFirstFailure } from "./first-failure.ts";

const example = {
  asset: { id: 1, key: "flights/raw" },
  partitionKey: "2001-07-01",
  ordinal: 0,
  attempt: 1,
  error: null,
};

test("a message that names the partition goes on after it was named, any other says that it failed", () => {
  const message = "flights/raw [2001-07-01] was not published: day_is_complete (half of a day) failed";
  expect(describeFirstFailure({ example, poisonSteps: 0, message })).toBe(
    "was not published: day_is_complete (half of a day) failed.",
  );
  expect(describeFirstFailure({ example, poisonSteps: 0, message: "no such file!" })).toBe("failed: no such file!");
  expect(
    describeFirstFailure({
      example: { ...example, partitionKey: "" },
      poisonSteps: 0,
      message: "flights/raw was not published: gone",
    }),
  ).toBe("was not published: gone.");
  const killed = "the process of flights/raw [2001-07-01] was ended by SIGKILL";
  expect(describeFirstFailure({ example, poisonSteps: 1, message: killed })).toBe(
    `is poison, because one attempt after another ended its process. The last one: ${killed}.`,
  );
});

test("steps are counted, and ways only where there are several", () => {
  expect(countFailures({ failed: 1, skipped: 0, ways: 1 })).toBe("1 step failed.");
  expect(countFailures({ failed: 1, skipped: 2, ways: 1 })).toBe("1 step failed, 2 skipped because of it.");
  expect(countFailures({ failed: 5, skipped: 1_200, ways: 2 })).toBe(
    "5 steps failed in 2 ways, 1,200 skipped because of them.",
  );
});
