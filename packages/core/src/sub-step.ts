import type { JsonProblem } from "./json-type.ts";
import type { Logger } from "./logger.ts";
import type { RetryOptions } from "./retry-policy.ts";
import type { MaybePromise, TypeError } from "./types.ts";

/** What the function of a sub-step gets. */
export interface SubStepContext {
  /** Aborted when the step is canceled or runs out of time, or the sub-step out of its own. */
  readonly signal: AbortSignal;
  /** Its lines carry the name of the sub-step. */
  readonly log: Logger;
  /** 1 for the first try of this sub-step in this attempt at the step. */
  readonly attempt: number;
}

/** What {@link RunSubStep} takes besides a function. */
export interface SubStepOptions {
  /** What to do when it fails, apart from the policy of the asset. @default one try */
  readonly retry?: RetryOptions | undefined;
  /** Longest time that one try may take, in milliseconds. @default no limit but the step's */
  readonly timeoutMs?: number | undefined;
}

/** What {@link MapSubSteps} takes besides a function. */
export interface SubStepMapOptions<TItem> extends SubStepOptions {
  /** Most sub-steps that run at once: a whole number from 1 to 256. @default 8 */
  readonly concurrency?: number | undefined;
  /** Name of the sub-step of an item. @default the item when it is a text or a number, else its place in the list */
  readonly name?: ((item: TItem, index: number) => string) | undefined;
}

/** `unknown` where a sub-step returns JSON, or nothing; a readable error where it does not. */
export type SubStepCheck<TValue> = [JsonProblem<TValue>] extends [never]
  ? unknown
  : TypeError<`The result of a sub-step is recorded as JSON: ${JsonProblem<TValue>}.`>;

/**
 * Does a part of a step's work once, as a sub-step: its result is recorded durably under its name before the promise resolves, and when
 * the step is tried again, after an error, a crash or a retry of the run, the recorded result is given and nothing is done.
 */
export type RunSubStep = <TValue>(
  /** Unique within the step, and the same each time: what it does, such as `page 7`. */
  name: string,
  run: (context: SubStepContext) => MaybePromise<TValue> & SubStepCheck<TValue>,
  options?: SubStepOptions,
) => Promise<TValue>;

/** Does the same to every item, several at a time, each as a sub-step of its own. Results come in the order of the items. */
export type MapSubSteps = <TItem, TValue>(
  items: Iterable<TItem>,
  run: (item: TItem, context: SubStepContext) => MaybePromise<TValue> & SubStepCheck<TValue>,
  options?: SubStepMapOptions<TItem>,
) => Promise<TValue[]>;
