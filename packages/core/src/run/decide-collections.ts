/** A code location, as far as the collection of what nothing refers to any more is concerned. */
export interface CollectionState {
  readonly codeLocationId: number;
  /** How long ago a collection was last asked for, in milliseconds of database time; null when it never was. */
  readonly requestedMsAgo: number | null;
  /** Whether what was asked for has not come to its end. */
  readonly isOpen: boolean;
  /** Collections that failed since the last one that did not. */
  readonly failures: number;
}

/** When stored values are collected, and which of them. */
export interface CollectionSettings {
  /** What was replaced, or written and never published, less than this ago stays. @default 86_400_000, a day */
  readonly graceMs: number;
  /** From one collection to the next, of one code location. @default 3_600_000, an hour */
  readonly intervalMs: number;
}

export const DEFAULT_COLLECTION_SETTINGS: CollectionSettings = { graceMs: 86_400_000, intervalMs: 3_600_000 };

/** Has a worker collect what the code location's assets have stored and nothing refers to any more. */
export interface CollectionCommand {
  readonly kind: "request_collection";
  readonly codeLocationId: number;
  readonly graceMs: number;
}

/** After a first failure a collection is tried again so soon, in milliseconds; then after twice as long, and so on. */
export const COLLECTION_RETRY_MS = 300_000;

/**
 * Decides which code locations have their stored values collected now. Pure. One that fails is tried again sooner than
 * it would be its turn, and never more often than twelve times an hour; the others do not wait for it.
 */
export function decideCollections(
  states: readonly CollectionState[],
  settings: CollectionSettings = DEFAULT_COLLECTION_SETTINGS,
): CollectionCommand[] {
  const { graceMs, intervalMs } = settings;
  return states
    .filter(({ requestedMsAgo, isOpen, failures }) => {
      if (requestedMsAgo === null) return true;
      const pauseMs = failures === 0 ? intervalMs : COLLECTION_RETRY_MS * 2 ** (failures - 1);
      return !isOpen && requestedMsAgo >= Math.min(intervalMs, pauseMs);
    })
    .map(({ codeLocationId }) => ({ kind: "request_collection", codeLocationId, graceMs }));
}
