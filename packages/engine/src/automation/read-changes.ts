import { PartitionSet, type UpdateBatch } from "@heddle/core/internal";
import {
  readAutomationRuns,
  readNewCheckFacts,
  readUpdateDetails,
  type AutomationEvent,
  type NewCheckFacts,
  type Transaction,
} from "@heddle/storage";
import type { IndexedAsset } from "../planning/index.ts";
import type { AutomationDefinitions } from "./automation-definitions.ts";
import type { KnownRuns } from "./known-facts.ts";

/** What events say, by asset key. */
export interface ReadChanges {
  /** Keys of watched assets of which any fact may be another one. */
  readonly changed: ReadonlySet<string>;
  readonly updates: ReadonlyMap<string, readonly UpdateBatch[]>;
  /** Steps that ended, with the results of their checks, in the order of the events. */
  readonly results: readonly SettledChecks[];
}

/** Steps of one asset that ended, with the newest results of its checks on them. */
export interface SettledChecks {
  readonly key: string;
  readonly partitions: PartitionSet;
  readonly isPublished: boolean;
  /** Epoch milliseconds. */
  readonly at: number;
  /** How many requests of conditions in a row led to them, where the checks ran by themselves; else 0. */
  readonly generation: number;
  readonly results: readonly NewCheckFacts[];
}

/** Events of one asset and run that follow each other within this time are one. */
const TOGETHER_MS = 1_000;

/** Events of a kind that name what they are about. */
interface SettledEvent extends AutomationEvent {
  readonly key: string;
  readonly asset: IndexedAsset;
  readonly runId: number;
  readonly partitions: PartitionSet;
}

/** Reads what conditions need to know about events: three statements, however many events and assets there are. */
export async function readChanges(
  tx: Transaction,
  events: readonly AutomationEvent[],
  { definitions, runs }: { readonly definitions: AutomationDefinitions; readonly runs: KnownRuns },
): Promise<ReadChanges> {
  const changed = changedKeys(events, definitions);
  const settled = joinEvents(events.flatMap((event) => settledOf(event, definitions)));
  // What was found to be up to date is as if it had been made again and were the same: what waits for it may go on.
  const made = settled.filter(({ kind }) => kind === "materialized" || kind === FOUND_FRESH);
  const checked = settled.filter(({ key, kind }) => kind !== FOUND_FRESH && definitions.checked.has(key));
  const asked = checked.map(({ asset, runId, partitions }) => ({
    assetId: asset.id,
    runId,
    partitions,
    checks: asset.definition.checks.map(({ name }) => name),
  }));
  const alone = settled.filter(({ kind }) => kind !== "materialized");
  const unknown = runs.unknownOf([...made, ...alone].map(({ runId }) => runId));
  const [known, details, results] = await Promise.all([
    readAutomationRuns(tx, unknown),
    readUpdateDetails(
      tx,
      made.map(({ asset, runId, partitions, kind }) => ({
        assetId: asset.id,
        runId,
        // Nothing was published, so that there is nothing to compare.
        partitions: kind === FOUND_FRESH ? PartitionSet.EMPTY : partitions,
      })),
    ),
    readNewCheckFacts(tx, asked),
  ]);
  runs.add(known);
  const updates = new Map<string, UpdateBatch[]>();
  for (const [place, event] of made.entries()) {
    const { key, runId, partitions, at } = event;
    const isFresh = event.kind === FOUND_FRESH;
    const isSeen = event.asset.definition.kind === "external";
    const { changedData = partitions, readAt = null } = details[place] ?? {};
    const generation = runs.generationOf(runId, key);
    const batch = {
      partitions,
      changedData,
      kind: isSeen ? "observation" : isFresh ? "reuse" : "materialization",
      at,
      readAt,
      run: String(runId),
      generation,
    } as const;
    updates.set(key, [...(updates.get(key) ?? []), batch]);
  }
  const byPlace = Map.groupBy(results, ({ place }) => place);
  return {
    changed,
    updates,
    results: checked.map(({ key, runId, partitions, kind, at }, place) => ({
      key,
      partitions,
      isPublished: kind === "materialized",
      at,
      generation: kind === "materialized" ? 0 : runs.generationOf(runId, key),
      results: byPlace.get(place) ?? [],
    })),
  };
}

function changedKeys(
  events: readonly AutomationEvent[],
  { index, watched }: AutomationDefinitions,
): ReadonlySet<string> {
  const changed = new Set<string>();
  const add = (asset: IndexedAsset | undefined): void => {
    // Former definitions have numbers of their own, which nobody asks for any more.
    if (asset !== undefined && watched.get(asset.key)?.id === asset.id) changed.add(asset.key);
  };
  for (const { assetId, runAssetIds, payload } of events) {
    if (assetId !== null) add(index.byId(assetId));
    for (const id of runAssetIds) add(index.byId(id));
    const definition = definitionOf(payload);
    if (definition !== null) for (const asset of index.cutBy(definition)) add(asset);
  }
  return changed;
}

function definitionOf(payload: AutomationEvent["payload"]): string | null {
  const named = typeof payload === "object" && payload !== null && "definition" in payload ? payload.definition : null;
  return typeof named === "string" ? named : null;
}

/** Steps that were skipped because their partition is up to date. Others that are skipped say nothing of it. */
const FOUND_FRESH = "steps_skipped";
const SETTLING = new Set(["materialized", "checks_run", "steps_failed", "steps_retrying", FOUND_FRESH]);

function settledOf(event: AutomationEvent, { index, watched }: AutomationDefinitions): SettledEvent[] {
  const { assetId, runId, partitions, kind, payload } = event;
  if (!SETTLING.has(kind) || assetId === null || runId === null || partitions === null) return [];
  if (kind === FOUND_FRESH && !isOfFresh(payload)) return [];
  const asset = index.byId(assetId);
  if (asset === undefined || watched.get(asset.key)?.id !== assetId) return [];
  return [{ ...event, runId, partitions, asset, key: asset.key }];
}

function isOfFresh(payload: AutomationEvent["payload"]): boolean {
  return typeof payload === "object" && payload !== null && "reason" in payload && payload.reason === "fresh";
}

/** Joins events of one kind about one asset and run that follow closely on each other. */
function joinEvents(events: readonly SettledEvent[]): SettledEvent[] {
  const joined: { event: SettledEvent; since: number }[] = [];
  const open = new Map<string, { event: SettledEvent; since: number }>();
  for (const event of events) {
    const name = `${event.key}\n${event.runId}\n${event.kind}`;
    const known = open.get(name);
    if (known !== undefined && event.at - known.since < TOGETHER_MS) {
      known.event = {
        ...known.event,
        at: Math.max(known.event.at, event.at),
        partitions: known.event.partitions.union(event.partitions),
      };
    } else {
      const entry = { event, since: event.at };
      open.set(name, entry);
      joined.push(entry);
    }
  }
  return joined.map(({ event }) => event);
}
