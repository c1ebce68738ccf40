/**
 * How many of the upstream partitions that a downstream partition reads must be there before it is made: all of them, at
 * least some, or all but a few. Partitions that are not there are told to the function as `missing`.
 */
export type WaitPolicy =
  | { readonly kind: "all" }
  | { readonly kind: "at-least"; readonly count: number }
  | { readonly kind: "at-most-missing"; readonly count: number };

/**
 * Makes a partition when at least `count` of the upstream partitions that it reads are there, once no other one of them
 * is on its way.
 * @example dep(rawWeather, { wait: atLeast(25) }) // a month needs 25 of its days
 */
export function atLeast(count: number): WaitPolicy {
  return { kind: "at-least", count };
}

/**
 * Makes a partition although up to `count` of the upstream partitions that it reads failed or do not exist.
 * @example dep(rawWeather, { wait: atMostMissing(2) })
 */
export function atMostMissing(count: number): WaitPolicy {
  return { kind: "at-most-missing", count };
}

/** How many of `needed` upstream partitions must be there; more than `needed` when that many do not exist. */
export function requiredBy(wait: WaitPolicy, needed: number): number {
  switch (wait.kind) {
    case "all":
      return needed;
    case "at-least":
      return wait.count;
    case "at-most-missing":
      return Math.max(0, needed - wait.count);
  }
}
