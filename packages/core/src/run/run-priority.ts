/** Bounds of a run's priority: from minus this to this. */
export const MAX_PRIORITY = 1_000;

/** Whether a stated value can be a run's priority. */
export function isPriority(value: unknown): boolean {
  return Number.isSafeInteger(value) && Math.abs(Number(value)) <= MAX_PRIORITY;
}
