import { describe, expect, test } from "vitest";
import { initialEvaluation, inProgress, isHeddleError, missing, not, type FreshnessState } from "../src/index.ts";
import {
  AssetGraph,
  deriveMapping,
  nextTick,
  NO_AUTOMATION_STATE,
  PartitionSet,
  type AssetSnapshot,
  type MappingSpec,
  type PartitionsSpec,
} from "../src/internal.ts";
import { downstreamConditions } from "../src/automation/resolve-downstream.ts";
import { conditionOf, mappingSpec, specOf, textOf, type AssetFactsOf, type Facts } from "./automation-facts.ts";
import { AutomationWorld } from "./automation-world.ts";
import collected from "./conformance/automation.json" with { type: "json" };
import { assetOf } from "./random-plans.ts";

/** Where Heddle differs, and why: see docs/automation.md, "Differences". Expected totals by evaluation. */
const DIFFERENCES: Readonly<Record<string, readonly number[]>> = {
  // An update before the tick is no update since the tick, however late both are seen.
  "since-cron-same-tick-partitioned": [0, 0, 1, 0, 0],
};

function derived(upstream: PartitionsSpec | null, downstream: PartitionsSpec | null): MappingSpec {
  try {
    return deriveMapping(upstream, downstream).mapping;
  } catch (error) {
    if (isHeddleError(error)) return { kind: "identity" };
    throw error;
  }
}

interface Scenario {
  readonly id: string;
  readonly input: {
    readonly graph: {
      readonly assets: readonly AssetFactsOf[];
      readonly checks?: readonly { readonly name: string; readonly asset: string; readonly condition: Facts }[];
    };
    readonly steps: readonly Facts[];
    readonly start_time?: string;
    readonly evaluate_only?: readonly string[];
  };
  readonly expected: readonly {
    readonly total: number;
    readonly requested?: Readonly<Record<string, readonly string[] | number>>;
    readonly derived_requested?: Readonly<Record<string, readonly string[] | number>>;
  }[];
}

function snapshots(assets: readonly AssetFactsOf[], { input }: Pick<Scenario, "input">): AssetSnapshot[] {
  const specs = new Map(assets.map(({ key, partitions }) => [key, specOf(partitions)]));
  const order = AssetGraph.fromSnapshot(
    assets.map(({ key, deps = [] }) => ({
      key,
      deps: deps.map((dep) => ({ upstream: typeof dep === "string" ? dep : dep.key })),
    })),
  );
  return [...order.topologicalOrder].flatMap((index) => {
    const asset = assets[index];
    if (asset === undefined) return [];
    const { key, condition, observable, code_version: codeVersion, group = "default" } = asset;
    const partitions = specs.get(key) ?? null;
    const deps = (asset.deps ?? []).map((dep): [string, MappingSpec] =>
      typeof dep === "string"
        ? [dep, derived(specs.get(dep) ?? null, partitions)]
        : [dep.key, mappingSpec(dep.mapping)],
    );
    const isEvaluated = input.evaluate_only?.includes(key) ?? true;
    const checks = (input.graph.checks ?? []).filter((check) => check.asset === key);
    return [
      {
        ...assetOf(key, {
          partitions,
          deps: Object.fromEntries(deps),
          kind: observable === true ? "external" : "asset",
        }),
        group,
        codeVersion: codeVersion ?? "v1",
        ...(condition !== undefined &&
          isEvaluated && { automation: { version: 1 as const, condition: conditionOf(condition).spec } }),
        checks: checks.map((check) => ({
          name: check.name,
          description: null,
          severity: "error" as const,
          blocking: false,
          source: null,
          automation: { version: 1 as const, condition: conditionOf(check.condition).spec },
        })),
      },
    ];
  });
}

const UNITS: Readonly<Record<string, number>> = {
  minutes: 60_000,
  hours: 3_600_000,
  days: 86_400_000,
  years: 365 * 86_400_000,
};

const partitionOf = (given: unknown): string | undefined =>
  typeof given === "object" && given !== null
    ? ["time", "static"].map((name) => (given as Facts)[name]).join("|")
    : (given as string | undefined);

class Player {
  readonly #scenario: Scenario;
  readonly world: AutomationWorld;
  #assets: readonly AssetFactsOf[];
  #runs = 0;
  /** Of assets that are not defined yet. */
  readonly #early: string[] = [];

