import {
  evaluateAutomation,
  NO_AUTOMATION_STATE,
  readTargetState,
  targetId,
  type AutomationResult,
  type AutomationState,
  type AutomationView,
  type CompiledAutomation,
  type DynamicKeys,
  type TargetState,
  type UpdateBatch,
} from "@heddle/core/internal";
import {
  byCheck,
  readOpenChecks,
  CHECK_FACTS_DEADLINE_MS,
  NO_PARTITION_SETS,
  readAutomationEvents,
  readAutomationRound,
  readAutomationStates,
  readAutomationSwitches,
  readCheckFacts,
  readClock,
  readDynamicKeys,
  readEventCursor,
  readFreshness,
  readPartitionSets,
  type AutomationStateRow,
  type EventCursor,
  type FreshnessChangeRow,
  type FreshnessRow,
  type FreshnessWrite,
  type Transaction,
} from "@heddle/storage";
import { PartitionSpaces, readStale, type PlanningState } from "../planning/index.ts";
import { compileDefinitions, offIds, type AutomationDefinitions } from "./automation-definitions.ts";
import { KnownRuns, NO_FACTS, withChecks, withResults, withSets, type KnownFacts } from "./known-facts.ts";
import { judgeFreshness } from "./judge-freshness.ts";
import { readChanges, type ReadChanges } from "./read-changes.ts";
import { viewOf } from "./view-of.ts";

/** The longest that a look may take: the first one reads the state of everything. */
export const LOOK_DEADLINE_MS = CHECK_FACTS_DEADLINE_MS;

/** Events that one look takes in; the next one follows at once. */
const MAX_EVENTS = 20_000;

/** What {@link AutomationMemory} is made with. */
export interface AutomationMemoryOptions {
  readonly planning: PlanningState;
  /** Only what these targets depend on is known and evaluated. @default everything */
  readonly only?: (compiled: CompiledAutomation) => CompiledAutomation;
  /** What the clock of the database is moved by, in milliseconds. @default 0 */
  readonly skewMs?: (() => number) | undefined;
}

/** One look at the database: a frozen moment. */
export interface AutomationLook {
  /** Epoch milliseconds by the clock of the database. */
  readonly at: number;
  readonly environmentId: number;
  readonly definitions: AutomationDefinitions;
  readonly view: AutomationView;
  readonly freshness: FreshnessWrite;
  /** Whether there are more events that can be looked at already. */
  readonly isPartial: boolean;
  /** Whether something is committed that cannot be looked at yet. */
  readonly isHeldBack: boolean;
  readonly dynamicKeys: DynamicKeys;
}

interface Known {
  readonly environmentId: number;
  definitions: AutomationDefinitions;
  version: number;
  state: AutomationState;
  cursor: EventCursor;
  readonly facts: Map<string, KnownFacts>;
  readonly freshness: Map<string, FreshnessRow>;
  readonly rows: ReadonlyMap<string, AutomationStateRow>;
  /** Whether it has just been read whole. */
  isNew: boolean;
  dynamicKeys: DynamicKeys;
}

/**
 * What evaluations work on: conditions, facts and what is remembered, kept between looks. A look reads what has happened
 * since the one before, and nothing of what has not changed; the first one reads everything. The number of statements
 * depends on neither assets nor events.
 */
export class AutomationMemory {
  readonly #options: AutomationMemoryOptions;
  readonly #runs = new KnownRuns();
  #known: Known | undefined;

  constructor(options: AutomationMemoryOptions) {
    this.#options = options;
  }

  /** Forgets everything: what is stored is somebody else's, or is not what it was taken for. */
  forget(): void {
    this.#known = undefined;
  }

  /** The version of what is stored that evaluations go on from. */
  get version(): number {
    return this.#known?.version ?? 0;
  }

  get state(): AutomationState {
    return this.#known?.state ?? NO_AUTOMATION_STATE;
  }

  /** Every look that fails leaves nothing behind. @throws DATABASE_* */
  async look(tx: Transaction): Promise<AutomationLook> {
    try {
      return await this.#look(tx);
    } catch (error) {
      this.forget();
      throw error;
    }
  }

  /** Decides on a look. Nothing is kept of it until {@link accept}. */
  evaluate({ view, definitions }: AutomationLook): AutomationResult {
    return evaluateAutomation({ automation: definitions.compiled, view, state: this.state });
  }

