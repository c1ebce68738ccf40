import type { EventMessage } from "@heddle/api";

/** What a tab hears of the events. */
export interface FeedListener {
  readonly onMessage: (message: EventMessage) => void;
  /** Events arrive, or they will not before `retryAt`. */
  readonly onState: (state: FeedState) => void;
}

/** `lost`: nobody in this browser hears of events; the one who leads tries again at `retryAt` (epoch milliseconds). */
export type FeedState = { readonly kind: "live" } | { readonly kind: "lost"; readonly retryAt: number };

/** Opens a stream that begins after an event. It tells of its loss once, and is closed by then or closed by the caller. */
export type OpenStream = (lastEventId: string, on: StreamListener) => { unsubscribe(): void };

export interface StreamListener {
  readonly onLive: () => void;
  readonly onMessage: (id: string, message: EventMessage) => void;
  readonly onLost: () => void;
}

/** What the tabs of a browser tell each other. */
type Note =
  /** A tab has come and wants to know how things stand. */
  | { readonly kind: "hello" }
  /** Somebody does not want to wait. */
  | { readonly kind: "retry" }
  | { readonly kind: "state"; readonly state: FeedState }
  | { readonly kind: "message"; readonly id: string; readonly message: EventMessage };

interface FeedOptions {
  readonly openStream: OpenStream;
  readonly listener: FeedListener;
  /** One name for all tabs of a deployment. */
  readonly name: string;
  /** Who leads holds a lock; without locks (a page that is not served securely) every tab has a stream of its own. */
  readonly locks: LockManager | undefined;
}

/** Waits before another try, the last one again and again. */
const RETRY_DELAYS_MS = [1_000, 2_000, 5_000, 10_000] as const;

/** A leader that has said nothing for so long after a greeting does not lead. */
const ANSWER_TIMEOUT_MS = 5_000;

/**
 * The events of the server, once for all tabs of a browser: one of them holds a lock and the stream, and tells the others
 * what it hears. When it closes, the lock goes to the next, which goes on after the last event that it has heard of.
 *
 * Make it before the state is read that the events continue: what arrives in between is kept until `start`.
 */
export class EventFeed {
  readonly #options: FeedOptions;
  readonly #channel: BroadcastChannel;
  readonly #abort = new AbortController();
  /** What was heard before `start`. */
  #early: { readonly id: string; readonly message: EventMessage }[] | null = [];
  #lastId = "";
  #isLeader = false;
  #isLost = false;
  #failures = 0;
  #stream: { unsubscribe(): void } | undefined;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #answer: ReturnType<typeof setTimeout> | undefined;
  #state: FeedState | null = null;

  constructor(options: FeedOptions) {
    this.#options = options;
    this.#channel = new BroadcastChannel(options.name);
    this.#channel.addEventListener("message", ({ data }: MessageEvent<Note>) => this.#hear(data));
  }

  /** Begins after an event: the one up to which everything was read. */
  start(lastEventId: string): void {
    const early = this.#early ?? [];
    this.#early = null;
    this.#lastId = lastEventId;
    for (const { id, message } of early) this.#take(id, message);
    const { locks, name } = this.#options;
    if (locks === undefined) {
      this.#lead();
      return;
    }
    this.#answer = setTimeout(() => this.#miss(), ANSWER_TIMEOUT_MS);
    this.#tell({ kind: "hello" });
    const held = locks.request(name, { signal: this.#abort.signal }, () => {
      this.#lead();
      return new Promise<void>((resolve) => {
        this.#abort.signal.addEventListener("abort", () => resolve());
      });
    });
    // Only `stop` ends the wait for the lock.
    held.catch(() => {});
  }

  /** Tries again now, whoever leads. */
  retryNow(): void {
    if (!this.#isLeader) this.#tell({ kind: "retry" });
    else if (this.#isLost) this.#open();
  }

  /** Leaves; another tab leads from then on. */
  stop(): void {
    this.#abort.abort();
    this.#stream?.unsubscribe();
    clearTimeout(this.#retry);
    clearTimeout(this.#answer);
    this.#channel.close();
  }

  #lead(): void {
    this.#isLeader = true;
    clearTimeout(this.#answer);
    this.#open();
  }

  #open(): void {
    clearTimeout(this.#retry);
    this.#stream?.unsubscribe();
    this.#isLost = false;
    this.#stream = this.#options.openStream(this.#lastId, {
      onLive: () => this.#becomeLive(),
      onMessage: (id, message) => {
        this.#becomeLive();
        this.#take(id, message);
        this.#tell({ kind: "message", id, message });
      },
      onLost: () => this.#lose(),
    });
  }

  #becomeLive(): void {
    if (this.#isLost) return;
    this.#failures = 0;
    this.#enter({ kind: "live" });
  }

  #lose(): void {
    // A stream that is torn down may complain more than once.
    if (this.#isLost) return;
    this.#isLost = true;
    const delay = RETRY_DELAYS_MS[Math.min(this.#failures, RETRY_DELAYS_MS.length - 1)] ?? 10_000;
    this.#failures += 1;
    this.#enter({ kind: "lost", retryAt: Date.now() + delay });
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => this.#open(), delay);
  }

  #enter(state: FeedState): void {
    if (this.#state?.kind === "live" && state.kind === "live") return;
    this.#state = state;
    this.#options.listener.onState(state);
    this.#tell({ kind: "state", state });
  }

  /** Nobody has answered: as good as lost, until somebody does. */
  #miss(): void {
    if (this.#state === null) this.#options.listener.onState({ kind: "lost", retryAt: Date.now() });
  }

  #hear(note: Note): void {
    switch (note.kind) {
      case "hello":
        if (this.#isLeader && this.#state !== null) this.#tell({ kind: "state", state: this.#state });
        return;
      case "retry":
        if (this.#isLeader && this.#isLost) this.#open();
        return;
      case "state":
        if (this.#isLeader) return;
        clearTimeout(this.#answer);
        this.#state = note.state;
        this.#options.listener.onState(note.state);
        return;
      case "message":
        if (!this.#isLeader) this.#take(note.id, note.message);
        return;
    }
  }

  #take(id: string, message: EventMessage): void {
    if (this.#early !== null) {
      this.#early.push({ id, message });
      return;
    }
    this.#lastId = id;
    this.#options.listener.onMessage(message);
  }

  #tell(note: Note): void {
    if (!this.#abort.signal.aborted) this.#channel.postMessage(note);
  }
}
