import type { SerializedError } from "./errors.ts";
import type { RetryPolicy, RetryRule } from "./snapshot.ts";

/**
 * What to do when an attempt ends with the asset's own error. A crash of the machine or of the process is counted apart
 * and never spends these attempts.
 *
 * @example
 * retry: { attempts: 3, backoff: "exponential", delayMs: 2_000, jitter: true } // tries at 0 s, about 2 s and 4 s later
 * @example
 * retry: {
 *   attempts: 3,
 *   rules: [
 *     { error: RateLimitError, attempts: 10, delayMs: 60_000 },
 *     { error: "ZodError", attempts: 1 }, // the data will not be better the next time
 *   ],
 * }
 */
export interface RetryOptions extends Partial<Omit<RetryPolicy, "rules">> {
  /** What holds for certain errors: the first rule that fits an error replaces what it states. */
  readonly rules?: readonly RetryRuleOptions[] | undefined;
}

/** One rule of {@link RetryOptions}: `error`, `message` or both say which errors it is for. */
export interface RetryRuleOptions extends Omit<RetryRule, "error"> {
  /**
   * Which error: its class, its name or its code (`"ECONNRESET"`); also one that it was caused by. Classes are told by
   * their names, and a class that extends the one that is named has a name of its own.
   */
  readonly error?: string | ErrorClass | undefined;
}

/** A class of errors. */
// oxlint-disable-next-line typescript/no-explicit-any -- whatever the constructor takes, it is never called
export type ErrorClass = abstract new (...parameters: any) => Error;

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
/** Longest list of delays, and strongest growth. */
const MAX_DELAYS = 50;
const MAX_FACTOR = 100;

/** Fills in what a declaration leaves out. */
export function resolveRetryPolicy(options: RetryOptions | undefined): RetryPolicy {
  const { rules, ...policy } = options ?? {};
  if (rules === undefined) return { ...DEFAULT_RETRY_POLICY, ...policy };
  // Somebody may have gone around the compiler: validation says what is wrong with it.
  const isList = Array.isArray(rules) && rules.every(isObject);
  return { ...DEFAULT_RETRY_POLICY, ...policy, rules: isList ? rules.map(toRule) : (rules as readonly RetryRule[]) };
}

function toRule(options: RetryRuleOptions): RetryRule {
  const { error, ...rule } = options;
  if (error === undefined) return rule;
  return { ...rule, error: typeof error === "function" ? error.name : error };
}

/** The policy that holds for an error: the first rule that fits it goes before the rest. */
export function policyForError(policy: RetryPolicy, error: SerializedError): RetryPolicy {
  const rule = policy.rules?.find((candidate) => fits(candidate, error));
  if (rule === undefined) return policy;
  const { error: _error, message: _message, ...stated } = rule;
  return { ...policy, ...stated };
}

/** Whether a rule is for an error, for one that caused it or for a part of it. */
function fits(rule: RetryRule, error: SerializedError): boolean {
  const { error: named, message } = rule;
  const isNamed = named === undefined || error.name === named || error.code === named;
  if (isNamed && (message === undefined || error.message.includes(message))) return true;
  if (error.cause !== undefined && fits(rule, error.cause)) return true;
  return error.errors?.some((part) => fits(rule, part)) ?? false;
}

/** Says in words what is wrong with a retry policy; empty when nothing is. */
export function findRetryPolicyProblems(policy: RetryPolicy): string[] {
  const { rules } = policy;
  const problems = findValueProblems("retry", policy);
  if (rules === undefined) return problems;
  if (!Array.isArray(rules)) return [...problems, "retry.rules must be a list of rules"];
  return [...problems, ...rules.flatMap((rule, index) => findRuleProblems(rules, rule, index))];
}

