import { type FreshnessState } from "../src/index.ts";
import {
  compileAutomation,
  createPartitionSpaces,
  evaluateAutomation,
  NO_AUTOMATION_STATE,
  PartitionSet,
  partitionScheme,
  type AssetFacts,
  type AssetSnapshot,
  type AutomationResult,
  type AutomationState,
  type AutomationView,
  type CheckFacts,
  type CompiledAutomation,
  type DynamicKeys,
  type UpdateBatch,
} from "../src/internal.ts";

/** What the tests' world knows of one asset; sets are by ordinal. */
interface WorldAsset {
  materialized: PartitionSet;
  failed: PartitionSet;
  stale: PartitionSet;
  blocked: PartitionSet;
  freshness: FreshnessState | null;
  updates: UpdateBatch[];
  readonly versions: Map<number, string>;
  readonly checks: Map<string, { passed: PartitionSet; failed: PartitionSet; results: UpdateBatch[] }>;
}

interface WorldRun {
  readonly targets: ReadonlyMap<string, PartitionSet>;
  readonly open: Map<string, PartitionSet>;
}

/** What an update may state besides its partitions. */
export interface WorldUpdate {
  readonly run?: string;
  /** @default a data version that there was not before */
  readonly version?: string;
  readonly readAt?: number;
  readonly generation?: number;
}

/**
 * A deployment in memory, with a clock that only tests move: enough of one to evaluate conditions on. Every evaluation is
 * done twice, once for all conditions and once for what has changed, and both must agree.
 */
export class AutomationWorld {
  now: number;
  state: AutomationState = NO_AUTOMATION_STATE;
  dynamicKeys: DynamicKeys = {};
  last: AutomationResult | null = null;
  #assets: readonly AssetSnapshot[] = [];
  #compiled: CompiledAutomation | null = null;
  #version = 0;
  #events = 0;
  #versions = 0;
  readonly #known = new Map<string, WorldAsset>();
  readonly #runs = new Map<string, WorldRun>();
  readonly #changed = new Set<string>();

  constructor(now: number, assets: readonly AssetSnapshot[]) {
    this.now = now;
    this.define(assets);
  }

  get assets(): readonly AssetSnapshot[] {
    return this.#assets;
  }

  get compiled(): CompiledAutomation {
    this.#compiled ??= compileAutomation({ assets: this.#assets, version: `v${this.#version}` });
    return this.#compiled;
  }

  /** Loads definitions; what is stored of an asset that is cut in another way is gone. */
  define(assets: readonly AssetSnapshot[]): void {
    for (const asset of assets) {
      const before = this.#assets.find(({ key }) => key === asset.key);
      const isSame = before !== undefined && partitionScheme(before.partitions) === partitionScheme(asset.partitions);
      if (!isSame) this.#known.delete(asset.key);
    }
    this.#assets = assets;
    this.#compiled = null;
    this.#version += 1;
  }

  advance(ms: number): void {
    this.now += ms;
  }

  /** Partitions by their keys, or by a range such as `2024-01-01..2024-01-03`; all of them for `undefined`. */
  set(key: string, partitions?: string | readonly string[]): PartitionSet {
    const space = this.#spaceOf(key);
    if (partitions === undefined) return space.all;
    const texts = typeof partitions === "string" ? [partitions] : partitions;
    return texts
      .map((text) => {
        const ordinal = space.ordinalOf(text);
        return ordinal === null ? space.parseRange(text) : PartitionSet.of([ordinal]);
      })
      .reduce((all, set) => all.union(set), PartitionSet.EMPTY);
  }

  keys(key: string, set: PartitionSet): string[] {
    const space = this.#spaceOf(key);
    return [...set].map((ordinal) => space.keyOf(ordinal) ?? "?");
  }

