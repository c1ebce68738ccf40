/** A point in monotonic time by which something must be done. */
export interface Deadline {
  /** Milliseconds that are left; 0 when it has passed. */
  readonly remainingMs: () => number;
  /** Rejects with `error()` when it passes before `promise` settles; `onPassed` runs first. */
  readonly race: <T>(promise: Promise<T>, onPassed: () => Error) => Promise<T>;
  /** Resolves when it passes; a process that has nothing else to do is not kept alive by it. */
  readonly passed: () => Promise<void>;
}

/** A deadline `ms` milliseconds from now, by the monotonic clock. */
export function deadlineIn(ms: number): Deadline {
  const end = performance.now() + ms;
  const remainingMs = (): number => Math.max(0, end - performance.now());
  return {
    remainingMs,
    passed: () =>
      new Promise((resolve) => {
        setTimeout(resolve, remainingMs()).unref();
      }),
    race: (promise, onPassed) =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(() => reject(onPassed()), remainingMs());
        promise.then(
          (value) => {
            clearTimeout(timer);
            resolve(value);
          },
          (error: unknown) => {
            clearTimeout(timer);
            reject(error instanceof Error ? error : new Error(String(error)));
          },
        );
      }),
  };
}

/** Waits `ms` milliseconds. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
