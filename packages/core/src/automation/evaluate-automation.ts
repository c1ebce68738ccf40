import { nextTick } from "../cron/ticks.ts";
import { PartitionSet } from "../partitions/partition-set.ts";
import { timelineOf } from "../partitions/timeline.ts";
import { createPartitionSpaces } from "../run/partition-spaces.ts";
import type { AutomationExplanation } from "./automation-explanation.ts";
import { isSameState, type AutomationState, type TargetState } from "./automation-state.ts";
import type { AutomationView } from "./automation-view.ts";
import type { AutomationTarget, CompiledAutomation } from "./compile-automation.ts";
import { evaluateTarget } from "./evaluate-target.ts";
import type { Evaluation } from "./evaluation-place.ts";
import { unionOf, type Piece } from "./truth.ts";

/** What {@link evaluateAutomation} takes. */
export interface EvaluateAutomationInput {
  readonly automation: CompiledAutomation;
  readonly view: AutomationView;
  /** What the evaluation before returned; {@link NO_AUTOMATION_STATE} for the first one. */
  readonly state: AutomationState;
  /** What schedules, sensors or persons request at this moment: it counts as `willBeRequested`. @default nothing */
  readonly requestedBesides?: ReadonlyMap<string, PartitionSet>;
  /** Evaluates every condition, whether anything that it looks at has changed or not. The result is the same. @default false */
  readonly full?: boolean;
}

/** What one evaluation decided. */
export interface AutomationResult {
  /** Partitions to make, by asset key; none of them empty. */
  readonly requested: ReadonlyMap<string, PartitionSet>;
  /** Partitions to run a check on, by asset key and name of the check. */
  readonly requestedChecks: ReadonlyMap<string, ReadonlyMap<string, PartitionSet>>;
  /** The generation of what is requested, by asset key: the run keeps it for {@link UpdateBatch.generation}. */
  readonly generations: ReadonlyMap<string, number>;
  readonly state: AutomationState;
  /** Ids of the targets whose state is another one, or is gone: what has to be stored. */
  readonly changedTargets: readonly string[];
  /** Of the conditions that hold for other partitions than before, in any of their parts, or request something anew. */
  readonly explanations: readonly AutomationExplanation[];
  /** Conditions that set off themselves and were stopped in this evaluation. */
  readonly loops: readonly AutomationLoop[];
  /** How many conditions were evaluated. */
  readonly evaluated: number;
}

/** A condition that set off itself. */
export interface AutomationLoop {
  readonly asset: string;
  readonly check: string | null;
  /** Partitions that are not requested any more. */
  readonly partitions: PartitionSet;
}

/**
 * Decides what conditions want made: pure, for all assets over one frozen view. Only conditions are evaluated of which
 * something that they look at has changed; the result is that of evaluating all of them.
 *
 * With the view that the state was made from it decides nothing again: twice on one cursor is once.
 */
export function evaluateAutomation(input: EvaluateAutomationInput): AutomationResult {
  const { automation, view, state } = input;
  // A clock that jumped back has nothing to say until it has caught up, unless there are events.
  const isSame = view.cursor === state.cursor && view.at <= state.at && automation.version === state.version;
  return isSame ? nothingDecided(state) : new AutomationRound(input).run();
}

function nothingDecided(state: AutomationState): AutomationResult {
  return {
    requested: new Map(),
    requestedChecks: new Map(),
    generations: new Map(),
    state,
    changedTargets: [],
    explanations: [],
    loops: [],
    evaluated: 0,
  };
}

/** One evaluation in the making. */
class AutomationRound {
  readonly #input: EvaluateAutomationInput;
  readonly #evaluation: Evaluation;
  /** Positions of the targets that have to be evaluated. */
  readonly #dirty = new Set<number>();
  readonly #targets = new Map<string, TargetState>();
  readonly #requested = new Map<string, PartitionSet>();
  readonly #checks = new Map<string, Map<string, PartitionSet>>();
  readonly #generations = new Map<string, number>();
  readonly #changed: string[] = [];
  readonly #explanations: AutomationExplanation[] = [];
  readonly #loops: AutomationLoop[] = [];
  #evaluated = 0;

