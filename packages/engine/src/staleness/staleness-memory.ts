import {
  FIRST_EVENT_CURSOR,
  judgeStaleness,
  readClock,
  readStalenessEvents,
  readStalenessState,
  type EventCursor,
  type RecordedStaleness,
  type StalenessRow,
  type StalenessVerdict,
  type TrackedAsset,
  type Transaction,
} from "@heddle/storage";
import {
  judgedBy,
  stalenessDefinitions,
  type DefinitionsIndex,
  type PartitionSpaces,
  type PlanningState,
} from "../planning/index.ts";
import { changesOfEvents } from "./changes-of-events.ts";

/** Events that one look takes in; the next one follows. */
const MAX_EVENTS = 20_000;
/** Partitions whose recorded inputs one look compares with what is current. */
const MAX_LOOKUPS = 20_000;

/** One look at the database. */
export interface StalenessLook {
  readonly recorded: RecordedStaleness;
  /** Whether anything happened that partitions may be stale after. */
  readonly isBusy: boolean;
  /** Whether there is more to judge already. */
  readonly isPartial: boolean;
  /** Whether something is committed that cannot be looked at yet. */
  readonly isHeldBack: boolean;
  readonly index: DefinitionsIndex;
  /** The place behind what was read. */
  readonly cursor: EventCursor;
  /** When the oldest thing happened that is not judged wholly, in epoch milliseconds; `null` when everything is. */
  readonly openSince: number | null;
}

interface Known {
  readonly environmentId: number;
  readonly version: number;
  /** Events up to here are read. */
  readonly cursor: EventCursor;
  /** Events up to here are judged wholly: from here another daemon goes on. */
  readonly judged: EventCursor;
  readonly openSince: number | null;
  readonly rows: ReadonlyMap<number, StalenessRow>;
  /** The definitions that it was judged by; `null` for what has just been read. */
  readonly index: DefinitionsIndex | null;
  readonly isPartial: boolean;
}

/** People are told of what is behind for longer. */
const LATE_MS = 10_000;

const NOTHING: StalenessVerdict = { rows: [], changed: new Map(), gone: [], isPartial: false };

/**
 * What is known of stale partitions, kept between looks. A look reads what has happened since the one before and judges what that
 * may have changed; the first one reads what is stored.
 */
export class StalenessMemory {
  readonly #planning: PlanningState;
  readonly #maxLookups: number;
  #known: Known | undefined;

  constructor(planning: PlanningState, { maxLookups = MAX_LOOKUPS }: { readonly maxLookups?: number } = {}) {
    this.#planning = planning;
    this.#maxLookups = maxLookups;
  }

  /** Forgets everything: what is stored may be another's. */
  forget(): void {
    this.#known = undefined;
  }

  /** Reads and judges. Nothing is kept of it until {@link accept}. @throws DATABASE_* */
  async look(tx: Transaction): Promise<StalenessLook> {
    const { definitions } = this.#planning;
    const environmentId = await definitions.environmentId(tx);
    const index = await definitions.index(tx);
    const known = (this.#known ??= await begin(tx, environmentId));
    const found = await readStalenessEvents(tx, { after: known.cursor, limit: MAX_EVENTS });
    const at = await readClock(tx);
    const isDue = found.events.length > 0 || known.isPartial || known.index !== index;
    const verdict = isDue
      ? await judgeStaleness(tx, {
          environmentId,
          assets: trackedAssets(index, await definitions.spaces(tx, at)),
          rows: known.rows,
          changes: changesOfEvents(found.events, index),
          limit: this.#maxLookups,
          codeVersionsOf: (within, ids) => definitions.assetCodeVersions(within, ids),
        })
      : NOTHING;
    const { rows, changed, gone } = verdict;
    const since = known.openSince ?? found.events[0]?.at ?? null;
    const openSince = verdict.isPartial ? (since ?? at) : null;
    return {
      recorded: {
        environmentId,
        expectedVersion: known.version,
        cursor: verdict.isPartial ? known.judged : found.cursor,
        at: new Date(at),
        rows,
        gone,
        changed,
        hasCaughtUp: openSince === null && since !== null && at - since > LATE_MS,
      },
      cursor: found.cursor,
      openSince,
      isBusy: found.events.length > 0,
      isPartial: found.isPartial || verdict.isPartial,
      isHeldBack: found.isHeldBack,
      index,
    };
  }

  /** Whether the definitions of a look are others than before, or nothing was ever judged. */
  isNew({ index }: StalenessLook): boolean {
    return this.#known?.index !== index || this.#known.version === 0;
  }

  /** Goes on from a look. @param isRecorded whether it was written */
  accept({ recorded, cursor, openSince, index, isPartial }: StalenessLook, isRecorded: boolean): void {
    if (this.#known === undefined) return;
    const rows = new Map(this.#known.rows);
    for (const row of recorded.rows) rows.set(row.assetId, row);
    for (const id of recorded.gone) rows.delete(id);
    const { environmentId, version } = this.#known;
    const judged = isRecorded ? recorded.cursor : this.#known.judged;
    const next = isRecorded ? version + 1 : version;
    this.#known = { environmentId, version: next, cursor, judged, openSince, rows, index, isPartial };
  }
}

async function begin(tx: Transaction, environmentId: number): Promise<Known> {
  const state = await readStalenessState(tx, environmentId);
  // Where nothing was ever judged, another daemon begins at the beginning until all of it is.
  const judged = state.version === 0 ? FIRST_EVENT_CURSOR : state.cursor;
  return { environmentId, ...state, judged, openSince: null, index: null, isPartial: false };
}

/** Every declared asset after those it reads; what it is judged by is resolved when it is needed. */
function trackedAssets(index: DefinitionsIndex, spaces: PartitionSpaces): TrackedAsset[] {
  const definitions = stalenessDefinitions(index);
  return [...index.graph.topologicalOrder].flatMap((number) => {
    const asset = index.declared[number];
    if (asset === undefined) return [];
    let judged: ReturnType<typeof judgedBy> | undefined;
    return [
      {
        id: asset.id,
        definition: definitions.get(asset.id) ?? "",
        upstreamIds: [...index.graph.upstreamOf(number)].flatMap((upstream) => index.declared[upstream]?.id ?? []),
        judged: () => (judged ??= judgedBy(asset, index, spaces)),
      },
    ];
  });
}
