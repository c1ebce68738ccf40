import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { serializeError } from "../errors.ts";
import { DEFAULT_RETRY_POLICY } from "../retry-policy.ts";
import { FAILURE_CAUSES, type FailureCause } from "../statuses.ts";
import { Fail, RetryAfter } from "../step-errors.ts";
import {
  FAILURE_BUDGETS,
  judgeFailure,
  MAX_LOSSES,
  MAX_LOSSES_IN_COMPANY,
  MAX_SUSPECTS,
  type SpentBudget,
} from "./failure-verdict.ts";

const policy = { ...DEFAULT_RETRY_POLICY, attempts: 3, delayMs: 1_000 };

/** Lets attempts fail one after the other until the step is given up; says what each came to. */
function failAll(causes: Iterable<FailureCause>, lostTogether = 1) {
  let spent: SpentBudget = { errors: 0, losses: 0 };
  const verdicts = [];
  for (const cause of causes) {
    const verdict = judgeFailure({ cause, lostTogether }, spent, { policy, random: () => 0.5 });
    verdicts.push(verdict);
    if (verdict.kind === "fail") break;
    spent = verdict;
  }
  return verdicts;
}

const repeat = (cause: FailureCause): FailureCause[] => Array.from({ length: 50 }, () => cause);

describe("judgeFailure", () => {
  test("the asset's own errors spend its retry policy", () => {
    expect(failAll(repeat("error"))).toEqual([
      { kind: "retry", delayMs: 1_000, errors: 1, losses: 0 },
      { kind: "retry", delayMs: 1_000, errors: 2, losses: 0 },
      { kind: "fail", cause: "error", errors: 3, losses: 0 },
    ]);
  });

  test("an error has the delay and the attempts of the rule that fits it", () => {
    const ruled = { ...policy, rules: [{ error: "RateLimitError", attempts: 5, delayMs: 60_000 }] };
    const judge = (error: unknown, errors: number) =>
      judgeFailure(
        { cause: "error", lostTogether: 1, error: serializeError(error) },
        { errors, losses: 0 },
        { policy: ruled, random: () => 0.5 },
      );
    const limited = Object.assign(new Error("slow down"), { name: "RateLimitError" });
    expect(judge(new Error("fetching failed", { cause: limited }), 3)).toMatchObject({
      kind: "retry",
      delayMs: 60_000,
    });
    expect(judge(limited, 4)).toMatchObject({ kind: "fail" });
    expect(judge(new Error("other"), 1)).toMatchObject({ kind: "retry", delayMs: 1_000 });
    expect(judge(new Error("other"), 2)).toMatchObject({ kind: "fail" });
  });

  test("where no rule fits, the policy itself decides", () => {
    const rules = [
      { error: "ECONNRESET", attempts: 9 },
      { message: "try later", attempts: 9, delayMs: 60_000 },
    ];
    const judge = (error: unknown, errors: number) =>
      judgeFailure(
        { cause: "error", lostTogether: 1, error: serializeError(error) },
        { errors, losses: 0 },
        { policy: { ...policy, rules }, random: () => 0.5 },
      );
    expect(judge(new Error("no row"), 0)).toEqual({ kind: "retry", delayMs: 1_000, errors: 1, losses: 0 });
    expect(judge(new Error("no row"), 2)).toMatchObject({ kind: "fail", cause: "error" });
    // What is not an error at all fits none.
    expect(judge("a text", 0)).toMatchObject({ kind: "retry", delayMs: 1_000 });
  });

  test("a function says itself when it wants to be called again, and that it does not", () => {
    const judge = (error: unknown, attempts: number, errors: number) =>
      judgeFailure(
        { cause: "error", lostTogether: 1, error: serializeError(error) },
        { errors, losses: 0 },
        { policy: { ...policy, attempts }, random: () => 0.5 },
      );
    expect(judge(new RetryAfter(5_000), 3, 0)).toMatchObject({ kind: "retry", delayMs: 5_000, errors: 1 });
    expect(judge(new RetryAfter(5_000), 3, 2)).toMatchObject({ kind: "fail" });
    // Without a policy it does not ask in vain.
    expect(judge(new RetryAfter(5_000), 1, 0)).toMatchObject({ kind: "retry", delayMs: 5_000 });
    expect(judge(new RetryAfter(5_000), 1, 9)).toMatchObject({ kind: "fail", errors: 10 });
    expect(judge(new Fail("no use"), 100, 0)).toMatchObject({ kind: "fail", cause: "error", errors: 1 });
  });

  test("a blocking check that does not pass is final at once", () => {
    expect(failAll(repeat("check"))).toEqual([{ kind: "fail", cause: "check", errors: 0, losses: 0 }]);
  });

  test("a step that ends one process after another is poison", () => {
    const verdicts = failAll(repeat("oom"));
    expect(verdicts).toHaveLength(MAX_LOSSES);
    expect(verdicts.at(-1)).toEqual({ kind: "fail", cause: "poison", errors: 0, losses: MAX_LOSSES });
    expect(failAll(repeat("io")).at(-1)).toMatchObject({ cause: "io" });
  });

  test("steps that were lost with many others are given more chances", () => {
    expect(failAll(repeat("worker_lost"), MAX_SUSPECTS)).toHaveLength(MAX_LOSSES);
    expect(failAll(repeat("worker_lost"), MAX_SUSPECTS + 1)).toHaveLength(MAX_LOSSES_IN_COMPANY);
    expect(failAll(repeat("oom"), MAX_SUSPECTS + 1)).toHaveLength(MAX_LOSSES);
  });

  test("one budget never spends the other, and every step is given up in the end", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...FAILURE_CAUSES), { minLength: 20, maxLength: 20 }), (causes) => {
        const verdicts = failAll(causes);
        const tried = causes.slice(0, verdicts.length);
        const count = (budget: string) => tried.filter((cause) => FAILURE_BUDGETS[cause] === budget).length;
        expect(verdicts.at(-1)).toMatchObject({ kind: "fail", errors: count("policy"), losses: count("losses") });
        expect(count("policy")).toBeLessThanOrEqual(policy.attempts);
        expect(count("losses")).toBeLessThanOrEqual(MAX_LOSSES);
      }),
    );
  });
});