  constructor(input: EvaluateAutomationInput) {
    const { automation, view, state, requestedBesides } = input;
    this.#input = input;
    // A clock that jumps back sees no tick twice and loses no window; no two evaluations are of the same instant.
    const at = Math.max(view.at, state.at + 1);
    const besides = [...(requestedBesides ?? [])].map(([key, set]): [string, readonly Piece[]] => [
      key,
      [{ set, at, run: null, generation: 0 }],
    ]);
    this.#evaluation = {
      automation,
      view,
      state,
      at,
      spaces: createPartitionSpaces(at, view.dynamicKeys),
      requested: new Map(besides),
      links: new Map(),
      nonexistent: new Map(),
      answers: new Map(),
    };
  }

  run(): AutomationResult {
    const { automation, view, state, requestedBesides } = this.#input;
    this.#findDirty();
    for (const [position, target] of automation.targets.entries()) {
      const previous = state.targets.get(target.id) ?? null;
      if (previous === null || this.#dirty.has(position)) this.#evaluate(target, previous);
      else this.#repeat(target, previous);
    }
    const gone = [...state.targets.keys()].filter((id) => !this.#targets.has(id));
    return {
      requested: this.#requested,
      requestedChecks: this.#checks,
      generations: this.#generations,
      state: {
        at: this.#evaluation.at,
        cursor: view.cursor,
        version: automation.version,
        targets: this.#targets,
        requestedBesides: [...(requestedBesides?.keys() ?? [])],
      },
      changedTargets: [...this.#changed, ...gone],
      explanations: this.#explanations,
      loops: this.#loops,
      evaluated: this.#evaluated,
    };
  }

  #findDirty(): void {
    const { automation, view, state, requestedBesides, full } = this.#input;
    if (full === true || view.changed === "all" || automation.version !== state.version) {
      for (const position of automation.targets.keys()) this.#dirty.add(position);
      return;
    }
    for (const key of view.changed) this.#markReaders(key);
    for (const key of state.requestedBesides) this.#markReaders(key);
    for (const key of requestedBesides?.keys() ?? []) this.#markReaders(key);
    const { at } = this.#evaluation;
    for (const { clock, targets } of automation.clocks) {
      if (nextTick(clock.cron, clock.timeZone, state.at) <= at) this.#mark(targets);
    }
    for (const { spec, targets } of automation.timelines) {
      const timeline = timelineOf(spec);
      if (!timeline.existingAt(at).equals(timeline.existingAt(state.at))) this.#mark(targets);
    }
    for (const [position, { id, asset, check }] of automation.targets.entries()) {
      const before = state.targets.get(id);
      if (before?.settled === false) this.#dirty.add(position);
      if (before?.requestChanged !== true) continue;
      this.#dirty.add(position);
      if (check === null) this.#markReaders(asset.key);
    }
  }

  #markReaders(key: string): void {
    this.#mark(this.#input.automation.readers.get(key) ?? []);
  }

  #mark(positions: readonly number[]): void {
    for (const position of positions) this.#dirty.add(position);
  }

  /** Nothing that the target looks at has changed, so that it wants what it wanted before. */
  #repeat(target: AutomationTarget, previous: TargetState): void {
    this.#targets.set(target.id, previous);
    this.#request(target, { requested: previous.requested, spent: previous.spent });
  }

  #evaluate(target: AutomationTarget, previous: TargetState | null): void {
    this.#evaluated += 1;
    const { next, explanation, asksAnew } = evaluateTarget(target, previous, this.#evaluation);
    const before = previous?.scheme === next.scheme ? previous : null;
    // Each request is explained, also one that finds everything as the evaluation before it did.
    if (asksAnew || before?.fingerprint !== next.fingerprint) this.#explanations.push(explanation);
    const partitions = next.stopped.subtract(before?.stopped ?? PartitionSet.EMPTY);
    const { asset, check } = explanation;
    if (!partitions.isEmpty) this.#loops.push({ asset, check, partitions });
    this.#keep(target, { previous, next });
  }

  #keep(
    target: AutomationTarget,
    { previous, next }: { readonly previous: TargetState | null; readonly next: TargetState },
  ): void {
    if (previous !== null && isSameState(previous, next)) this.#targets.set(target.id, previous);
    else {
      this.#targets.set(target.id, next);
      this.#changed.push(target.id);
    }
    this.#request(target, next);
    // What looks at the request comes later in the order, and is evaluated in this round.
    if (next.requestChanged && target.check === null) this.#markReaders(target.asset.key);
  }

  #request({ asset, check }: AutomationTarget, { requested, spent }: Pick<TargetState, "requested" | "spent">): void {
    if (requested.isEmpty) return;
    if (check !== null) {
      const ofAsset = this.#checks.get(asset.key) ?? new Map<string, PartitionSet>();
      this.#checks.set(asset.key, ofAsset.set(check.name, requested));
      return;
    }
    const { at, requested: pieces, answers } = this.#evaluation;
    // Whoever asks from now on hears of the request.
    answers.delete(asset.key);
    const now = spent.filter((piece) => piece.at === at);
    const own = now.map(({ set, generation }) => ({ set, at, run: null, generation: generation - 1 }));
    const rest = requested.subtract(unionOf(now.map(({ set }) => set)));
    const all = [...(pieces.get(asset.key) ?? []), ...own, { set: rest, at, run: null, generation: null }];
    pieces.set(
      asset.key,
      all.filter(({ set }) => !set.isEmpty),
    );
    this.#requested.set(asset.key, requested);
    this.#generations.set(asset.key, Math.max(1, ...now.map(({ generation }) => generation)));
  }
}