  /** Goes on from what was decided. @param isRecorded whether it was written */
  accept(look: AutomationLook, { state }: Pick<AutomationResult, "state">, isRecorded: boolean): void {
    if (this.#known === undefined) return;
    this.#known.state = state;
    this.#known.cursor = look.view.cursor;
    this.#known.isNew = false;
    if (isRecorded) this.#known.version += 1;
  }

  async #look(tx: Transaction): Promise<AutomationLook> {
    const { planning, skewMs } = this.#options;
    const at = (await readClock(tx)) + (skewMs?.() ?? 0);
    const environmentId = await planning.definitions.environmentId(tx);
    const index = await planning.definitions.index(tx);
    const switches = await readAutomationSwitches(tx);
    const before = this.#known;
    const isSame =
      before?.environmentId === environmentId &&
      before.definitions.index === index &&
      before.definitions.off === [...offIds(switches)].join("\t");
    const definitions = isSame ? before.definitions : this.#restrict(compileDefinitions(index, switches));
    const known = isSame ? before : await this.#begin(tx, { environmentId, definitions });
    this.#known = known;
    const dynamicKeys = await readDynamicKeys(tx, index.dynamicNames);
    const assetIds = [...definitions.watched.values()].map(({ id }) => id);
    const found =
      assetIds.length === 0
        ? { events: [], cursor: await readEventCursor(tx), isPartial: false, isHeldBack: false }
        : await readAutomationEvents(tx, { after: known.cursor, assetIds, limit: MAX_EVENTS });
    const changes = await readChanges(tx, found.events, { definitions, runs: this.#runs });
    const old = known.isNew ? null : new Map([...changes.changed].map((key) => [key, known.facts.get(key)]));
    await this.#refresh(tx, changes, { known, at, dynamicKeys });
    const freshness = this.#judge(known, { at, changes, dynamicKeys, old });
    known.dynamicKeys = dynamicKeys;
    const changed = new Set([...changes.changed, ...freshness.changes.map(({ asset }) => asset)]);
    const view = viewOf({
      at,
      cursor: found.cursor,
      changed: known.isNew ? "all" : changed,
      dynamicKeys,
      definitions,
      facts: known.facts,
      freshness: known.freshness,
      changes,
      runs: this.#runs,
    });
    const { isPartial, isHeldBack } = found;
    return { at, environmentId, definitions, view, freshness, isPartial, isHeldBack, dynamicKeys };
  }

  #restrict(definitions: AutomationDefinitions): AutomationDefinitions {
    const { only } = this.#options;
    if (only === undefined) return definitions;
    const compiled = only(definitions.compiled);
    const reach = new Set(compiled.targets.flatMap((target) => [...target.reach]));
    const watched = new Map([...definitions.watched].filter(([key]) => reach.has(key)));
    return { ...definitions, compiled, watched };
  }

  /** Reads what evaluations go on from. */
  async #begin(
    tx: Transaction,
    { environmentId, definitions }: { readonly environmentId: number; readonly definitions: AutomationDefinitions },
  ): Promise<Known> {
    const round = await readAutomationRound(tx, environmentId);
    const rows = await readAutomationStates(tx, environmentId);
    const freshness = await readFreshness(tx, { environmentId });
    const state: AutomationState =
      round === null
        ? NO_AUTOMATION_STATE
        : {
            ...NO_AUTOMATION_STATE,
            at: round.at,
            cursor: round.cursor,
            version: round.definitions,
            targets: readTargets(rows),
          };
    return {
      environmentId,
      definitions,
      version: round?.version ?? 0,
      state,
      cursor: round?.cursor ?? (await readEventCursor(tx)),
      facts: new Map(),
      freshness: new Map(freshness.map((row) => [row.asset, row])),
      rows: new Map(rows.map((row) => [targetId(row.asset, row.check), row])),
      isNew: true,
      dynamicKeys: {},
    };
  }

