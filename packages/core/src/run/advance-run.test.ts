import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ALL_DAYS, assetOf, DAYS, NOTHING, PLANNED_AT, randomPlan, timeWindows } from "../../test/random-plans.ts";
import { PARTITION_CHUNK_SIZE, PartitionSet } from "../partitions/partition-set.ts";
import type { StepStatus } from "../statuses.ts";
import { requiredBy, type WaitPolicy } from "../partitions/wait-policy.ts";
import { advanceRun, findInitialSteps, type RunStateView } from "./advance-run.ts";
import { planRun } from "./plan-run.ts";
import { createRunGraph, type RunGraph } from "./run-graph.ts";
import type { RunPlan } from "./run-plan.ts";

const NONE = PartitionSet.EMPTY;

type Status = Extract<StepStatus, "waiting" | "ready" | "success" | "failed" | "skipped">;

/** A run whose steps are looked at one by one, without any set algebra. */
class NaiveRun {
  readonly graph: RunGraph;
  readonly states: Map<number, Status>[] = [];

  constructor(graph: RunGraph) {
    this.graph = graph;
    for (let position = 0; position < graph.size; position += 1) {
      this.states.push(new Map([...graph.targets(position)].map((ordinal) => [ordinal, "waiting"])));
    }
  }

  /** What a waiting step should be by now. */
  judge(position: number, ordinal: number): Status {
    let isReady = true;
    for (const { upstream, mapping, wait } of this.graph.inEdges(position)) {
      const existing = [...mapping.upstreamOf(PartitionSet.of([ordinal])).partitions];
      const read = existing.flatMap((other) => this.states[upstream]?.get(other) ?? []);
      const stopped = read.filter((state) => state === "failed" || state === "skipped").length;
      // What is not part of the run is taken to be there.
      const isEnough = requiredBy(wait, existing.length) <= existing.length - stopped;
      if (stopped > 0 && !isEnough) return "skipped";
      isReady &&= read.filter((state) => state === "success").length + stopped === read.length;
    }
    return isReady ? "ready" : "waiting";
  }

  /** Lets every waiting step be what it should be, until nothing changes. */
  settle(): void {
    for (let changed = true; changed;) {
      changed = false;
      for (const [position, states] of this.states.entries()) {
        for (const [ordinal, state] of states) {
          const should = state === "waiting" ? this.judge(position, ordinal) : state;
          if (should === state) continue;
          states.set(ordinal, should);
          changed = true;
        }
      }
    }
  }

  all(status: Status): [position: number, ordinal: number][] {
    return this.states.flatMap((states, position) =>
      [...states].filter(([, state]) => state === status).map(([ordinal]): [number, number] => [position, ordinal]),
    );
  }
}

/** A run that is advanced, and of whose state only the chunks are known that were asked for. */
class AdvancedRun {
  readonly naive: NaiveRun;
  readonly #known = new Set<string>();
  /** How often more had to be read. */
  rounds = 0;

  constructor(graph: RunGraph) {
    this.naive = new NaiveRun(graph);
    for (const [position, { ready }] of findInitialSteps(graph).entries())
      for (const ordinal of ready) this.naive.states[position]?.set(ordinal, "ready");
  }

