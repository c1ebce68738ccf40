import {
  compileAutomation,
  eager,
  evaluateAutomation,
  NO_AUTOMATION_STATE,
  PartitionSet,
  resolvePartitions,
  type AssetFacts,
  type AssetSnapshot,
  type AutomationResult,
  type AutomationState,
  type AutomationView,
  type PartitionsSpec,
} from "@heddle/core";
import { median, round, type Benchmark } from "./benchmark.ts";
import { measureColdNode } from "./calibration.ts";

const ASSETS = 5_000;
const LAYERS = 10;
const CHANGED = 100;
const ROUNDS = 21;
const NOW = Date.UTC(2026, 0, 1, 12);

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

const DAYS: PartitionsSpec = {
  kind: "time-window",
  cadence: "daily",
  cron: "0 0 * * *",
  timeZone: "UTC",
  start: "2020-01-01",
  end: null,
  endOffset: 0,
  format: "%Y-%m-%d",
};
const EXISTING = resolvePartitions(DAYS, { now: NOW }).all;
const PER_LAYER = ASSETS / LAYERS;

const GRAPH: readonly AssetSnapshot[] = Array.from({ length: ASSETS }, (_, index) => {
  const [layer, place] = [Math.floor(index / PER_LAYER), index % PER_LAYER];
  const isDaily = place % 2 === 0;
  // The same parity: days read days.
  const upstream = layer === 0 ? [] : [place, (place + 2) % PER_LAYER].map((at) => `a${(layer - 1) * PER_LAYER + at}`);
  return {
    key: `a${index}`,
    kind: "asset",
    description: null,
    group: `g${layer}`,
    owners: [],
    tags: {},
    kinds: [],
    metadata: {},
    partitions: isDaily ? DAYS : null,
    deps: upstream.map((key) => ({
      name: key,
      upstream: key,
      mapping: isDaily ? { kind: "identity" } : { kind: "unpartitioned" },
      multiplicity: "one",
      rule: "",
    })),
    resources: [],
    retry: { attempts: 1, backoff: "constant", delayMs: 0, maxDelayMs: 0, jitter: false },
    timeoutMs: 60_000,
    isolation: "shared",
    io: "json",
    source: null,
    codeVersion: "v1",
    checks: [],
    automation: { version: 1, condition: eager().spec },
  };
});

/** Keys of the assets that are updated in a round, spread over all layers. */
function sourcesOf(round: number): string[] {
  return Array.from({ length: CHANGED }, (_, index) => `a${(index * 49 + round * 7) % ASSETS}`);
}

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
