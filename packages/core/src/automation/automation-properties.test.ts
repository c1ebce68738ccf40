import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { AutomationWorld } from "../../test/automation-world.ts";
import { assetOf, DAYS, FIRST_DAY, staticKeys, timeWindows } from "../../test/random-plans.ts";
import type { MappingSpec } from "../partitions/mapping-spec.ts";
import type { PartitionsSpec } from "../partitions/partitions-spec.ts";
import type { AssetSnapshot } from "../snapshot.ts";
import type { AutomationCondition } from "./automation-condition.ts";
import { evaluateAutomation } from "./evaluate-automation.ts";
import {
  checkFailed,
  codeVersionChanged,
  cronTickPassed,
  dataVersionChanged,
  executionFailed,
  freshnessIs,
  initialEvaluation,
  inLatestTimeWindow,
  inProgress,
  missing,
  newlyRequested,
  newlyUpdated,
  stale,
  willBeRequested,
} from "./operands.ts";
import { allDeps, anyDeps, assetMatches, not } from "./operators.ts";
import { PartitionSet } from "../partitions/partition-set.ts";
import type { AutomationExplanation } from "./automation-explanation.ts";
import type { TargetState } from "./automation-state.ts";
import { explainCondition } from "./explain-condition.ts";
import {
  readExplanation,
  readTargetState,
  storeExplanation,
  storeTargetState,
  type StoredExplanation,
  type StoredTargetState,
} from "./store-automation.ts";
import { eager, onCron, onFreshness, onMissing } from "./presets.ts";

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const START = (FIRST_DAY + 3) * DAY_MS + 5 * HOUR_MS;
const HOURS = timeWindows("hourly", "0 * * * *", new Date(FIRST_DAY * DAY_MS));
const CUTS: readonly (PartitionsSpec | null)[] = [null, DAYS, HOURS, staticKeys(4)];

/** Any condition, presets more often than not. */
const conditions = fc.letrec<{ any: AutomationCondition; leaf: AutomationCondition }>((tie) => ({
  leaf: fc.constantFrom<AutomationCondition>(
    missing(),
    inProgress(),
    executionFailed(),
    stale(),
    checkFailed("ok"),
    freshnessIs("fail"),
    inLatestTimeWindow(),
    inLatestTimeWindow({ lookbackMs: 2 * HOUR_MS }),
    willBeRequested(),
    newlyUpdated({ anyObservation: true }),
    newlyUpdated(),
    newlyUpdated({ outsideOwnRuns: true }),
    dataVersionChanged(),
    newlyRequested(),
    codeVersionChanged(),
    cronTickPassed("0 */2 * * *"),
    initialEvaluation(),
  ),
  any: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom<AutomationCondition>(eager(), onCron("0 */3 * * *"), onMissing(), onFreshness()),
    tie("leaf"),
    fc.tuple(tie("any"), tie("any")).map(([a, b]) => a.and(b)),
    fc.tuple(tie("any"), tie("any")).map(([a, b]) => a.or(b)),
    fc.tuple(tie("any"), tie("any")).map(([a, b]) => a.since(b)),
    tie("any").map((each) => not(each)),
    tie("any").map((each) => each.newlyTrue()),
    tie("any").map((each) => each.sinceLastHandled()),
    tie("any").map((each) => anyDeps(each)),
    tie("any").map((each) => allDeps(each)),
    tie("any").map((each) => allDeps(each, { partitions: "every" })),
    tie("any").map((each) => assetMatches("a1", each)),
  ),
}));

interface RandomAsset {
  readonly cut: number;
  readonly condition: AutomationCondition | null;
  readonly onCheck: AutomationCondition | null;
  /** Distances to the assets before it that it reads. */
  readonly back: readonly number[];
}

