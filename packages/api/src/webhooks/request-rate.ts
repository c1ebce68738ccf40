/** How many requests are taken. */
export interface RateLimit {
  readonly perSecond: number;
  /** Requests that may come at once. */
  readonly burst: number;
}

/** Senders whose rate is remembered; those that were silent the longest are forgotten first. */
const MAX_REMEMBERED = 10_000;

/** Counts requests by name, each against a bucket that fills by and by. */
export class RequestRate {
  readonly #limit: RateLimit;
  readonly #buckets = new Map<string, { readonly left: number; readonly at: number }>();

  constructor(limit: RateLimit) {
    this.#limit = limit;
  }

  /** Takes one request. `null` when there is room for it, else how long to wait, in milliseconds. @param now monotonic milliseconds */
  take(name: string, now: number): number | null {
    const { perSecond, burst } = this.#limit;
    const known = this.#buckets.get(name);
    const left = known === undefined ? burst : Math.min(burst, known.left + ((now - known.at) / 1_000) * perSecond);
    this.#buckets.delete(name);
    this.#buckets.set(name, { left: left >= 1 ? left - 1 : left, at: now });
    if (this.#buckets.size > MAX_REMEMBERED) {
      const [oldest] = this.#buckets.keys();
      if (oldest !== undefined) this.#buckets.delete(oldest);
    }
    return left >= 1 ? null : Math.ceil(((1 - left) / perSecond) * 1_000);
  }
}
