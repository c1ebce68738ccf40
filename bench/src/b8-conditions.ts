import {
  compileAutomation,
  evaluateAutomation,
  NO_AUTOMATION_STATE,
  PartitionSet,
  type AssetFacts,
  type AutomationResult,
  type AutomationState,
  type AutomationView,
} from "@heddle/core/internal";
import { ASSETS, CHANGED, daysAt, GRAPH, sourcesOf } from "./automated-assets.ts";
import { median, round, type Benchmark } from "./benchmark.ts";
import { measureColdNode } from "./calibration.ts";

const ROUNDS = 21;
const NOW = Date.UTC(2026, 0, 1, 12);
const EXISTING = daysAt(NOW);

/**
 * B8, the part that is pure: one evaluation of 5,000 assets with `eager()`, of which 100 were updated since the one before.
 * Half of them are cut by days; each reads two of the layer before it.
 */
export const conditions: Benchmark = {
  name: "b8-conditions",
  description: `one evaluation of ${ASSETS} assets with eager(), ${CHANGED} of them updated`,
  unit: "ms",
  target: 150,
  measure() {
    const began = performance.now();
    const automation = compileAutomation({ assets: GRAPH, version: "v1" });
    const compileMs = performance.now() - began;
    const bench = new Bench(automation);
    const first = bench.evaluate("all");
    const quiet = bench.repeat(() => new Set());
    const changed = bench.repeat((round) => new Set(sourcesOf(round)));
    const full = bench.repeat(() => "all");
    return Promise.resolve({
      value: changed.ms,
      /** `quiet`: nothing has changed; `full`: every condition is evaluated, changed or not. */
      parameters: { assets: ASSETS, rounds: ROUNDS, compileMs: round(compileMs), first, quiet, changed, full },
      calibration: { coldNodeMs: measureColdNode() },
    });
  },
};

class Bench {
  readonly #automation: ReturnType<typeof compileAutomation>;
  #state: AutomationState = NO_AUTOMATION_STATE;
  #at = NOW;

  constructor(automation: ReturnType<typeof compileAutomation>) {
    this.#automation = automation;
  }

  evaluate(changed: ReadonlySet<string> | "all") {
    this.#at += 1_000;
    const view = viewOf(this.#at, changed);
    const cpu = process.cpuUsage();
    const began = performance.now();
    const result = evaluateAutomation({ automation: this.#automation, view, state: this.#state });
    const ms = performance.now() - began;
    this.#state = result.state;
    const { user, system } = process.cpuUsage(cpu);
    return { ...figuresOf(result, ms), cpuMs: round((user + system) / 1_000) };
  }

  /** The middle of several rounds, each after one in which what was requested has come to rest. */
  repeat(changedIn: (round: number) => ReadonlySet<string> | "all") {
    const found = Array.from({ length: ROUNDS }, (_, index) => {
      for (let rest = 0; rest < 3; rest += 1) this.evaluate(new Set());
      return this.evaluate(changedIn(index));
    });
    const [last] = found.slice(-1);
    const middle = (figure: "ms" | "cpuMs") => round(median(found.map((each) => each[figure])));
    return { ...last, ms: middle("ms"), cpuMs: middle("cpuMs") };
  }
}

function figuresOf({ evaluated, requested, explanations }: AutomationResult, ms: number) {
  return { ms: round(ms), evaluated, requested: requested.size, explanations: explanations.length };
}

const QUIET: Omit<AssetFacts, "materialized" | "updates"> = {
  inProgress: PartitionSet.EMPTY,
  failed: PartitionSet.EMPTY,
  stale: PartitionSet.EMPTY,
  blocked: PartitionSet.EMPTY,
  freshness: null,
  checks: new Map(),
};

function viewOf(at: number, changed: ReadonlySet<string> | "all"): AutomationView {
  const latest = EXISTING.takeLast(1);
  const facts = new Map(
    GRAPH.map(({ key, partitions }): [string, AssetFacts] => {
      const isChanged = changed !== "all" && changed.has(key);
      const set = partitions === null ? PartitionSet.of([0]) : latest;
      const batch = { kind: "materialization", at, readAt: at, run: "r", generation: 0 } as const;
      return [
        key,
        {
          ...QUIET,
          materialized: partitions === null ? set : EXISTING,
          updates: isChanged ? [{ ...batch, partitions: set, changedData: set }] : [],
        },
      ];
    }),
  );
  return {
    at,
    cursor: String(at),
    changed,
    dynamicKeys: {},
    factsOf: (key) => {
      const known = facts.get(key);
      if (known === undefined) throw new Error(`no facts of ${key}`);
      return known;
    },
    runTargets: () => PartitionSet.EMPTY,
  };
}
