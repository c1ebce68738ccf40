import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  computeRetryDelay,
  DEFAULT_RETRY_POLICY,
  findRetryPolicyProblems,
  mayRetry,
  resolveRetryPolicy,
} from "./retry-policy.ts";

const anyPolicy = fc.record({
  attempts: fc.integer({ min: 1, max: 1_000 }),
  backoff: fc.constantFrom("constant", "linear", "exponential"),
  delayMs: fc.integer({ min: 0, max: 86_400_000 }),
  maxDelayMs: fc.integer({ min: 0, max: 86_400_000 }),
  jitter: fc.boolean(),
});

describe("computeRetryDelay", () => {
  test("stays between 0 and the longest delay, and never falls from one attempt to the next", () => {
    fc.assert(
      fc.property(
        anyPolicy,
        fc.integer({ min: 1, max: 5_000 }),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (policy, failed, draw) => {
          const delay = computeRetryDelay(policy, failed, () => draw);
          expect(delay).toBeGreaterThanOrEqual(0);
          expect(delay).toBeLessThanOrEqual(policy.maxDelayMs);
          expect(computeRetryDelay(policy, failed + 1, () => draw)).toBeGreaterThanOrEqual(delay);
        },
      ),
    );
  });

  test("draws nothing without jitter", () => {
    const policy = resolveRetryPolicy({ delayMs: 100 });
    expect(computeRetryDelay(policy, 1, () => expect.unreachable())).toBe(100);
  });
});

test("mayRetry counts every try", () => {
  const policy = resolveRetryPolicy({ attempts: 3 });
  expect([1, 2, 3].map((failed) => mayRetry(policy, failed))).toEqual([true, true, false]);
  expect(mayRetry(DEFAULT_RETRY_POLICY, 1)).toBe(false);
});

describe("findRetryPolicyProblems", () => {
  test("finds nothing in a policy that can be used", () => {
    fc.assert(
      fc.property(anyPolicy, (policy) => {
        expect(findRetryPolicyProblems(policy)).toEqual([]);
      }),
    );
  });

  test.each([
    [{ attempts: 0 }, "retry.attempts is 0"],
    [{ attempts: 1.5 }, "retry.attempts"],
    [{ delayMs: -1 }, "retry.delayMs is -1"],
    [{ delayMs: Number.NaN }, "retry.delayMs"],
    [{ maxDelayMs: Infinity }, "retry.maxDelayMs"],
    [{ backoff: "slow" as never }, "retry.backoff"],
    [{ backoff: "toString" as never }, "retry.backoff"],
  ])("finds %o", (options, problem) => {
    expect(findRetryPolicyProblems(resolveRetryPolicy(options))).toEqual([expect.stringContaining(problem)]);
  });
});