const randomAsset: fc.Arbitrary<RandomAsset> = fc.record({
  cut: fc.nat(CUTS.length - 1),
  condition: fc.option(conditions.any, { freq: 4 }),
  onCheck: fc.option(conditions.any, { freq: 1 }),
  back: fc.uniqueArray(fc.integer({ min: 1, max: 3 }), { maxLength: 2 }),
});

function mappingBetween(upstream: PartitionsSpec | null, downstream: PartitionsSpec | null): MappingSpec {
  if (upstream === null) return { kind: "unpartitioned" };
  if (downstream === null || (upstream.kind === "static") !== (downstream.kind === "static")) return { kind: "all" };
  return upstream.kind === "static" ? { kind: "identity" } : { kind: "time-window", startOffset: 0, endOffset: 0 };
}

function graphOf(randoms: readonly RandomAsset[], codeVersions: readonly number[]): AssetSnapshot[] {
  return randoms.map(({ cut, condition, onCheck, back }, index) => {
    const partitions = CUTS[cut] ?? null;
    const upstream = back.flatMap((distance) => (index - distance >= 0 ? [index - distance] : []));
    const deps = upstream.map(
      (at) => [`a${at}`, mappingBetween(CUTS[randoms[at]?.cut ?? 0] ?? null, partitions)] as const,
    );
    return {
      ...assetOf(`a${index}`, { partitions, deps: Object.fromEntries(deps) }),
      codeVersion: `v${codeVersions[index] ?? 0}`,
      ...(condition !== null && { automation: { version: 1 as const, condition: condition.spec } }),
      checks: [
        {
          name: "ok",
          description: null,
          severity: "error" as const,
          blocking: index % 2 === 0,
          source: null,
          ...(onCheck !== null && { automation: { version: 1 as const, condition: onCheck.spec } }),
        },
      ],
    };
  });
}

/** What happens between two evaluations; numbers are taken modulo what there is. */
type Happening = readonly [kind: string, asset: number, pick: number];
const happenings: fc.Arbitrary<Happening> = fc.tuple(
  fc.constantFrom(
    "materialize",
    "materialize",
    "same",
    "fail",
    "start",
    "end",
    "wipe",
    "stale",
    "check",
    "freshness",
    "code",
    "hour",
    "minute",
    "back",
  ),
  fc.nat(),
  fc.nat(),
);

class History {
  readonly world: AutomationWorld;
  readonly #randoms: readonly RandomAsset[];
  readonly #codeVersions: number[];
  #runs = 0;

