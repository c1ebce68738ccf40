import { describe, expect, test } from "vitest";
import { computeRetryDelay, findRetryPolicyProblems, mayRetry, resolveRetryPolicy } from "../src/retry-policy.ts";
import type { RetryPolicy } from "../src/snapshot.ts";
import facts from "./conformance/retries.json" with { type: "json" };

/** Facts that Heddle answers otherwise, each with the reason. */
const DIFFERENT: Record<string, string> = {
  "dg-exp-2": "the second retry waits twice the delay, as everywhere else; Dagster's formula gives three times",
  "dg-pm": "the one jitter is the full one, which spreads best",
  "dg-default-retries": "`attempts` counts the first try too and is 1 by default: nothing is retried unasked",
  "pf-jitter-upper": "jitter only shortens a delay, so that maxDelayMs is a promise",
  "pf-jitter-mean-0.5": "jitter only shortens a delay: its mean is half of it",
  "pf-jitter-mean-1": "jitter only shortens a delay: its mean is half of it",
  "pf-jitter-mean-100": "jitter only shortens a delay: its mean is half of it",
  "pf-jitter-bad-0": "jitter is on or off and has no factor",
  "pf-helper-1": "jitter only shortens a delay",
  "pf-helper-2": "jitter only shortens a delay",
};
/** Kinds that are about queues and limits, and not about retries. */
const ELSEWHERE = new Set(["pool", "order", "limit"]);

interface Input {
  readonly delay_s?: number | null;
  readonly multiplier?: number;
  readonly base_s?: number;
  readonly factor_s?: number;
  readonly max_delay_s?: number;
  readonly max_s?: number;
  readonly backoff?: string;
  readonly jitter?: string;
  readonly retries?: number;
  readonly delays_s?: readonly number[];
  readonly try_number?: number;
  readonly attempt?: number;
  readonly run_count?: number;
}
interface Expected {
  readonly exact_s?: number;
  readonly between_s?: readonly [number, number];
  readonly list_s?: readonly number[];
  readonly retry?: boolean;
  readonly approx_s?: number;
  readonly rel_tol?: number;
  readonly accepted?: boolean;
  readonly refused?: boolean;
}

const toMs = (seconds: number): number => seconds * 1_000;

function policyOf(input: Input): RetryPolicy {
  const backoffs: Record<string, RetryPolicy["backoff"]> = { LINEAR: "linear", EXPONENTIAL: "exponential" };
  return resolveRetryPolicy({
    backoff: input.backoff === undefined ? "exponential" : (backoffs[input.backoff] ?? "constant"),
    delayMs: input.delays_s?.map(toMs) ?? toMs(input.delay_s ?? input.base_s ?? input.factor_s ?? 0),
    factor: input.multiplier ?? 2,
    maxDelayMs: (input.max_delay_s ?? input.max_s ?? 86_400) * 1_000,
    jitter: input.jitter === "FULL",
    attempts: (input.retries ?? 0) + 1,
  });
}

const FACTS = facts.cases
  .filter(({ id, kind }) => !ELSEWHERE.has(kind) && !Object.hasOwn(DIFFERENT, id))
  // The file holds one shape for each kind; these are the fields that retries use.
  .map(({ id, input, expected }) => ({ id, input: input as Input, expected: expected as Expected }));

/** The facts that state one thing, and what they state. */
function statedBy<TName extends keyof Expected>(name: TName) {
  return FACTS.flatMap(({ id, input, expected }) => {
    const stated = expected[name];
    return stated === undefined ? [] : [{ id, input, stated }];
  });
}

/** The shortest and the longest delay that may be drawn, in seconds. */
function delaysOf(input: Input): [number, number] {
  const failed = input.attempt ?? input.try_number ?? input.run_count ?? 1;
  const [shortest, longest] = [0, 0.999].map((draw) => computeRetryDelay(policyOf(input), failed, () => draw) / 1_000);
  return [shortest ?? Number.NaN, longest ?? Number.NaN];
}

describe("retry delays", () => {
  test.each(statedBy("exact_s"))("$id", ({ input, stated }) => {
    expect(delaysOf(input)).toEqual([stated, stated]);
  });

  test.each(statedBy("between_s"))("$id", ({ input, stated }) => {
    const [shortest, longest] = delaysOf(input);
    expect(shortest).toBeGreaterThanOrEqual(stated[0]);
    expect(longest).toBeLessThanOrEqual(stated[1]);
  });

  test.each(statedBy("list_s"))("$id", ({ input, stated }) => {
    const delays = stated.map((_, retry) => computeRetryDelay(policyOf(input), retry + 1, () => 0) / 1_000);
    expect(delays).toEqual(stated);
  });

  test.each(statedBy("retry"))("$id", ({ input, stated }) => {
    expect(mayRetry(policyOf(input), input.run_count ?? 0)).toBe(stated);
  });

  test.each(statedBy("approx_s"))("$id", ({ input, stated }) => {
    expect(delaysOf(input)).toEqual([stated, stated]);
  });

  test.each(statedBy("accepted"))("$id", ({ input, stated }) => {
    expect(findRetryPolicyProblems(policyOf(input)).length === 0).toBe(stated);
  });

  test.each(statedBy("refused"))("$id", ({ input, stated }) => {
    expect(findRetryPolicyProblems(policyOf(input)).length > 0).toBe(stated);
  });

  test("every fact is either tested or listed as different", () => {
    const tested = (["exact_s", "between_s", "list_s", "approx_s", "retry", "accepted", "refused"] as const).flatMap(
      (name) => statedBy(name).map(({ id }) => id),
    );
    expect(tested.toSorted()).toEqual(FACTS.map(({ id }) => id).toSorted());
  });

  test("every difference is one of the facts", () => {
    const ids = new Set(facts.cases.map(({ id }) => id));
    expect(Object.keys(DIFFERENT).filter((id) => !ids.has(id))).toEqual([]);
  });
});
