/** What a subscriber is told, and the position in the event stream after it. */
export interface Delivery<TMessage> {
  readonly id: string;
  readonly message: TMessage;
}

/**
 * Messages that one subscriber has not taken yet. Bounded: whoever does not keep up is told so in a last message instead
 * of filling the server's memory.
 */
export class EventQueue<TMessage> {
  readonly #limit: number;
  readonly #onOverflow: TMessage;
  #waiting: Delivery<TMessage>[] = [];
  #isClosed = false;
  #wake: (() => void) | undefined;

  /** @param onOverflow the last message of a subscriber that has `limit` messages waiting */
  constructor(limit: number, onOverflow: TMessage) {
    this.#limit = limit;
    this.#onOverflow = onOverflow;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  push(delivery: Delivery<TMessage>): void {
    if (this.#isClosed) return;
    if (this.#waiting.length >= this.#limit) {
      this.#waiting = [{ id: delivery.id, message: this.#onOverflow }];
      this.close();
      return;
    }
    this.#waiting.push(delivery);
    this.#wake?.();
  }

  /** Ends the stream after what is waiting. */
  close(): void {
    this.#isClosed = true;
    this.#wake?.();
  }

  /** Yields messages as they come until the queue is closed. For one consumer. */
  async *drain(): AsyncGenerator<Delivery<TMessage>> {
    for (;;) {
      const next = this.#waiting.shift();
      if (next !== undefined) yield next;
      else if (this.#isClosed) return;
      else await this.#nextPush();
    }
  }

  #nextPush(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}
