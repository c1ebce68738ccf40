import type { RetryPolicy } from "./snapshot.ts";

/**
 * What to do when an attempt ends with the asset's own error. A crash of the machine or of the process is counted apart
 * and never spends these attempts.
 *
 * @example
 * retry: { attempts: 3, backoff: "exponential", delayMs: 2_000, jitter: true } // tries at 0 s, about 2 s and 4 s later
 */
export type RetryOptions = Partial<RetryPolicy>;

/** The policy of an asset that declares none: one attempt. */
export const DEFAULT_RETRY_POLICY: RetryPolicy = {
  attempts: 1,
  backoff: "constant",
  delayMs: 0,
  maxDelayMs: 3_600_000,
  jitter: false,
};

/** More attempts than this are taken for a mistake. */
const MAX_ATTEMPTS = 1_000;
/** Longest delay that a policy may state, in milliseconds: 30 days. */
const MAX_DELAY_MS = 30 * 24 * 3_600_000;

/** Fills in what a declaration leaves out. */
export function resolveRetryPolicy(options: RetryOptions | undefined): RetryPolicy {
  return { ...DEFAULT_RETRY_POLICY, ...options };
}

/** Says in words what is wrong with a retry policy; empty when nothing is. */
export function findRetryPolicyProblems(policy: RetryPolicy): string[] {
  const problems: string[] = [];
  if (!Number.isInteger(policy.attempts) || policy.attempts < 1 || policy.attempts > MAX_ATTEMPTS) {
    problems.push(`retry.attempts is ${policy.attempts}; it counts every try, the first one too: 1 to ${MAX_ATTEMPTS}`);
  }
  for (const name of ["delayMs", "maxDelayMs"] as const) {
    const value = policy[name];
    if (!Number.isFinite(value) || value < 0 || value > MAX_DELAY_MS) {
      problems.push(`retry.${name} is ${value}; it must be 0 to ${MAX_DELAY_MS} milliseconds (30 days)`);
    }
  }
  if (!Object.hasOwn(FACTORS, policy.backoff)) {
    problems.push(
      `retry.backoff is ${JSON.stringify(policy.backoff)}; it is one of ${Object.keys(FACTORS).join(", ")}`,
    );
  }
  return problems;
}

/** Says whether a step that failed `failedAttempts` times with its own error is tried again. */
export function mayRetry(policy: RetryPolicy, failedAttempts: number): boolean {
  return failedAttempts < policy.attempts;
}

/**
 * Milliseconds to wait before the next attempt, after `failedAttempts` (1 or more) have failed. With jitter the delay is
 * drawn evenly between nothing and the delay that the policy gives, so that many steps that failed together do not come
 * back together.
 *
 * @param random draws from 0 (inclusive) to 1 (exclusive)
 */
export function computeRetryDelay(policy: RetryPolicy, failedAttempts: number, random: () => number): number {
  // Growth may overflow to Infinity, and 0 × Infinity is not a number: without a delay there is nothing to grow.
  const grown = policy.delayMs === 0 ? 0 : policy.delayMs * FACTORS[policy.backoff](Math.max(1, failedAttempts));
  const delayMs = Math.min(grown, policy.maxDelayMs);
  return Math.round(policy.jitter ? random() * delayMs : delayMs);
}

const FACTORS: Record<RetryPolicy["backoff"], (failedAttempts: number) => number> = {
  constant: () => 1,
  linear: (failedAttempts) => failedAttempts,
  exponential: (failedAttempts) => 2 ** (failedAttempts - 1),
};
