import { HeddleError, type SerializedError } from "./errors.ts";

/** What {@link RetryAfter} and {@link Fail} take. */
export interface StepErrorOptions {
  /** The error that led to this one. */
  readonly cause?: unknown;
}

/**
 * Thrown by an asset's function: try again after this time, whatever the delays of the retry policy say. It counts as a
 * failed attempt, up to `attempts` of the policy, or {@link RETRY_AFTER_ATTEMPTS} where the asset retries nothing by itself.
 *
 * @example
 * if (response.status === 429) throw new RetryAfter(Number(response.headers.get("retry-after")) * 1_000, "rate limited");
 */
export class RetryAfter extends HeddleError {
  /**
   * @param delay milliseconds, at most 30 days, or the instant of the next attempt
   * @throws a RangeError when it is neither
   */
  constructor(delay: number | Date, message = "to be tried again later", options: StepErrorOptions = {}) {
    const delayMs = typeof delay === "number" ? delay : delay.getTime() - Date.now();
    if (!Number.isFinite(delayMs))
      throw new RangeError(`RetryAfter takes milliseconds or an instant, not ${String(delay)}`);
    super("STEP_RETRY_AFTER", message, {
      ...options,
      details: { delayMs: Math.min(MAX_RETRY_AFTER_MS, Math.max(0, Math.ceil(delayMs))) },
    });
  }
}

/**
 * Thrown by an asset's function: do not try again, whatever the retry policy says.
 *
 * @example
 * if (rows.length === 0) throw new Fail("the export for this day is empty and will stay so");
 */
export class Fail extends HeddleError {
  constructor(message: string, options: StepErrorOptions = {}) {
    super("STEP_GIVEN_UP", message, options);
  }
}

/** How often a step is tried in all when it throws {@link RetryAfter} and its asset has no retry policy. */
export const RETRY_AFTER_ATTEMPTS = 10;
/** 30 days. */
const MAX_RETRY_AFTER_MS = 30 * 24 * 3_600_000;

/** What a step wants to become of it, when its error says so: another attempt after some time, or none. */
export function wishOfError(error: SerializedError): { readonly retryAfterMs: number } | "fail" | undefined {
  if (error.code === "STEP_GIVEN_UP") return "fail";
  const delayMs = error.code === "STEP_RETRY_AFTER" ? error.details?.["delayMs"] : undefined;
  return typeof delayMs === "number" ? { retryAfterMs: delayMs } : undefined;
}