  constructor(randoms: readonly RandomAsset[]) {
    this.#randoms = randoms;
    this.#codeVersions = randoms.map(() => 0);
    this.world = new AutomationWorld(START, graphOf(randoms, this.#codeVersions));
  }

  happen([kind, asset, pick]: Happening): void {
    const { world } = this;
    world.advance(1 + (pick % 7));
    const index = asset % this.#randoms.length;
    const key = `a${index}`;
    const existing = world.keys(key, world.set(key));
    const partition = existing[pick % Math.max(1, existing.length)];
    switch (kind) {
      case "hour":
        return world.advance(HOUR_MS * (1 + (pick % 30)));
      case "minute":
        return world.advance(60_000);
      case "back":
        return world.advance(-HOUR_MS / 2);
      case "end":
        return world.endRuns();
      case "code":
        this.#codeVersions[index] = pick;
        return world.define(graphOf(this.#randoms, this.#codeVersions));
      case "freshness":
        return world.setFreshness(key, (["pass", "warn", "fail", "unknown"] as const)[pick % 4] ?? null);
    }
    if (partition === undefined) return;
    const run = `run ${this.#runs}`;
    switch (kind) {
      case "materialize":
        return world.materialize(key, [partition], { ...(pick % 3 === 0 && { run }), generation: pick % 5 });
      case "same":
        return world.materialize(key, [partition], { version: "same", readAt: world.now - (pick % 9) });
      case "fail":
        return world.fail(key, [partition], run);
      case "start":
        this.#runs += 1;
        return world.startRun(`run ${this.#runs}`, {
          [key]: [partition],
          [`a${pick % this.#randoms.length}`]: undefined,
        });
      case "wipe":
        return world.wipe(key, [partition]);
      case "stale":
        return world.setStale(key, world.set(key, [partition]));
      case "check":
        return world.runCheck(key, "ok", { passed: pick % 2 === 0, partitions: partition });
    }
  }
}

const histories = fc.record({
  assets: fc.array(randomAsset, { minLength: 1, maxLength: 6 }),
  rounds: fc.array(fc.array(happenings, { maxLength: 3 }), { minLength: 3, maxLength: 14 }),
});

function throughJson(target: TargetState): TargetState | null {
  const stored: StoredTargetState = JSON.parse(JSON.stringify(storeTargetState(target)));
  return readTargetState(stored);
}

/** An explanation in words that is not of what was decided, or says nothing; `null` for one that is fine. */
function findLie(explanation: AutomationExplanation, partition: string, world: AutomationWorld): string | null {
  const story = explainCondition(explanation, { partition, assets: world.assets, dynamicKeys: {} });
  const set = partition === UNKNOWN_KEY ? PartitionSet.EMPTY : world.set(explanation.asset, [partition]);
  const { verdict, summary, reasons, changes } = story;
  const { requested, stopped, root } = explanation;
  const isTrue = {
    "not there": set.isEmpty,
    requested: set.isSubsetOf(requested) && reasons.length > 0,
    stopped: set.isSubsetOf(stopped),
    "not requested": !set.overlaps(root.held) && reasons.length > 0 && changes.length > 0,
  }[verdict];
  const isReadable = !/undefined|\[object| {2}/u.test([summary, ...reasons, ...changes].join(" "));
  return isTrue && isReadable ? null : JSON.stringify({ ...story, condition: root.spec });
}

const UNKNOWN_KEY = "no such key";

describe("over random definitions and histories", () => {
  test("what has changed is all that needs evaluating, twice on one cursor is once, and state survives storage", () => {
    fc.assert(
      fc.property(histories, ({ assets, rounds }) => {
        const history = new History(assets);
        const { world } = history;
        for (const round of rounds) {
          for (const happening of round) history.happen(happening);
          // The world compares with a full evaluation.
          world.evaluate();
          const again = evaluateAutomation({ automation: world.compiled, view: world.view(), state: world.state });
          expect(again.requested.size + again.requestedChecks.size + again.changedTargets.length).toBe(0);
          expect(again.state).toBe(world.state);
        }
        const stored = [...world.state.targets].map(([id, target]) => [id, target, throughJson(target)] as const);
        for (const [, target, read] of stored) expect(read).toEqual(target);
        for (const each of world.last?.explanations ?? []) {
          const written: StoredExplanation = JSON.parse(JSON.stringify(storeExplanation(each)));
          expect(readExplanation(written)).toEqual(each);
          for (const partition of [...world.keys(each.asset, world.set(each.asset)).slice(-2), UNKNOWN_KEY]) {
            expect(findLie(each, partition, world)).toBeNull();
          }
        }
      }),
      { numRuns: 200 },
    );
  });

  test("in a quiet world conditions come to rest and are not evaluated any more", () => {
    fc.assert(
      fc.property(histories, ({ assets, rounds }) => {
        const history = new History(assets);
        const { world } = history;
        for (const round of rounds) {
          for (const happening of round) history.happen(happening);
          world.evaluate();
        }
        // Requests come true, without other data: then nothing is left to do. Ticks are hours away.
        world.now = Math.ceil(world.state.at / (6 * HOUR_MS)) * 6 * HOUR_MS + 60_000;
        for (let round = 0; round < 40; round += 1) {
          world.advance(1_000);
          world.evaluate();
        }
        expect(world.last?.evaluated).toBeLessThanOrEqual(2 * assets.length);
        expect(world.last?.loops).toEqual([]);
      }),
      { numRuns: 40 },
    );
  });
});
