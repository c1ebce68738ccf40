/** Remembers what was made for a key, or is being made; the oldest goes when there are too many. */
export class PromiseCache<TKey, TValue> {
  readonly #entries = new Map<TKey, { readonly promise: Promise<TValue>; made?: { readonly value: TValue } }>();
  readonly #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Gives what is known, or makes it. What fails is forgotten, so that the next one who asks tries again. */
  get(key: TKey, make: () => Promise<TValue>): Promise<TValue> {
    const known = this.#entries.get(key);
    if (known !== undefined) return known.promise;
    const entry: { readonly promise: Promise<TValue>; made?: { readonly value: TValue } } = { promise: make() };
    entry.promise.then(
      (value) => (entry.made = { value }),
      () => this.#entries.delete(key),
    );
    this.#entries.set(key, entry);
    const [oldest] = this.#entries.keys();
    if (this.#entries.size > this.#limit && oldest !== undefined) this.#entries.delete(oldest);
    return entry.promise;
  }

  /** Gives what is made already, and makes nothing. */
  peek(key: TKey): TValue | undefined {
    return this.#entries.get(key)?.made?.value;
  }
}
