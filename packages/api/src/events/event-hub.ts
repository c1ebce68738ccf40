import { HeddleError } from "@heddle/core";
import { readEventCursor, readEvents, type Database, type EventCursor, type StoredEvent } from "@heddle/storage";
import type { EventMessage } from "../contract.ts";
import type { ServerLog } from "../server-log.ts";
import { compareCursors, isEventCursor } from "./event-cursor.ts";
import { EventQueue, type Delivery } from "./event-queue.ts";

/** Between two messages to one client. */
const BATCH_INTERVAL_MS = 250;
/** The poll that finds what a lost notification would have told. */
const POLL_INTERVAL_MS = 2_000;
/** After a failure, so that a database that is away is not hammered. */
const ERROR_PAUSE_MS = 2_000;
/** Events that one message sums up; what is left goes into the next. */
const EVENTS_PER_MESSAGE = 5_000;
/** A client that has missed more than this reads everything anew. */
const MAX_MISSED_EVENTS = 5_000;
const MAX_SUBSCRIBERS = 200;
/** A client that leaves so many messages waiting does not read any more. */
const MAX_WAITING_MESSAGES = 64;

/** Turns events into the message that tells of them; `null` when there is nothing to tell. */
export type DescribeEvents = (events: readonly StoredEvent[]) => Promise<EventMessage | null>;

export interface EventHubOptions {
  readonly db: Database;
  readonly log: ServerLog;
  readonly describe: DescribeEvents;
}

/**
 * Follows the event stream once for all clients of this server. It reads only while somebody listens; what a client
 * missed before it came is read for it alone.
 */
export class EventHub {
  readonly #options: EventHubOptions;
  readonly #subscribers = new Set<EventQueue<EventMessage>>();
  /** Everything up to here was told to every subscriber. */
  #position: EventCursor | undefined;
  #following: Promise<void> | undefined;
  #isClosed = false;
  #wake: (() => void) | undefined;
  #isWoken = false;

  constructor(options: EventHubOptions) {
    this.#options = options;
  }

  /**
   * Yields messages after `cursor` (from now on, without one) until `signal` aborts or the client does not keep up.
   * @throws API_TOO_MANY_SUBSCRIBERS
   */
  async *subscribe(cursor: string | null, signal: AbortSignal | undefined): AsyncGenerator<Delivery<EventMessage>> {
    if (this.#subscribers.size >= MAX_SUBSCRIBERS) throw tooManySubscribers();
    const queue = new EventQueue<EventMessage>(MAX_WAITING_MESSAGES, { kind: "resync", reason: "slow_client" });
    const leave = (): void => queue.close();
    signal?.addEventListener("abort", leave, { once: true });
    this.#subscribers.add(queue);
    try {
      const position = await this.#follow();
      yield* this.#catchUp(cursor ?? position, position);
      for await (const delivery of queue.drain()) {
        // A client that read the state after the hub did knows of this already.
        if (cursor === null || !isEventCursor(cursor) || compareCursors(delivery.id, cursor) > 0) yield delivery;
      }
    } finally {
      signal?.removeEventListener("abort", leave);
      this.#subscribers.delete(queue);
      this.#raise();
    }
  }

  /** Ends every subscription and the reading. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const subscriber of this.#subscribers) subscriber.close();
    this.#raise();
    await this.#following;
  }

  /** Tells one subscriber what happened between the place it knows and the one that the hub is at. */
  async *#catchUp(after: string, position: EventCursor): AsyncGenerator<Delivery<EventMessage>> {
    if (!isEventCursor(after)) {
      yield { id: position, message: { kind: "resync", reason: "unknown_cursor" } };
      return;
    }
    if (compareCursors(after, position) >= 0) return;
    const { db, describe } = this.#options;
    const { events } = await db.read("missed events", (tx) => readEvents(tx, { after, limit: MAX_MISSED_EVENTS }));
    if (events.length === MAX_MISSED_EVENTS) {
      yield { id: position, message: { kind: "resync", reason: "long_absence" } };
      return;
    }
    const message = await describe(events);
    if (message !== null) yield { id: position, message };
  }

  /** Begins to follow when nobody does yet; answers where the hub is. */
  async #follow(): Promise<EventCursor> {
    const { db } = this.#options;
    const position = this.#position ?? (await db.read("event position", readEventCursor));
    // Others may have begun while this one asked.
    this.#position ??= position;
    this.#following ??= this.#start();
    return this.#position;
  }

  async #start(): Promise<void> {
    await this.#run();
    this.#following = undefined;
    const isNeeded = this.#subscribers.size > 0 && !this.#isClosed;
    // Somebody came while the last one left: go on from the same place.
    if (isNeeded) this.#following = this.#start();
    else this.#position = undefined;
  }

  async #run(): Promise<void> {
    const { db, log } = this.#options;
    const listener = await db
      .listen("heddle_event", () => this.#raise())
      .catch((error: unknown) => {
        // Without notifications the poll finds everything, later.
        log.error("the server cannot listen for events and polls instead", error);
        return undefined;
      });
    try {
      while (!this.#isClosed && this.#subscribers.size > 0) await this.#round();
    } finally {
      await listener?.[Symbol.asyncDispose]();
    }
  }

  async #round(): Promise<void> {
    const { log } = this.#options;
    try {
      const isMore = await this.#tellNew();
      await pause(BATCH_INTERVAL_MS);
      if (!isMore) await this.#nextWake(POLL_INTERVAL_MS);
    } catch (error) {
      log.error("events could not be read; trying again", error);
      await pause(ERROR_PAUSE_MS);
    }
  }

  /** Tells all subscribers what is new; answers whether there is more. */
  async #tellNew(): Promise<boolean> {
    const { db, describe } = this.#options;
    const after = this.#position;
    if (after === undefined) return false;
    const { events, cursor } = await db.read("new events", (tx) =>
      readEvents(tx, { after, limit: EVENTS_PER_MESSAGE }),
    );
    const message = await describe(events);
    this.#position = cursor;
    if (message === null) return false;
    const delivery = { id: cursor, message };
    for (const subscriber of this.#subscribers) subscriber.push(delivery);
    return events.length === EVENTS_PER_MESSAGE;
  }

  #raise(): void {
    this.#isWoken = true;
    this.#wake?.();
  }

  #nextWake(timeoutMs: number): Promise<void> {
    if (this.#isWoken) {
      this.#isWoken = false;
      return Promise.resolve();
    }
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.#wake = undefined;
        this.#isWoken = false;
        resolve();
      };
      const timer = setTimeout(done, timeoutMs);
      this.#wake = done;
    });
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}

function tooManySubscribers(): HeddleError {
  return new HeddleError("API_TOO_MANY_SUBSCRIBERS", `${MAX_SUBSCRIBERS} clients listen for events already`, {
    hint: "Close tabs that are not needed.",
  });
}
