import type { EventChanges, EventMessage } from "@heddle/api";
import { catalogIndex } from "./catalog-index.ts";
import { catalogState, setCatalogState, setConnection } from "./catalog-state.ts";
import { invalidateChanged, invalidateEverything } from "./invalidation.ts";
import { StatusTable } from "./status-table.ts";
import { client } from "./trpc.ts";

/** How often everything is read anew while the event stream is lost. */
const POLL_INTERVAL_MS = 10_000;

/** How long after a failed first load the next one begins. */
const RETRY_INTERVAL_MS = 3_000;

/**
 * Keeps the catalog current for as long as the page lives: reads all assets and statuses, follows the event stream from
 * there, and polls while the stream is lost.
 */
export function startLiveCatalog(): void {
  const follower = new CatalogFollower();
  void follower.start();
}

class CatalogFollower {
  #stream: { unsubscribe(): void } | undefined;
  #poll: ReturnType<typeof setInterval> | undefined;
  #loading: Promise<string> | undefined;

  async start(): Promise<void> {
    try {
      this.#follow(await this.#load());
    } catch (error) {
      if (catalogState().kind !== "ready") setCatalogState({ kind: "failed", error });
      setTimeout(() => void this.start(), RETRY_INTERVAL_MS);
    }
  }

  /** Reads definitions and statuses; answers the position in the event stream that they hold. Concurrent calls share one read. */
  #load(): Promise<string> {
    this.#loading ??= this.#read().finally(() => (this.#loading = undefined));
    return this.#loading;
  }

  async #read(): Promise<string> {
    const before = catalogState();
    const known = before.kind === "ready" ? before.catalog : null;
    const [snapshot, statuses] = await Promise.all([
      client.assets.snapshot.query({ knownVersion: known?.index.version ?? null }),
      client.assets.status.query({}),
    ]);
    if (snapshot.kind === "unchanged" && known !== null) {
      known.statuses.patch(statuses);
      return statuses.cursor;
    }
    if (snapshot.kind === "unchanged") throw new Error("the server takes a version for known that was never read");
    const index = catalogIndex(snapshot);
    const table = new StatusTable(index);
    table.patch(statuses);
    setCatalogState({ kind: "ready", catalog: { index, statuses: table } });
    return statuses.cursor;
  }

  #follow(cursor: string): void {
    this.#stream?.unsubscribe();
    this.#stream = client.events.stream.subscribe(
      { lastEventId: cursor },
      {
        onStarted: () => this.#connected(),
        onData: (message) => this.#receive(message.data),
        onConnectionStateChange: ({ state, error }) => {
          if (state === "pending") this.#connected();
          // A first attempt without an error is no loss.
          if (state === "connecting" && error !== null) this.#lost();
        },
        onError: () => this.#lost(),
      },
    );
  }

  #connected(): void {
    clearInterval(this.#poll);
    this.#poll = undefined;
    setConnection({ kind: "live" });
  }

  #lost(): void {
    if (this.#poll !== undefined) return;
    setConnection({ kind: "lost", since: Date.now() });
    this.#poll = setInterval(() => void this.#refresh(), POLL_INTERVAL_MS);
  }

  async #refresh(): Promise<void> {
    try {
      await this.#load();
      invalidateEverything();
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
