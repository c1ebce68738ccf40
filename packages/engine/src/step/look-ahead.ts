/** What became of a load that nobody has asked for yet. */
type Settled<TValue> = { readonly value: TValue } | { readonly error: unknown };

/** What {@link lookAhead} loads. */
export interface LookAheadSource<out TValue> {
  /** How many there are. */
  readonly size: number;
  /** Most loads that are under way, or wait to be taken. */
  readonly concurrency: number;
  readonly signal: AbortSignal;
  load(index: number): Promise<TValue>;
}

/**
 * Loads one after the other in order, and the next ones while the consumer works on one. An error comes when it is its
 * turn. When the consumer leaves, no further load begins, and what had begun is forgotten.
 */
export async function* lookAhead<TValue>(source: LookAheadSource<TValue>): AsyncGenerator<TValue, void> {
  const { size, concurrency, signal, load } = source;
  const ahead: Promise<Settled<TValue>>[] = [];
  let next = 0;
  const begin = (): void => {
    for (; next < size && ahead.length < concurrency; next += 1) {
      // Settled at once, so that an error that comes early is not one that nobody handles.
      const loading = load(next).then(
        (value) => ({ value }),
        (error: unknown) => ({ error }),
      );
      ahead.push(loading);
    }
  };
  begin();
  for (let first = ahead.shift(); first !== undefined; first = ahead.shift()) {
    const settled = await first;
    signal.throwIfAborted();
    if ("error" in settled) throw settled.error;
    begin();
    yield settled.value;
    signal.throwIfAborted();
  }
}
