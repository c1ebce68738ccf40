import { useSyncExternalStore } from "react";
import type { CatalogIndex } from "./catalog-index.ts";
import type { StatusTable } from "./status-table.ts";

/** All assets with what they are in now. */
export interface Catalog {
  readonly index: CatalogIndex;
  readonly statuses: StatusTable;
}

/** Where the application stands with the server. */
export type CatalogState =
  | { readonly kind: "loading" }
  | { readonly kind: "ready"; readonly catalog: Catalog }
  /** Nothing could be read yet. Once there is something to show, a failure shows as a lost connection instead. */
  | { readonly kind: "failed"; readonly error: unknown };

/**
 * State of the event stream. `lost` carries when it is tried again, and as of when everything that is shown is. Epoch
 * milliseconds.
 */
export type Connection =
  | { readonly kind: "connecting" }
  | { readonly kind: "live" }
  | { readonly kind: "lost"; readonly retryAt: number; readonly asOf: number };

let state: CatalogState = { kind: "loading" };
let connection: Connection = { kind: "connecting" };
const listeners = new Set<() => void>();

/** What is known now. */
export function catalogState(): CatalogState {
  return state;
}

export function setCatalogState(next: CatalogState): void {
  state = next;
  for (const listener of listeners) listener();
}

/** The state of the event stream now. */
export function connectionState(): Connection {
  return connection;
}

export function setConnection(next: Connection): void {
  if (next.kind === connection.kind && next.kind !== "lost") return;
  connection = next;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The state of the catalog, for components. */
export function useCatalogState(): CatalogState {
  return useSyncExternalStore(subscribe, () => state);
}

/** The catalog once it is there. */
export function useCatalog(): Catalog | null {
  const current = useCatalogState();
  return current.kind === "ready" ? current.catalog : null;
}

/** The state of the event stream, for components. */
export function useConnection(): Connection {
  return useSyncExternalStore(subscribe, () => connection);
}

/** Shortest time between two renders because of changed statuses. */
const RENDER_INTERVAL_MS = 250;

/** Revision of the statuses, for components that show many: at most four renders a second, however fast events come. */
export function useStatusRevision(statuses: StatusTable): number {
  return useSyncExternalStore(throttledSubscription(statuses), () => throttled(statuses).seen);
}

interface Throttled {
  seen: number;
  readonly subscribe: (listener: () => void) => () => void;
}

const throttledTables = new WeakMap<StatusTable, Throttled>();

function throttledSubscription(statuses: StatusTable): Throttled["subscribe"] {
  return throttled(statuses).subscribe;
}

/** One timer for each table, shared by all components. */
function throttled(statuses: StatusTable): Throttled {
  const known = throttledTables.get(statuses);
  if (known !== undefined) return known;
  const waiting = new Set<() => void>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const made: Throttled = {
    seen: statuses.revision,
    subscribe(listener) {
      waiting.add(listener);
      return () => waiting.delete(listener);
    },
  };
  statuses.subscribe(() => {
    timer ??= setTimeout(() => {
      timer = undefined;
      made.seen = statuses.revision;
      for (const listener of waiting) listener();
    }, RENDER_INTERVAL_MS);
  });
  throttledTables.set(statuses, made);
  return made;
}
