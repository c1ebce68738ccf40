import type { SerializedError } from "../errors.ts";
import { computeRetryDelay, mayRetry, policyForError } from "../retry-policy.ts";
import type { RetryPolicy } from "../snapshot.ts";
import { RETRY_AFTER_ATTEMPTS, wishOfError } from "../step-errors.ts";
import type { FailureCause } from "../statuses.ts";

/**
 * What a failed attempt is counted against:
 * - `policy`: the asset's retry policy;
 * - `losses`: a budget of its own, because it was not (or not certainly) the asset's fault;
 * - `none`: nothing, since another attempt would end the same way.
 */
export type FailureBudget = "policy" | "losses" | "none";

/**
 * The budget of each cause. A time-out is the function's own: it had been told how long it may take; and so is an exit:
 * a process that ends with a code was told to by the code in it.
 */
export const FAILURE_BUDGETS: { readonly [cause in FailureCause]: FailureBudget } = {
  error: "policy",
  timeout: "policy",
  no_progress: "policy",
  check: "none",
  exit: "policy",
  oom: "losses",
  killed: "losses",
  unresponsive: "losses",
  io: "losses",
  worker_lost: "losses",
  poison: "none",
};

/** Lost attempts after which a step is given up. */
export const MAX_LOSSES = 3;

/**
 * The same for a step that was lost in company. A worker that dies with hundreds of steps says little about each, and
 * three such deaths must not condemn the innocent; this many say enough.
 */
export const MAX_LOSSES_IN_COMPANY = 10;

/** Steps that were lost at once, up to which each of them counts as a suspect. */
export const MAX_SUSPECTS = 8;

/** How long a lost attempt waits for the next one. */
export const LOSS_RETRY_POLICY: RetryPolicy = {
  attempts: MAX_LOSSES_IN_COMPANY,
  backoff: "exponential",
  delayMs: 1_000,
  maxDelayMs: 30_000,
  jitter: true,
};

/** An attempt that ended without success. */
export interface FailedAttempt {
  readonly cause: FailureCause;
  /** How many steps were lost together with this one, itself included. Matters for `worker_lost` only. */
  readonly lostTogether: number;
  /** What the attempt ended with: decides which rule of the policy holds. @default the policy itself holds */
  readonly error?: SerializedError;
}

/** What the earlier attempts of a step have spent. */
export interface SpentBudget {
  readonly errors: number;
  readonly losses: number;
}

/** What becomes of a step after a failed attempt. */
export type FailureVerdict =
  | (SpentBudget & { readonly kind: "retry"; readonly delayMs: number })
  /** `cause` is the attempt's own, or `poison` for a step that has ended one process after another. */
  | (SpentBudget & { readonly kind: "fail"; readonly cause: FailureCause });

/**
 * Decides whether a step is tried again.
 *
 * @param spent what was spent before this attempt
 * @param random draws from 0 (inclusive) to 1 (exclusive), for jitter
 */
export function judgeFailure(
  attempt: FailedAttempt,
  spent: SpentBudget,
  options: { readonly policy: RetryPolicy; readonly random: () => number },
): FailureVerdict {
  const { cause } = attempt;
  switch (FAILURE_BUDGETS[cause]) {
    case "policy": {
      const errors = spent.errors + 1;
      const delayMs = retryDelay(attempt, errors, options);
      if (delayMs === undefined) return { kind: "fail", cause, errors, losses: spent.losses };
      return { kind: "retry", delayMs, errors, losses: spent.losses };
    }
    case "losses": {
      const losses = spent.losses + 1;
      if (losses >= lossLimit(attempt)) {
        return { kind: "fail", cause: cause === "io" ? cause : "poison", errors: spent.errors, losses };
      }
      const delayMs = computeRetryDelay(LOSS_RETRY_POLICY, losses, options.random);
      return { kind: "retry", delayMs, errors: spent.errors, losses };
    }
    case "none":
      return { kind: "fail", cause, ...pickSpent(spent) };
  }
}

/** Milliseconds until the next attempt of a step that failed by its own fault; `undefined` when there is none. */
function retryDelay(
  { error }: FailedAttempt,
  errors: number,
  { policy: declared, random }: { readonly policy: RetryPolicy; readonly random: () => number },
): number | undefined {
  const policy = error === undefined ? declared : policyForError(declared, error);
  const wish = error === undefined ? undefined : wishOfError(error);
  if (wish === "fail") return undefined;
  if (wish === undefined) return mayRetry(policy, errors) ? computeRetryDelay(policy, errors, random) : undefined;
  const attempts = policy.attempts > 1 ? policy.attempts : RETRY_AFTER_ATTEMPTS;
  return mayRetry({ ...policy, attempts }, errors) ? wish.retryAfterMs : undefined;
}

function lossLimit({ cause, lostTogether }: FailedAttempt): number {
  return cause === "worker_lost" && lostTogether > MAX_SUSPECTS ? MAX_LOSSES_IN_COMPANY : MAX_LOSSES;
}

function pickSpent({ errors, losses }: SpentBudget): SpentBudget {
  return { errors, losses };
}
