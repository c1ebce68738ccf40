import { isHeddleError } from "@heddle/core";
import { eventKindsOf, parseSelection, PartitionSet, type NotificationSnapshot } from "@heddle/core/internal";
import {
  claimMessages,
  loadNotifications,
  readNextDue,
  readNotifiableEvents,
  recordMatches,
  recordSent,
  type ActiveNotification,
  type Database,
  type MatchedEvents,
  type NotifiableEvent,
  type Transaction,
} from "@heddle/storage";
import { deliver, type DeliveryScope } from "../../notifications/deliver.ts";
import { DefinitionsCache, selectAssets } from "../../planning/index.ts";
import type { EngineLog } from "../../ports.ts";
import { WakeSignal } from "../../wake-signal.ts";
import type { LoopBeats } from "../loop-beats.ts";
import { matchEvents, type MatchScope } from "./match-events.ts";

/** How often the stream of events is looked at. */
const LOOK_INTERVAL_MS = 1_000;
/** While nothing is declared, or another daemon leads. */
const IDLE_INTERVAL_MS = 5_000;
const ERROR_PAUSE_MS = 1_000;
/** Events that one look reads. */
const READ_LIMIT = 500;
/** How often a place among the events is written down that moved over nothing that is told. */
const MOVE_ON_MS = 60_000;
/** Messages that are sent at once. */
const SENT_AT_ONCE = 10;
/** For one attempt; the lease is longer, so that nobody else begins while one is under way. */
const SEND_TIMEOUT_MS = 15_000;
const SEND_LEASE_MS = 60_000;
const SHORTEST_WAIT_MS = 20;
/** Ranges of partitions that a message tells. */
const SHOWN_RANGES = 5;

/** What a notifier is made from. */
export interface NotifierOptions extends Omit<DeliveryScope, "timeoutMs"> {
  readonly db: Database;
  readonly log: EngineLog;
  /** Name of the environment whose assets are selected. */
  readonly environmentName: string;
  readonly beats: LoopBeats;
  /** The database under the lease of the leading daemon; `undefined` while this one does not lead. */
  leading(): Database | undefined;
}

/**
 * Tells people what has happened, while this daemon leads: matches the stream of events with what is declared, and sends
 * what is due. Both are written down step by step, so that another daemon goes on wherever this one ends.
 */
export class Notifier {
  readonly #options: NotifierOptions;
  readonly #definitions: DefinitionsCache;
  readonly #toMatch = new WakeSignal();
  readonly #toSend = new WakeSignal();
  /** Places that moved over nothing that is told, since they were written down last. */
  readonly #places = new Map<string, { readonly version: number; readonly cursor: string; readonly since: number }>();
  #isStopped = false;

  constructor(options: NotifierOptions) {
    this.#options = options;
    this.#definitions = new DefinitionsCache(options.environmentName);
  }

  /** Messages may be due. */
  wake(): void {
    this.#toSend.raise();
  }

  stop(): void {
    this.#isStopped = true;
    this.#toMatch.raise();
    this.#toSend.raise();
  }

  async run(): Promise<void> {
    await Promise.all([
      this.#loop("notifications: matching", this.#toMatch, (db) => this.#match(db)),
      this.#loop("notifications: sending", this.#toSend, (db) => this.#send(db)),
    ]);
  }

