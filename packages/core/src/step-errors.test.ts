import { expect, test } from "vitest";
import { deserializeError, isHeddleError, serializeError } from "./errors.ts";
import { Fail, RetryAfter, wishOfError } from "./step-errors.ts";

test("what a function wishes survives the way to the database and back", () => {
  const wish = (error: unknown) => wishOfError(serializeError(deserializeError(serializeError(error))));
  expect(wish(new RetryAfter(1_500.2, "slow down"))).toEqual({ retryAfterMs: 1_501 });
  expect(wish(new Fail("no use"))).toBe("fail");
  expect(wish(new Error("plain"))).toBeUndefined();
});

test("an instant may be given, also one that has passed or lies far away", () => {
  const delay = (at: number) => wishOfError(serializeError(new RetryAfter(new Date(Date.now() + at))));
  expect(delay(-5_000)).toEqual({ retryAfterMs: 0 });
  expect(delay(90 * 24 * 3_600_000)).toEqual({ retryAfterMs: 30 * 24 * 3_600_000 });
});

test("what is no time at all is refused where it is written", () => {
  // As of `Number(response.headers.get("retry-after"))` where that is a date.
  expect(() => new RetryAfter(Number.NaN)).toThrow(/takes milliseconds or an instant, not NaN/u);
  expect(() => new RetryAfter(new Date("soon"))).toThrow(RangeError);
});

test("they are errors with a message, a code and a cause", () => {
  const cause = new Error("429");
  const error = new RetryAfter(1, "rate limited", { cause });
  expect(isHeddleError(error, "STEP_RETRY_AFTER")).toBe(true);
  expect([error.message, error.cause]).toEqual(["rate limited", cause]);
});