  constructor(scenario: Scenario) {
    this.#scenario = scenario;
    this.#assets = scenario.input.graph.assets;
    const start = Date.parse(scenario.input.start_time ?? "2024-08-20T12:00:00Z");
    this.world = new AutomationWorld(start, snapshots(this.#assets, scenario));
  }

  step(step: Facts): void {
    const { world } = this;
    // Nothing happens at the very same instant as something else.
    world.advance(1);
    const asset = String(step["materialize"] ?? step["run_failed"] ?? step["wipe"] ?? step["observe"] ?? step["asset"]);
    const partition = partitionOf(step["partition"]);
    if ("materialize" in step) this.#materialize(asset, partition, step["in_run"]);
    else if ("run_failed" in step) world.fail(asset, partition);
    else if ("wipe" in step) world.wipe(asset);
    else if ("observe" in step) world.observe(asset, undefined, String(step["data_version"]));
    else if ("run_started" in step) {
      const targets = [step["run_started"]].flat().map((key) => [String(key), partition]);
      world.startRun(textOf(step["id"], `run ${(this.#runs += 1)}`), Object.fromEntries(targets));
    } else if ("runs_completed" in step) world.endRuns();
    else if ("run" in step) this.#run(step["run"] as { targets: string[]; outcome: string | Record<string, string> });
    else if ("run_check" in step) this.#runCheck(String(step["run_check"]), step["passed"] === true);
    else if ("set_flag" in step) this.#setFlag(step, asset);
    else if ("freshness_state" in step) {
      world.setFreshness(String(step["freshness_state"]), String(step["state"]).toLowerCase() as FreshnessState);
    } else if ("advance" in step) {
      for (const [unit, count] of Object.entries(step["advance"] as Record<string, number>)) {
        world.advance(count * (UNITS[unit] ?? Number.NaN));
      }
    } else if ("set_time" in step) world.now = Date.parse(String(step["set_time"]));
    else if ("redefine" in step) this.#redefine(step["redefine"] as Record<string, Facts>);
    else if ("reset_cursor" in step) world.state = NO_AUTOMATION_STATE;
    else throw new Error(`unknown step ${JSON.stringify(step)}`);
  }

  evaluate(step: Facts): Record<string, string[]> {
    this.world.advance(1);
    const besides = (step["requested_this_tick"] ?? []) as [string, string][];
    const sets = new Map<string, PartitionSet>();
    for (const [key, partition] of besides) {
      sets.set(key, this.world.set(key, partition).union(sets.get(key) ?? PartitionSet.EMPTY));
    }
    return this.world.evaluate(sets);
  }

  #materialize(key: string, partition: string | undefined, run: unknown): void {
    if (this.world.assets.some((each) => each.key === key)) {
      this.world.materialize(key, partition, typeof run === "string" ? { run } : {});
    } else this.#early.push(key);
  }

  #run({ targets, outcome }: { targets: string[]; outcome: string | Record<string, string> }): void {
    const run = `run ${(this.#runs += 1)}`;
    this.world.startRun(run, Object.fromEntries(targets.map((key) => [key, undefined])));
    for (const key of targets) {
      const result = typeof outcome === "string" ? outcome : outcome[key];
      if (result === "success") this.world.materialize(key, undefined, { run });
      else if (result === "failed") this.world.fail(key, undefined, run);
    }
    this.world.endRuns();
  }