  async #loop(name: string, wake: WakeSignal, round: (db: Database) => Promise<number>): Promise<void> {
    const { log, beats } = this.#options;
    while (!this.#isStopped) {
      const db = this.#options.leading();
      if (db === undefined) {
        await wake.wait(LOOK_INTERVAL_MS);
        continue;
      }
      let waitMs = ERROR_PAUSE_MS;
      try {
        waitMs = await beats.round(name, () => round(db));
      } catch (error) {
        if (!isHeddleError(error, "DATABASE_LEASE_LOST")) log.error(`${name} failed, and is tried again`, error);
      }
      beats.expect(name, waitMs);
      await wake.wait(waitMs);
    }
  }

  /** Looks through what has happened since the last time. Gives how long there is nothing to do. */
  async #match(db: Database): Promise<number> {
    const active = await loadNotifications(this.#options.db);
    for (const name of this.#places.keys()) if (!active.some((one) => one.name === name)) this.#places.delete(name);
    if (active.length === 0) return IDLE_INTERVAL_MS;
    let isMore = false;
    for (const [cursor, together] of Map.groupBy(active, (one) => this.#placeOf(one))) {
      const page = await this.#look(cursor, together);
      isMore ||= page.isFull;
      await this.#record(db, together, page);
    }
    return isMore ? 0 : LOOK_INTERVAL_MS;
  }

  #placeOf({ name, version, cursor }: ActiveNotification): string {
    const known = this.#places.get(name);
    return known?.version === version ? known.cursor : cursor;
  }

  async #look(cursor: string, together: readonly ActiveNotification[]) {
    const kinds = [...new Set(together.flatMap(({ definition }) => definition.on.flatMap(eventKindsOf)))];
    return this.#options.db.read("notifiable events", async (tx) => {
      const page = await readNotifiableEvents(tx, { after: cursor, kinds, limit: READ_LIMIT });
      const matched = page.events.length === 0 ? new Map() : await this.#matchIn(tx, together, page.events);
      return { matched, scannedTo: page.scannedTo, isFull: page.events.length === READ_LIMIT };
    });
  }

  async #matchIn(
    tx: Transaction,
    together: readonly ActiveNotification[],
    events: readonly NotifiableEvent[],
  ): Promise<Map<string, MatchedEvents["groups"]>> {
    const scope = await this.#scope(tx, together);
    return new Map(together.map(({ name, definition }) => [name, matchEvents(definition, events, scope)]));
  }

  async #scope(tx: Transaction, together: readonly ActiveNotification[]): Promise<MatchScope> {
    const index = await this.#definitions.index(tx);
    const spaces = await this.#definitions.spaces(tx, Date.now());
    const selected = new Map<string, ReadonlySet<number>>();
    for (const { name, definition } of together) {
      const ids = await this.#select(tx, definition);
      if (ids !== null) selected.set(name, ids);
    }
    return {
      selected,
      keyOf: (assetId) => index.byId(assetId)?.key ?? null,
      partitionsOf: (assetId, ordinals) => {
        const asset = index.byId(assetId);
        if (asset === undefined || asset.definition.partitions === null) return "";
        const set = ordinals instanceof PartitionSet ? ordinals : PartitionSet.of(ordinals);
        return spaces.of(asset).format(set, SHOWN_RANGES);
      },
    };
  }

  async #select(tx: Transaction, { assets }: NotificationSnapshot): Promise<ReadonlySet<number> | null> {
    if (assets === null) return null;
    const index = await this.#definitions.index(tx);
    const chosen =
      "keys" in assets
        ? assets.keys.flatMap((key) => index.byKey(key) ?? [])
        : await selectAssets({ definitions: this.#definitions }, tx, parseSelection(assets.selection));
    return new Set(chosen.map(({ id }) => id));
  }

  async #record(
    db: Database,
    together: readonly ActiveNotification[],
    page: { readonly matched: ReadonlyMap<string, MatchedEvents["groups"]>; readonly scannedTo: string },
  ): Promise<void> {
    const matches: MatchedEvents[] = [];
    const now = performance.now();
    for (const { name, version, cursor, definition } of together) {
      const groups: MatchedEvents["groups"] = page.matched.get(name) ?? new Map();
      const known = this.#places.get(name);
      const since = known?.version === version ? known.since : now;
      if (groups.size > 0 || (page.scannedTo !== cursor && now - since >= MOVE_ON_MS)) {
        this.#places.delete(name);
        matches.push({ name, expectedVersion: version, cursor: page.scannedTo, definition, groups });
      } else this.#places.set(name, { version, cursor: page.scannedTo, since });
    }
    await recordMatches(db, matches);
  }

  /** Sends what is due. Gives how long there is nothing to do. */
  async #send(db: Database): Promise<number> {
    const due = await claimMessages(db, { limit: SENT_AT_ONCE, leaseMs: SEND_LEASE_MS });
    await Promise.all(
      due.map(async (message) => {
        const outcome = await deliver(message, { ...this.#options, timeoutMs: SEND_TIMEOUT_MS });
        // Not under the lease of the leader: whoever leads by now should know that it was delivered.
        const recorded = await recordSent(this.#options.db, message, outcome);
        if (outcome.kind === "sent") return;
        const { message: why } = outcome.error;
        this.#options.log.warn(`the notification ${message.notification} was not delivered`, { why, recorded });
      }),
    );
    if (due.length === SENT_AT_ONCE) return 0;
    const { now, dueAt } = await readNextDue(this.#options.db);
    if (dueAt === null) return IDLE_INTERVAL_MS;
    return Math.min(IDLE_INTERVAL_MS, Math.max(SHORTEST_WAIT_MS, dueAt - now));
  }
}
