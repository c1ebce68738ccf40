/** How often the function of a schedule's tick is called before the tick has failed. */
export const TICK_ATTEMPTS = 3;
const FIRST_DELAY_MS = 5_000;
const LONGEST_SENSOR_DELAY_MS = 300_000;

/** When a schedule's tick that failed `attempts` times is tried again, in milliseconds from then; `null`: it has failed. */
export function tickRetryDelayMs(attempts: number): number | null {
  return attempts >= TICK_ATTEMPTS ? null : FIRST_DELAY_MS * 4 ** (attempts - 1);
}

/**
 * When a sensor is evaluated again after its previous evaluation began. One that fails is asked less and less often, up to
 * every five minutes, or at its own interval where that is longer.
 */
export function sensorDelayMs(intervalMs: number, failures: number): number {
  if (failures === 0) return intervalMs;
  const slower = Math.min(intervalMs * 2 ** Math.min(failures, 20), LONGEST_SENSOR_DELAY_MS);
  return Math.max(intervalMs, slower);
}