  #runCheck(name: string, passed: boolean): void {
    const asset = this.#scenario.input.graph.checks?.find((check) => check.name === name)?.asset ?? "";
    this.world.runCheck(asset, name, { passed });
  }

  #setFlag(step: Facts, asset: string): void {
    const set = step["value"] === true ? this.world.set(asset) : PartitionSet.EMPTY;
    if (step["set_flag"] === "r") this.world.setFailed(asset, set);
    else this.world.setStale(asset, set);
  }

  #redefine(changes: Record<string, Facts>): void {
    const added = Object.entries(changes).flatMap(([key, { add, ...rest }]) =>
      add === true ? [{ key, ...rest }] : [],
    );
    this.#assets = [
      ...added,
      ...this.#assets.map((asset) => {
        const merged = { ...asset, ...changes[asset.key] };
        return Object.fromEntries(
          Object.entries(merged).filter(([, value]) => value !== null),
        ) as unknown as AssetFactsOf;
      }),
    ];
    this.world.define(snapshots(this.#assets, this.#scenario));
    for (const key of this.#early.splice(0)) this.world.materialize(key);
  }
}

describe("scenarios", () => {
  const scenarios = collected.scenarios as unknown as readonly Scenario[];
  test.each(scenarios.map((each) => [each.id, each] as const))("%s", (id, scenario) => {
    const player = new Player(scenario);
    const found: unknown[] = [];
    const wanted: unknown[] = [];
    for (const step of scenario.input.steps) {
      if (!("evaluate" in step)) {
        player.step(step);
        continue;
      }
      const evaluation = Number(step["evaluate"]);
      const requested = player.evaluate(step);
      const expected = scenario.expected[evaluation];
      const ours = DIFFERENCES[id]?.[evaluation];
      const named = ours === undefined ? { ...expected?.requested, ...expected?.derived_requested } : {};
      found.push({ evaluation, total: Object.values(requested).flat().length, requested: likeFacts(requested, named) });
      wanted.push({ evaluation, total: ours ?? expected?.total, requested: likeFacts(named, named) });
    }
    expect(found).toEqual(wanted);
  });
});

type Requested = Readonly<Record<string, readonly string[] | number>>;

/** What is requested of the assets that the facts name: how many where they count, else which. */
function likeFacts(requested: Requested, named: Requested): Requested {
  return Object.fromEntries(
    Object.entries(named).map(([key, facts]) => {
      const got = requested[key] ?? [];
      if (typeof got === "number") return [key, got];
      return [key, typeof facts === "number" ? got.length : got.toSorted()];
    }),
  );
}

describe("conditions of assets downstream", () => {
  type Resolved = { from: string[]; condition: Facts };
  test.each(collected.resolution.map((each) => [each.id, each] as const))("%s", (_, { input, expected }) => {
    const assets = snapshots(input.assets, { input: { graph: { assets: [] }, steps: [] } });
    const scope = {
      graph: AssetGraph.fromSnapshot(assets),
      assets: new Map(assets.map((asset) => [asset.key, asset])),
    };
    const found = downstreamConditions(input.resolve, scope);
    const wanted = (expected.distinct_conditions as unknown as Resolved[]).map(
      ({ from, condition }) => [from, condition] as const,
    );
    expect(found.map(({ from }) => from)).toEqual(wanted.map(([from]) => from));
    const plain = wanted.map(([, facts], index) =>
      JSON.stringify(facts).includes("from") ? found[index]?.condition : conditionOf(facts).spec,
    );
    expect(found.map(({ condition }) => condition)).toEqual(plain);
    const nested = wanted.flatMap(([, facts]) => (Array.isArray(facts["of"]) ? (facts["of"] as Facts[]) : []));
    const within = nested.flatMap(({ from }) =>
      Array.isArray(from) ? [from.map((key) => JSON.stringify(key)).join(" and ")] : [],
    );
    expect(within.filter((keys) => !JSON.stringify(found).includes(JSON.stringify(`as for ${keys}`)))).toEqual([]);
  });
});

describe("validity of cron expressions", () => {
  test.each(collected.cron_validity.map(({ input, expected }) => [input.cron, expected.valid] as const))(
    "%s: %s",
    (cron, valid) => {
      const read = (): boolean => {
        try {
          return nextTick(cron, "UTC", 0) > 0;
        } catch (error) {
          if (isHeddleError(error, "CRON_INVALID")) return false;
          throw error;
        }
      };
      expect(read()).toBe(valid);
    },
  );
});

describe("algebra", () => {
  const [withoutTooFew, flattened] = collected.algebra;

  test("a condition of which nothing is left is a problem; one operand is enough for Heddle", () => {
    const { of, without } = (withoutTooFew?.input ?? {}) as { of: Facts; without: Facts };
    const left = conditionOf(of).without(conditionOf(without));
    expect(left.problems).toEqual(["without(any-deps) leaves nothing of the condition"]);
    const two = missing().and(not(inProgress()));
    expect(two.without(missing()).spec).toEqual(not(inProgress()).spec);
    expect(two.without(missing()).problems).toEqual([]);
  });

  test("conditions without a name are joined into one, those with a name stay", () => {
    const [first, second] = ((flattened?.input ?? {}) as { and: Facts[] }).and.map(conditionOf);
    const { equals } = (flattened?.expected ?? {}) as { equals: Facts };
    expect(first?.and(...(second === undefined ? [] : [second])).spec).toEqual(conditionOf(equals).spec);
  });
});

test("a change of the dependencies alone is no first evaluation", () => {
  const [fact] = collected.facts;
  expect(fact?.id).toBe("initial-evaluation-dep-change");
  const others = ["a", "b", "c"].map((key) => assetOf(key));
  const watching = (deps: readonly string[]): AssetSnapshot => ({
    ...assetOf("watching", { deps: Object.fromEntries(deps.map((key) => [key, { kind: "unpartitioned" as const }])) }),
    automation: { version: 1, condition: initialEvaluation().spec },
  });
  const world = new AutomationWorld(0, [...others, watching(["a", "b"])]);
  expect(world.evaluate()).toEqual({ watching: [""] });
  for (const deps of [[], ["a"], ["c"], ["a", "b", "c"]]) {
    world.advance(1_000);
    world.define([...others, watching(deps)]);
    expect(world.evaluate()).toEqual({});
  }
});
