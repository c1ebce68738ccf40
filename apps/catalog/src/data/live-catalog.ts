import type { AssetStatuses, EventChanges, EventMessage } from "@heddle/api";
import { checkBuild } from "./build-check.ts";
import { type CatalogIndex, catalogIndex } from "./catalog-index.ts";
import { catalogState, connectionState, setCatalogState, setConnection } from "./catalog-state.ts";
import { takeEarlyAnswers } from "./early-answers.ts";
import { EventFeed, type FeedState, type OpenStream } from "./event-feed.ts";
import { invalidateChanged, invalidateEverything } from "./invalidation.ts";
import { StatusTable } from "./status-table.ts";
import { client } from "./trpc.ts";

/** How often everything is read anew while the event stream is lost. */
const POLL_INTERVAL_MS = 10_000;

/** How long after a failed first load the next one begins. */
const RETRY_INTERVAL_MS = 3_000;

/** Code that changes faster than both can be read is told of by events. */
const MAX_READS = 5;

/** Name of the lock and the channel by which the tabs of a browser share one event stream. */
const FEED_NAME = "heddle.events";

let follower: CatalogFollower | undefined;

/**
 * Keeps the catalog current for as long as the page lives: reads all assets and statuses, follows the event stream from
 * there, and polls while the stream is lost.
 */
export function startLiveCatalog(): void {
  follower = new CatalogFollower();
  void follower.start();
}

/** Asks for the event stream again now instead of when its time comes. */
export function retryConnection(): void {
  follower?.retryNow();
}

/** The stream as the server sends it. Its own attempts to connect again are cut off: the feed decides when. */
const openStream: OpenStream = (lastEventId, on) => {
  let isOver = false;
  const lose = (): void => {
    if (isOver) return;
    isOver = true;
    // Not within the call that opens it.
    queueMicrotask(() => stream.unsubscribe());
    on.onLost();
  };
  const stream = client.events.stream.subscribe(
    { lastEventId },
    {
      onStarted: () => !isOver && on.onLive(),
      onData: (message) => !isOver && on.onMessage(message.id, message.data),
      onConnectionStateChange: ({ state, error }) => {
        if (state === "pending" && !isOver) on.onLive();
        // A first attempt without an error is no loss.
        if (state === "connecting" && error !== null) lose();
      },
      onError: lose,
      // A server that ends says goodbye, and tRPC would take that for the end of all events.
      onComplete: lose,
      onStopped: lose,
    },
  );
  return stream;
};

class CatalogFollower {
  readonly #feed = new EventFeed({
    openStream,
    listener: { onMessage: (message) => this.#receive(message), onState: (state) => this.#enter(state) },
    name: FEED_NAME,
    // Not there on pages that are served by plain HTTP from another machine.
    locks: "locks" in navigator ? navigator.locks : undefined,
  });
  #poll: ReturnType<typeof setInterval> | undefined;
  #loading: Promise<string> | undefined;

  async start(): Promise<void> {
    try {
      this.#feed.start(await this.#load());
      // A tab that was frozen has not heard what the others have.
      document.addEventListener("resume", () => void this.#refresh());
    } catch (error) {
      if (catalogState().kind !== "ready") setCatalogState({ kind: "failed", error });
      setTimeout(() => void this.start(), RETRY_INTERVAL_MS);
    }
  }

  retryNow(): void {
    this.#feed.retryNow();
    void this.#refresh();
  }

  /** Reads definitions and statuses; answers the position in the event stream that they hold. Concurrent calls share one read. */
  #load(): Promise<string> {
    this.#loading ??= this.#read().finally(() => (this.#loading = undefined));
    return this.#loading;
  }

  async #read(): Promise<string> {
    const before = catalogState();
    const known = before.kind === "ready" ? before.catalog : null;
    let { index, statuses } = (await readEarly()) ?? (await readBoth(known?.index ?? null));
    // Where other code came into force between the two answers, the position that the statuses hold is after the event
    // that would tell of it: both are read again.
    for (let reads = 1; reads < MAX_READS && index.version !== statuses.definitionsVersion; reads += 1) {
      ({ index, statuses } = await readBoth(index));
    }
    if (index === known?.index) {
      known.statuses.patch(statuses);
      return statuses.cursor;
    }
    const table = new StatusTable(index);
    table.patch(statuses);
    setCatalogState({ kind: "ready", catalog: { index, statuses: table } });
    return statuses.cursor;
  }

  #enter(state: FeedState): void {
    if (state.kind === "live") {
      clearInterval(this.#poll);
      this.#poll = undefined;
      const wasLost = connectionState().kind === "lost";
      setConnection({ kind: "live" });
      // A server that comes back may be another version, and what no event tells of may have changed.
      if (wasLost) {
        void checkBuild();
        invalidateEverything();
      }
      return;
    }
    const before = connectionState();
    setConnection({ ...state, asOf: before.kind === "lost" ? before.asOf : Date.now() });
    this.#poll ??= setInterval(() => void this.#refresh(), POLL_INTERVAL_MS);
  }

  async #refresh(): Promise<void> {
    try {
      await this.#load();
      invalidateEverything();
      const connection = connectionState();
      if (connection.kind === "lost") setConnection({ ...connection, asOf: Date.now() });
    } catch {
      // The connection is shown as lost already; the next round tries again.
    }
  }

  #receive(message: EventMessage): void {
    if (message.kind === "resync") {
      void this.#refresh();
      return;
    }
    this.#apply(message);
  }

  #apply(changes: EventChanges): void {
    const state = catalogState();
    if (state.kind !== "ready") return;
    const { index, statuses } = state.catalog;
    statuses.patch(changes.assets);
    if (changes.definitionsVersion !== null && changes.definitionsVersion !== index.version) void this.#refresh();
    invalidateChanged(changes, index);
  }
}

/** The declared assets and their statuses: two answers, which may be of two versions. */
interface Answers {
  readonly index: CatalogIndex;
  readonly statuses: AssetStatuses;
}

/** What the page has asked for itself; `null` when there is nothing of it. */
async function readEarly(): Promise<Answers | null> {
  const early = takeEarlyAnswers();
  const snapshot = await early?.snapshot;
  if (snapshot == null || snapshot.kind === "unchanged") return null;
  const index = catalogIndex(snapshot);
  const statuses = await early?.statuses;
  return statuses == null ? null : { index, statuses };
}

async function readBoth(known: CatalogIndex | null): Promise<Answers> {
  const [snapshot, statuses] = await Promise.all([
    client.assets.snapshot.query({ knownVersion: known?.version ?? null }),
    client.assets.status.query({}),
  ]);
  if (snapshot.kind !== "unchanged") return { index: catalogIndex(snapshot), statuses };
  if (known === null) throw new Error("the server takes a version for known that was never read");
  return { index: known, statuses };
}