function findRuleProblems(rules: readonly RetryRule[], rule: RetryRule, index: number): string[] {
  const place = `retry.rules[${index}]`;
  if (!isObject(rule)) return [`${place} must be an object with \`error\` or \`message\``];
  const problems = findValueProblems(place, rule);
  for (const name of ["error", "message"] as const) {
    const value = rule[name];
    if (value !== undefined && (typeof value !== "string" || value === "")) {
      problems.push(`${place}.${name} must be a text that is not empty`);
    }
  }
  if (rule.error === undefined && rule.message === undefined) {
    problems.push(`${place} says for no error that it holds; give it \`error\` or \`message\``);
  }
  const earlier = rules.slice(0, index).findIndex((other) => isObject(other) && covers(other, rule));
  if (earlier >= 0)
    problems.push(`${place} never holds: retry.rules[${earlier}] comes first and fits all that it fits`);
  return problems;
}

function covers(earlier: RetryRule, later: RetryRule): boolean {
  const coversError = earlier.error === undefined || earlier.error === later.error;
  return coversError && (earlier.message === undefined || later.message?.includes(earlier.message) === true);
}

function findValueProblems(place: string, policy: RetryRule): string[] {
  const { attempts, delayMs, maxDelayMs, factor, backoff } = policy;
  const problems: string[] = [];
  if (attempts !== undefined && !(Number.isInteger(attempts) && isBetween(attempts, 1, MAX_ATTEMPTS))) {
    problems.push(`${place}.attempts is ${attempts}; it counts every try, the first one too: 1 to ${MAX_ATTEMPTS}`);
  }
  const isList = Array.isArray(delayMs);
  if (isList && !isBetween(delayMs.length, 1, MAX_DELAYS)) {
    problems.push(`${place}.delayMs lists ${delayMs.length} delays; it must list 1 to ${MAX_DELAYS}`);
  }
  const delays: readonly (readonly [string, unknown])[] = [
    ...(isList
      ? delayMs.map((delay, index) => [`delayMs[${index}]`, delay] as const)
      : [["delayMs", delayMs] as const]),
    ["maxDelayMs", maxDelayMs],
  ];
  for (const [name, value] of delays) {
    if (value === undefined || isBetween(value, 0, MAX_DELAY_MS)) continue;
    problems.push(
      `${place}.${name} is ${JSON.stringify(value)}; it must be 0 to ${MAX_DELAY_MS} milliseconds (30 days)`,
    );
  }
  if (factor !== undefined && !isBetween(factor, 1, MAX_FACTOR)) {
    problems.push(`${place}.factor is ${factor}; it must be 1 to ${MAX_FACTOR}`);
  }
  if (backoff !== undefined && !Object.hasOwn(FACTORS, backoff)) {
    problems.push(`${place}.backoff is ${JSON.stringify(backoff)}; it is one of ${Object.keys(FACTORS).join(", ")}`);
  }
  return problems;
}

function isObject(value: unknown): boolean {
  return typeof value === "object" && value !== null;
}

function isBetween(value: unknown, least: number, most: number): boolean {
  return typeof value === "number" && value >= least && value <= most;
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
  const delayMs = Math.min(growDelay(policy, Math.max(1, failedAttempts)), policy.maxDelayMs);
  return Math.round(policy.jitter ? random() * delayMs : delayMs);
}

function growDelay({ delayMs, backoff, factor = 2 }: RetryPolicy, failedAttempts: number): number {
  if (typeof delayMs !== "number") return delayMs[failedAttempts - 1] ?? delayMs.at(-1) ?? 0;
  // Growth may overflow to Infinity, and 0 × Infinity is not a number: without a delay there is nothing to grow.
  return delayMs === 0 ? 0 : delayMs * FACTORS[backoff](failedAttempts, factor);
}

const FACTORS: Record<RetryPolicy["backoff"], (failedAttempts: number, factor: number) => number> = {
  constant: () => 1,
  linear: (failedAttempts) => failedAttempts,
  exponential: (failedAttempts, factor) => factor ** (failedAttempts - 1),
};