  materialize(key: string, partitions?: string | readonly string[], update: WorldUpdate = {}): void {
    const set = this.set(key, partitions);
    const world = this.#touch(key);
    world.materialized = world.materialized.union(set);
    world.failed = world.failed.subtract(set);
    world.stale = world.stale.subtract(set);
    for (const check of world.checks.values()) {
      check.passed = check.passed.subtract(set);
      check.failed = check.failed.subtract(set);
    }
    world.updates.push(this.#batch(world, set, { kind: "materialization", ...update }));
    if (update.run !== undefined) this.#settle(update.run, key, set);
  }

  observe(key: string, partitions: string | readonly string[] | undefined, version: string): void {
    const set = this.set(key, partitions);
    const world = this.#touch(key);
    world.materialized = world.materialized.union(set);
    world.updates.push(this.#batch(world, set, { kind: "observation", version }));
  }

  /** A run that is not over. */
  startRun(run: string, targets: Readonly<Record<string, string | readonly string[] | undefined>>): void {
    const sets = new Map(Object.entries(targets).map(([key, partitions]) => [key, this.set(key, partitions)]));
    this.#runs.set(run, { targets: sets, open: new Map(sets) });
    for (const key of sets.keys()) this.#touch(key);
  }

  fail(key: string, partitions?: string | readonly string[], run?: string): void {
    const set = this.set(key, partitions);
    const world = this.#touch(key);
    world.failed = world.failed.union(set);
    if (run !== undefined) this.#settle(run, key, set);
  }

  endRuns(): void {
    for (const { open } of this.#runs.values()) {
      for (const key of open.keys()) this.#touch(key);
      open.clear();
    }
  }

  wipe(key: string, partitions?: string | readonly string[]): void {
    const world = this.#touch(key);
    world.materialized = world.materialized.subtract(this.set(key, partitions));
  }

  runCheck(key: string, name: string, { passed, partitions }: { passed: boolean; partitions?: string }): void {
    const world = this.#touch(key);
    const set = this.set(key, partitions);
    const check = world.checks.get(name) ?? { passed: PartitionSet.EMPTY, failed: PartitionSet.EMPTY, results: [] };
    check.passed = passed ? check.passed.union(set) : check.passed.subtract(set);
    check.failed = passed ? check.failed.subtract(set) : check.failed.union(set);
    check.results.push(this.#batch(world, set, { kind: "check-result" }));
    world.checks.set(name, check);
    const isBlocking = this.#assets.some(
      (each) => each.key === key && each.checks.some((one) => one.name === name && one.blocking),
    );
    if (isBlocking) world.blocked = passed ? world.blocked.subtract(set) : world.blocked.union(set);
  }

  setStale(key: string, set: PartitionSet): void {
    this.#touch(key).stale = set;
  }

  setFailed(key: string, set: PartitionSet): void {
    this.#touch(key).failed = set;
  }

  setFreshness(key: string, state: FreshnessState | null): void {
    this.#touch(key).freshness = state;
  }

  addKey(definition: string, key: string): void {
    this.dynamicKeys = { ...this.dynamicKeys, [definition]: [...(this.dynamicKeys[definition] ?? []), key] };
    for (const asset of this.#assets) {
      if (JSON.stringify(asset.partitions).includes(JSON.stringify(definition))) this.#touch(asset.key);
    }
  }

  /** What the next evaluation sees. */
  view(): AutomationView {
    return {
      at: this.now,
      cursor: String(this.#events),
      changed: new Set(this.#changed),
      dynamicKeys: this.dynamicKeys,
      factsOf: (key) => this.#factsOf(key),
      runTargets: (run, key) => this.#runs.get(run)?.targets.get(key) ?? PartitionSet.EMPTY,
    };
  }

  /** Evaluates what has changed, says what is requested, and goes on from there. */
  evaluate(requestedBesides?: ReadonlyMap<string, PartitionSet>): Record<string, string[]> {
    const input = {
      automation: this.compiled,
      view: this.view(),
      state: this.state,
      ...(requestedBesides !== undefined && { requestedBesides }),
    };
    const result = evaluateAutomation(input);
    const full = evaluateAutomation({ ...input, full: true });
    expectSame(result, full);
    this.last = result;
    this.state = result.state;
    for (const world of this.#known.values()) {
      world.updates = [];
      for (const check of world.checks.values()) check.results = [];
    }
    this.#changed.clear();
    return this.requested();
  }

  /** What was requested last, by asset key, checks as `asset:check`. */
  requested(): Record<string, string[]> {
    const { requested, requestedChecks } = this.last ?? { requested: new Map(), requestedChecks: new Map() };
    const named = [...requested].map(([key, set]) => [key, this.keys(key, set)] as const);
    const checks = [...requestedChecks].flatMap(([key, byName]) =>
      [...byName].map(([name, set]) => [`${key}:${name}`, this.keys(key, set)] as const),
    );
    return Object.fromEntries([...named, ...checks]);
  }

  #spaceOf(key: string) {
    const asset = this.#assets.find((each) => each.key === key);
    if (asset === undefined) throw new Error(`the test's world has no asset ${key}`);
    return createPartitionSpaces(this.now, this.dynamicKeys).spaceOf(asset.partitions);
  }

  #touch(key: string): WorldAsset {
    this.#changed.add(key);
    this.#events += 1;
    return this.#worldOf(key);
  }

  #worldOf(key: string): WorldAsset {
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const made: WorldAsset = {
      materialized: PartitionSet.EMPTY,
      failed: PartitionSet.EMPTY,
      stale: PartitionSet.EMPTY,
      blocked: PartitionSet.EMPTY,
      freshness: null,
      updates: [],
      versions: new Map(),
      checks: new Map(),
    };
    this.#known.set(key, made);
    return made;
  }

  #batch(
    world: WorldAsset,
    partitions: PartitionSet,
    { kind, run, version, readAt, generation }: WorldUpdate & Pick<UpdateBatch, "kind">,
  ): UpdateBatch {
    const next = version ?? `fresh ${(this.#versions += 1)}`;
    const changed = [...partitions].filter((ordinal) => world.versions.get(ordinal) !== next);
    for (const ordinal of partitions) world.versions.set(ordinal, next);
    return {
      partitions,
      changedData: PartitionSet.of(changed),
      kind,
      at: this.now,
      readAt: readAt ?? null,
      run: run ?? null,
      generation: generation ?? 0,
    };
  }

  #settle(run: string, key: string, set: PartitionSet): void {
    const open = this.#runs.get(run)?.open;
    const left = open?.get(key)?.subtract(set);
    if (left !== undefined) open?.set(key, left);
  }

  #factsOf(key: string): AssetFacts {
    const world = this.#worldOf(key);
    const held = [...this.#runs.values()].map(({ open }) => open.get(key) ?? PartitionSet.EMPTY);
    return {
      ...world,
      inProgress: held.reduce((all, set) => all.union(set), PartitionSet.EMPTY),
      checks: new Map(
        [...world.checks].map(([name, check]): [string, CheckFacts] => [
          name,
          { ...check, inProgress: PartitionSet.EMPTY },
        ]),
      ),
    };
  }
}

/** Everything but how much was evaluated. */
function expectSame(result: AutomationResult, full: AutomationResult): void {
  const plain = (each: AutomationResult) =>
    JSON.stringify({ ...each, evaluated: null }, (_key, value: unknown) =>
      value instanceof Map ? [...value].toSorted(([a], [b]) => (String(a) < String(b) ? -1 : 1)) : value,
    );
  const [a, b] = [plain(result), plain(full)];
  if (a !== b) throw new Error(`an evaluation of what changed differs from a full one:\n${a}\n${b}`);
}