  /** Ends some ready steps and applies what follows. */
  end(steps: readonly (readonly [position: number, ordinal: number])[], fails: (step: string) => boolean): void {
    const ended = { succeeded: new Map<number, PartitionSet>(), stopped: new Map<number, PartitionSet>() };
    for (const [position, ordinal] of steps) {
      const isFailed = fails(`${position}/${ordinal}`);
      this.naive.states[position]?.set(ordinal, isFailed ? "failed" : "success");
      const sets = isFailed ? ended.stopped : ended.succeeded;
      sets.set(position, (sets.get(position) ?? PartitionSet.EMPTY).union(PartitionSet.of([ordinal])));
    }
    this.#known.clear();
    for (let asked = 0; ; asked += 1) {
      const advance = advanceRun(this.naive.graph, ended, { view: this.#view(), asked });
      if (advance.kind === "unknown") {
        expect(advance.chunks.length).toBeGreaterThan(0);
        expect(asked).toBeLessThan(6);
        for (const { position, chunk } of advance.chunks) this.#known.add(`${position}/${chunk}`);
        this.rounds += 1;
        continue;
      }
      for (const status of ["ready", "skipped"] as const)
        for (const [position, set] of advance[status])
          for (const ordinal of set) {
            expect(this.naive.states[position]?.get(ordinal)).toBe("waiting");
            this.naive.states[position]?.set(ordinal, status);
          }
      return;
    }
  }

  #view(): RunStateView {
    const known = (position: number, chunk: number, status: Status) =>
      this.#known.has(`${position}/${chunk}`) ? chunkOf(this.naive.states[position], chunk, status) : undefined;
    return {
      success: (position, chunk) => known(position, chunk, "success"),
      waiting: (position, chunk) => known(position, chunk, "waiting"),
      stopped: (position, chunk) => known(position, chunk, "failed")?.union(known(position, chunk, "skipped") ?? NONE),
    };
  }
}

function chunkOf(states: ReadonlyMap<number, Status> | undefined, chunk: number, status: Status): PartitionSet {
  return PartitionSet.of(
    [...(states ?? [])]
      .filter(([ordinal, state]) => state === status && Math.floor(ordinal / PARTITION_CHUNK_SIZE) === chunk)
      .map(([ordinal]) => ordinal),
  );
}

const randomWait: fc.Arbitrary<WaitPolicy> = fc.oneof(
  fc.constant<WaitPolicy>({ kind: "all" }),
  fc.record({ kind: fc.constant("at-least" as const), count: fc.nat(6) }),
  fc.record({ kind: fc.constant("at-most-missing" as const), count: fc.nat(4) }),
);

/** Random plans of which some dependencies tolerate missing partitions. */
const tolerantPlan: fc.Arbitrary<RunPlan> = fc
  .tuple(randomPlan, fc.array(randomWait, { minLength: 1, maxLength: 12 }))
  .map(([plan, waits]) => {
    let at = 0;
    const assets = plan.assets.map((asset) => ({
      ...asset,
      deps: asset.deps.map((dep) => ({ ...dep, wait: waits[at++ % waits.length] ?? { kind: "all" as const } })),
    }));
    return { ...plan, assets };
  });

/** Picks for each turn: which of the ready steps end together. */
const turns = fc.infiniteStream(fc.nat());
/** Which steps fail, by name; the same in whatever order they end. */
const failures = fc.func(fc.integer({ min: 0, max: 9 })).map((draw) => (step: string) => draw(step) === 0);

function play(run: AdvancedRun, picks: Iterator<number>, fails: (step: string) => boolean): void {
  for (let ready = run.naive.all("ready"); ready.length > 0; ready = run.naive.all("ready")) {
    const bits = Number(picks.next().value);
    const chosen = ready.filter((_, index) => ((bits >> (index % 31)) & 1) === 1);
    const [first] = ready;
    run.end(chosen.length > 0 || first === undefined ? chosen : [first], fails);
  }
}

describe("findInitialSteps", () => {
  test("is ready what waits for nothing, step by step", () => {
    fc.assert(
      fc.property(randomPlan, (plan) => {
        const graph = createRunGraph(plan);
        const naive = new NaiveRun(graph);
        for (const [position, { ready, waiting }] of findInitialSteps(graph).entries()) {
          expect(ready.union(waiting).equals(graph.targets(position))).toBe(true);
          expect(ready.overlaps(waiting)).toBe(false);
          for (const ordinal of graph.targets(position))
            expect(ready.has(ordinal)).toBe(naive.judge(position, ordinal) === "ready");
        }
      }),
    );
  });
});

describe("advanceRun", () => {
  test("says after every settlement what looking at each step would say", () => {
    fc.assert(
      fc.property(fc.oneof(randomPlan, tolerantPlan), turns, failures, (plan, picks, fails) => {
        const run = new AdvancedRun(createRunGraph(plan));
        for (let ready = run.naive.all("ready"); ready.length > 0; ready = run.naive.all("ready")) {
          const bits = Number(picks.next().value);
          const chosen = ready.filter((_, index) => index === 0 || ((bits >> (index % 31)) & 1) === 1);
          run.end(chosen, fails);
          const oracle = new NaiveRun(run.naive.graph);
          for (const [position, states] of run.naive.states.entries())
            for (const [ordinal, state] of states) oracle.states[position]?.set(ordinal, state);
          oracle.settle();
          expect(run.naive.states).toEqual(oracle.states);
        }
      }),
      { numRuns: 500 },
    );
  });

  test("ends in the same state in whatever order steps end, with nothing left to wait for", () => {
    fc.assert(
      fc.property(
        fc.oneof(randomPlan, tolerantPlan),
        fc.tuple(turns, turns),
        failures,
        (plan, [picks, otherPicks], fails) => {
          const graph = createRunGraph(plan);
          const [one, other] = [new AdvancedRun(graph), new AdvancedRun(createRunGraph(plan))];
          play(one, picks, fails);
          play(other, otherPicks, fails);
          expect(one.naive.states).toEqual(other.naive.states);
          expect(one.naive.all("waiting")).toEqual([]);
        },
      ),
      { numRuns: 300 },
    );
  });

  test("skips what depends on a failure however indirectly, and nothing beside it", () => {
    const assets = [
      assetOf("raw", { partitions: DAYS }),
      assetOf("clean", { partitions: DAYS, deps: { raw: { kind: "identity" } } }),
      assetOf("report", { deps: { clean: { kind: "all" } } }),
    ];
    const run = new AdvancedRun(createRunGraph(planOf(assets)));
    const failed = ALL_DAYS.first ?? 0;
    play(run, fc.sample(turns, 1)[0]?.[Symbol.iterator]() ?? [].values(), (step) => step === `0/${failed}`);
    const count = (position: number, status: Status) =>
      [...(run.naive.states[position]?.values() ?? [])].filter((state) => state === status).length;
    expect([count(0, "failed"), count(1, "skipped"), count(2, "skipped")]).toEqual([1, 1, 1]);
    expect(count(1, "success")).toBe(ALL_DAYS.size - 1);
  });

  test("a failure in a chain of an asset's own partitions skips the rest of the stretch at once", () => {
    const hours = timeWindows("hourly", "0 * * * *", new Date(0));
    const chain = { kind: "time-window", startOffset: -1, endOffset: -1, allowNonexistent: true } as const;
    const graph = createRunGraph(planOf([assetOf("state", { partitions: hours, deps: { state: chain } })]));
    const all = graph.targets(0);
    expect(all.size).toBeGreaterThan(100_000);
    const failed = PartitionSet.of([5]);
    const advance = advanceRun(
      graph,
      { succeeded: new Map(), stopped: new Map([[0, failed]]) },
      {
        view: {
          success: () => NONE,
          waiting: (_position, chunk) => inChunk(all.clip(6, Infinity), chunk),
          stopped: () => NONE,
        },
      },
    );
    expect(advance).toMatchObject({ kind: "advanced" });
    expect(advance.kind === "advanced" && advance.skipped.get(0)?.size).toBe(all.size - 6);
  });

  test("asks for a few chunks at a time of an upstream with very many", () => {
    const at = Date.UTC(2190, 0, 1);
    const hours = timeWindows("hourly", "0 * * * *", new Date(0));
    const assets = [
      assetOf("raw", { partitions: hours }),
      assetOf("other", { partitions: hours }),
      assetOf("sum", { deps: { raw: { kind: "all" }, other: { kind: "all" } } }),
    ];
    const graph = createRunGraph(planOf(assets, at));
    const settled = { succeeded: new Map([[0, PartitionSet.of([0])]]), stopped: new Map() };
    const asks = [0, 1, 2].map((asked) => {
      const advance = advanceRun(graph, settled, {
        view: { success: () => undefined, waiting: () => undefined, stopped: () => undefined },
        asked,
      });
      return advance.kind === "unknown" ? advance.chunks.length : 0;
    });
    const chunks = 2 * Math.ceil(graph.targets(0).size / PARTITION_CHUNK_SIZE);
    expect(chunks).toBeGreaterThan(300);
    expect(asks).toEqual([4, 256, chunks]);
  });

  test("looks first where something was in the way the last time", () => {
    const at = Date.UTC(2020, 0, 1);
    const hours = timeWindows("hourly", "0 * * * *", new Date(0));
    const assets = [assetOf("raw", { partitions: hours }), assetOf("sum", { deps: { raw: { kind: "all" } } })];
    const graph = createRunGraph(planOf(assets, at));
    const all = graph.targets(0);
    const looked: number[] = [];
    const done = all.subtract(PartitionSet.of([PARTITION_CHUNK_SIZE * 3 + 1]));
    const view: RunStateView = {
      success: (_position, chunk) => {
        looked.push(chunk);
        return inChunk(done, chunk);
      },
      waiting: () => PartitionSet.of([0]),
      stopped: () => NONE,
    };
    const settled = { succeeded: new Map([[0, PartitionSet.of([0])]]), stopped: new Map() };
    expect(advanceRun(graph, settled, { view })).toMatchObject({ kind: "advanced", ready: new Map() });
    looked.length = 0;
    advanceRun(graph, settled, { view });
    expect(looked[0]).toBe(3);
  });
});

function inChunk(set: PartitionSet, chunk: number): PartitionSet {
  return set.clip(chunk * PARTITION_CHUNK_SIZE, (chunk + 1) * PARTITION_CHUNK_SIZE);
}

function planOf(assets: Parameters<typeof planRun>[0]["assets"], at = PLANNED_AT) {
  const [root] = assets;
  const everything = createEverything(assets, at);
  return planRun({
    assets,
    selected: assets.map(({ key }) => key),
    targets: { kind: "root", asset: root?.key ?? "", partitions: everything, cascade: "downstream" },
    at,
    stateOf: () => NOTHING,
  });
}

function createEverything(assets: Parameters<typeof planRun>[0]["assets"], at: number): PartitionSet {
  const [root] = assets;
  if (root?.partitions?.kind !== "time-window") return PartitionSet.of([0]);
  if (root.partitions.cadence === "daily") return ALL_DAYS;
  return PartitionSet.range(0, at / 3_600_000);
}
