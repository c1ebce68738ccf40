import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  computeRetryDelay,
  DEFAULT_RETRY_POLICY,
  findRetryPolicyProblems,
  mayRetry,
  policyForError,
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

describe("rules", () => {
  class RateLimitError extends Error {
    override readonly name = "RateLimitError";
  }
  const policy = resolveRetryPolicy({
    attempts: 3,
    delayMs: 1_000,
    rules: [
      { error: RateLimitError, attempts: 10, delayMs: [60_000, 120_000] },
      { error: "ECONNRESET", message: "upstream", attempts: 5 },
      { message: "never again", attempts: 1 },
    ],
  });
  const plain = { name: "Error", message: "no" };

  test.each([
    ["its class", { ...plain, name: "RateLimitError" }, 10],
    ["its code and message", { ...plain, code: "ECONNRESET", message: "upstream went away" }, 5],
    ["its message", { ...plain, message: "this will never again work" }, 1],
    ["what caused it", { ...plain, cause: { ...plain, cause: { ...plain, name: "RateLimitError" } } }, 10],
    ["a part of it", { ...plain, errors: [plain, { ...plain, message: "never again" }] }, 1],
    ["neither, with half of what a rule asks for", { ...plain, code: "ECONNRESET" }, 3],
    ["neither", plain, 3],
  ])("hold for an error by %s", (_what, error, attempts) => {
    expect(policyForError(policy, error).attempts).toBe(attempts);
  });

  test("replace what they state and nothing else", () => {
    const found = policyForError(policy, { ...plain, name: "RateLimitError" });
    expect(found).toMatchObject({ attempts: 10, maxDelayMs: policy.maxDelayMs, jitter: false });
    expect([1, 2, 3, 9].map((failed) => computeRetryDelay(found, failed, () => 0))).toEqual([
      60_000, 120_000, 120_000, 120_000,
    ]);
  });

  test("are plain data", () => {
    expect(JSON.parse(JSON.stringify(policy))).toEqual(policy);
  });

  test.each([
    [[{}], "retry.rules[0] says for no error"],
    [[{ error: "" }], "retry.rules[0].error must be a text"],
    [[{ error: "A", attempts: 0 }], "retry.rules[0].attempts is 0"],
    [[{ error: "A", delayMs: [] }], "retry.rules[0].delayMs lists 0 delays"],
    [[{ error: "A" }, { error: "A", attempts: 2 }], "retry.rules[1] never holds: retry.rules[0] comes first"],
    [[{ message: "lock" }, { error: "B", message: "deadlock" }], "retry.rules[1] never holds"],
  ])("that cannot be meant are found: %j", (rules, problem) => {
    expect(findRetryPolicyProblems(resolveRetryPolicy({ rules })).join("; ")).toContain(problem);
  });

  test("that are no rules are found", () => {
    // @ts-expect-error -- what the compiler refuses
    const policies = [resolveRetryPolicy({ rules: "all" }), resolveRetryPolicy({ rules: [null] })];
    for (const wrong of policies) expect(findRetryPolicyProblems(wrong)).not.toEqual([]);
  });

  test("may be several for one error, when the first asks for more", () => {
    expect(
      findRetryPolicyProblems(resolveRetryPolicy({ rules: [{ error: "A", message: "x" }, { error: "A" }] })),
    ).toEqual([]);
  });
});