  /** Reads the facts of what has changed anew. */
  async #refresh(
    tx: Transaction,
    changes: ReadChanges,
    { known, at, dynamicKeys }: { readonly known: Known; readonly at: number; readonly dynamicKeys: DynamicKeys },
  ): Promise<void> {
    const { definitions, environmentId, facts, isNew } = known;
    const keys = isNew ? definitions.watched.keys() : changes.changed;
    const assets = [...keys].flatMap((key) => definitions.watched.get(key) ?? []);
    if (assets.length === 0) return;
    const sets = await readPartitionSets(tx, { environmentId, assetIds: assets.map(({ id }) => id) });
    for (const { id, key } of assets) {
      facts.set(key, withSets(facts.get(key) ?? NO_FACTS, sets.get(id) ?? NO_PARTITION_SETS));
    }
    const checked = assets.filter(({ key }) => definitions.checked.has(key));
    const open = byCheck(await readOpenChecks(tx, { environmentId, assetIds: checked.map(({ id }) => id) }));
    for (const { id, key } of checked) {
      facts.set(key, { ...(facts.get(key) ?? NO_FACTS), checking: open.get(id) ?? NO_FACTS.checking });
    }
    await this.#refreshChecks(tx, changes, known);
    await this.#refreshStale(tx, { known, at, dynamicKeys, changed: isNew ? "all" : changes.changed });
  }

  async #refreshChecks(tx: Transaction, changes: ReadChanges, known: Known): Promise<void> {
    const { definitions, environmentId, facts, isNew } = known;
    if (!isNew) {
      for (const { key, results, ...settled } of changes.results) {
        facts.set(key, withResults(facts.get(key) ?? NO_FACTS, settled, results));
      }
      return;
    }
    const checked = [...definitions.checked].flatMap((key) => definitions.watched.get(key) ?? []);
    const rows = await readCheckFacts(tx, { environmentId, assetIds: checked.map(({ id }) => id) });
    const byAsset = Map.groupBy(rows, ({ assetId }) => assetId);
    for (const { id, key } of checked) facts.set(key, withChecks(facts.get(key) ?? NO_FACTS, byAsset.get(id) ?? []));
  }

  /** What is out of date follows from everything upstream, so that it is asked again for all that is downstream of a change. */
  async #refreshStale(
    tx: Transaction,
    {
      known,
      at,
      dynamicKeys,
      changed,
    }: {
      readonly known: Known;
      readonly at: number;
      readonly dynamicKeys: DynamicKeys;
      readonly changed: ReadonlySet<string> | "all";
    },
  ): Promise<void> {
    const { definitions, environmentId, facts } = known;
    const { index, compiled } = definitions;
    const asked = [...compiled.asksForStale].flatMap((key) => definitions.watched.get(key) ?? []);
    const below =
      changed === "all" ? null : index.graph.descendants([...changed].map((key) => index.graph.indexOf(key)));
    const assets = asked.filter(({ key }) => below === null || below.has(index.graph.indexOf(key)));
    if (assets.length === 0) return;
    const spaces = new PartitionSpaces(at, { dynamicKeys, formerKeys: dynamicKeys });
    const stale = await readStale(this.#options.planning, tx, { index, spaces, environmentId, assets });
    for (const { id, key } of assets) {
      facts.set(key, { ...(facts.get(key) ?? NO_FACTS), stale: stale.get(id) ?? NO_FACTS.stale });
    }
  }

  /** Judges the freshness of what has changed or is due. */
  #judge(
    known: Known,
    {
      at,
      changes,
      dynamicKeys,
      old,
    }: {
      readonly at: number;
      readonly changes: ReadChanges;
      readonly dynamicKeys: DynamicKeys;
      readonly old: ReadonlyMap<string, KnownFacts | undefined> | null;
    },
  ): FreshnessWrite {
    const { definitions, facts, freshness, isNew } = known;
    const rows: FreshnessRow[] = [];
    const changed: FreshnessChangeRow[] = [];
    for (const [key, policy] of definitions.policies) {
      const row = freshness.get(key);
      const isDue = row === undefined || (row.changesAt !== null && row.changesAt <= at);
      const asset = definitions.watched.get(key);
      if (asset === undefined || !(isNew || isDue || changes.changed.has(key))) continue;
      const own = facts.get(key) ?? NO_FACTS;
      const updates = changes.updates.get(key) ?? [];
      const judged = judgeFreshness({
        asset,
        policy,
        at,
        dynamicKeys,
        row,
        materialized: own.materialized,
        materializedAt: confirmedAt(own.materializedAt, row, updates),
        updates,
        before: old === null ? null : (old.get(key) ?? own).materialized,
      });
      freshness.set(key, judged.row);
      changed.push(...judged.changes);
      if (row === undefined || judged.changes.length > 0 || isOther(row, judged.row)) rows.push(judged.row);
    }
    const gone = [...freshness.keys()].filter((key) => !definitions.policies.has(key));
    for (const key of gone) freshness.delete(key);
    return { rows, changes: changed, gone };
  }

  /** When the freshness of an asset may be another one by itself; `null` for never. */
  get freshnessChangesAt(): number | null {
    let next = Infinity;
    for (const { changesAt } of this.#known?.freshness.values() ?? []) next = Math.min(next, changesAt ?? Infinity);
    return next === Infinity ? null : next;
  }

  /** What is stored of one condition besides its state, as of the first look. */
  rowOf(id: string): AutomationStateRow | undefined {
    return this.#known?.rows.get(id);
  }
}

/**
 * When an asset was made, or found up to date by a run: what was looked at and needed no work is as fresh as if it had been
 * made again. `null` where there is nothing.
 */
function confirmedAt(
  madeAt: number | null,
  row: FreshnessRow | undefined,
  updates: readonly UpdateBatch[],
): number | null {
  if (madeAt === null) return null;
  const found = updates.filter(({ kind }) => kind === "reuse").map(({ at }) => at);
  return Math.max(madeAt, row?.materializedAt ?? madeAt, ...found);
}

function isOther(a: FreshnessRow, b: FreshnessRow): boolean {
  return (
    a.materializedAt !== b.materializedAt ||
    a.changesAt !== b.changesAt ||
    a.overdueAt !== b.overdueAt ||
    JSON.stringify(a.policy) !== JSON.stringify(b.policy)
  );
}

/** A state that cannot be read begins anew: it then requests nothing that was missed. */
function readTargets(rows: readonly AutomationStateRow[]): ReadonlyMap<string, TargetState> {
  const targets = new Map<string, TargetState>();
  for (const { asset, check, state } of rows) {
    const read = readTargetState(state);
    if (read !== null) targets.set(targetId(asset, check), read);
  }
  return targets;
}
