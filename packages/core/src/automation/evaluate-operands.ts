import { previousTick } from "../cron/ticks.ts";
import { PartitionSet } from "../partitions/partition-set.ts";
import type { PartitionSpace } from "../partitions/partition-space.ts";
import { assertNever } from "../types.ts";
import { targetId } from "./automation-state.ts";
import type { AssetFacts, CheckFacts, UpdateBatch } from "./automation-view.ts";
import { schemeOf } from "./compile-automation.ts";
import type { EventSpec, StatusSpec } from "./condition-spec.ts";
import { recall, remember, type Place, type TargetEvaluation } from "./evaluation-place.ts";
import { event, NOWHERE, status, unionOf, type Piece, type Truth } from "./truth.ts";

const NO_RESULTS: CheckFacts = {
  passed: PartitionSet.EMPTY,
  failed: PartitionSet.EMPTY,
  inProgress: PartitionSet.EMPTY,
  results: [],
};

/** What is so at the instant of the evaluation. */
export function evaluateStatus(spec: StatusSpec, place: Place, evaluation: TargetEvaluation): Truth {
  const { asset, check, space } = place;
  const facts = evaluation.view.factsOf(asset.key);
  const existing = (set: PartitionSet): Truth => status(set.intersect(space.all));
  switch (spec.kind) {
    case "missing": {
      if (asset.kind === "external") return status(PartitionSet.EMPTY, true);
      if (check === null) return status(space.all.subtract(facts.materialized), true);
      const { passed, failed } = checkFacts(facts, check.name);
      return existing(facts.materialized.subtract(passed).subtract(failed));
    }
    case "in-progress":
      return existing(check === null ? facts.inProgress : checkFacts(facts, check.name).inProgress);
    case "execution-failed":
      return existing(check === null ? facts.failed : PartitionSet.EMPTY);
    case "stale":
      return existing(facts.stale);
    case "check-passed":
    case "check-failed":
      return existing(checkResults(spec, place, facts));
    case "blocking-checks-failed":
      return existing(facts.blocked);
    case "freshness": {
      const holds = facts.freshness !== null && spec.states.includes(facts.freshness);
      return holds ? status(space.all) : NOWHERE;
    }
    case "in-latest-time-window":
      return status(latestWindows(space, spec.lookbackMs ?? 0));
    case "will-be-requested":
      return willBeRequested(place, evaluation);
    default:
      return assertNever(spec);
  }
}

function checkFacts(facts: AssetFacts, name: string): CheckFacts {
  return facts.checks.get(name) ?? NO_RESULTS;
}

function checkResults(
  { kind, check: named }: StatusSpec & { readonly kind: "check-passed" | "check-failed"; readonly check?: string },
  { asset, check }: Place,
  facts: AssetFacts,
): PartitionSet {
  const wanted = named ?? check?.name;
  const names = wanted === undefined ? asset.checks.map(({ name }) => name) : [wanted];
  const results = names.map((name) => checkFacts(facts, name));
  if (kind === "check-failed") return unionOf(results.map(({ failed }) => failed));
  const [first, ...rest] = results.map(({ passed }) => passed);
  return first === undefined ? PartitionSet.EMPTY : rest.reduce((set, passed) => set.intersect(passed), first);
}

/** The newest window by time that exists, and those that ended not long before its end; all of what is not cut by time. */
function latestWindows(space: PartitionSpace, lookbackMs: number): PartitionSet {
  const { all, timeline, dimensions } = space;
  if (dimensions !== null) {
    const { radix, spaces } = dimensions;
    return radix.product(spaces.map((each) => latestWindows(each, lookbackMs))).intersect(all);
  }
  const { last } = all;
  if (timeline === null || last === undefined) return all;
  const end = timeline.windowOf(last)?.end;
  const first = lookbackMs === 0 || end === undefined ? last : Math.min(last, timeline.floor(end - lookbackMs));
  return all.clip(first, last + 1);
}

function willBeRequested({ asset, check }: Place, { requested }: TargetEvaluation): Truth {
  // That somebody is about to look at an external asset says nothing about its data.
  if (check !== null || asset.kind === "external") return NOWHERE;
  const pieces = requested.get(asset.key) ?? [];
  // A request is made of what holds now; the pieces are kept for the generation that they are of.
  return pieces.length === 0 ? NOWHERE : event(pieces);
}

/** What has happened since the evaluation before; nothing in the first one, which has none before it. */
export function evaluateEvent(
  spec: EventSpec,
  { part, place }: { readonly part: string; readonly place: Place },
  evaluation: TargetEvaluation,
): Truth {
  const truth = happened(spec, { part, place }, evaluation);
  if (!truth.held.isEmpty) evaluation.sawEvents = true;
  return truth;
}

function happened(
  spec: EventSpec,
  { part, place }: { readonly part: string; readonly place: Place },
  evaluation: TargetEvaluation,
): Truth {
  const { all } = place.space;
  const { isInitial, at, state } = evaluation;
  if (spec.kind === "code-version-changed") return codeVersionChanged(part, place, evaluation);
  if (isInitial) {
    const isFirst = spec.kind === "initial-evaluation" || spec.kind === "newly-handled";
    return isFirst ? event([{ set: all, at, run: null, generation: 0 }]) : NOWHERE;
  }
  switch (spec.kind) {
    case "initial-evaluation":
      return NOWHERE;
    case "newly-requested":
      return event(requestedBefore(place, evaluation));
    case "newly-updated":
      return event(updatesOf(place, evaluation, spec).flatMap((batch) => updated(batch, "any", spec)));
    case "data-version-changed":
      return event(updatesOf(place, evaluation).flatMap((batch) => updated(batch, "changed", spec)));
    case "newly-handled": {
      const made = updatesOf(place, evaluation).map(({ batch, set }) => ({
        set,
        at: batch.readAt ?? batch.at,
        run: null,
        generation: batch.generation,
      }));
      return event([...requestedBefore(place, evaluation), ...made]);
    }
    case "cron-tick-passed": {
      const tick = previousTick(spec.cron, spec.timeZone, at + 1);
      return tick > state.at ? event([{ set: all, at: tick, run: null, generation: 0 }]) : NOWHERE;
    }
    default:
      return assertNever(spec);
  }
}

interface SeenUpdate {
  readonly batch: UpdateBatch;
  readonly set: PartitionSet;
  /** Not before the evaluation before: what was committed late is not lost to something older that it follows. */
  readonly seenAt: number;
}

const NO_UPDATES: readonly SeenUpdate[] = [];

function updatesOf(
  { asset, check, space }: Place,
  { view, state }: TargetEvaluation,
  { anyObservation = false }: { readonly anyObservation?: boolean } = {},
): readonly SeenUpdate[] {
  const facts = view.factsOf(asset.key);
  const batches = check === null ? facts.updates : checkFacts(facts, check.name).results;
  return batches.length === 0
    ? NO_UPDATES
    : batches.map((batch) => ({
        batch,
        set: (batch.kind === "observation" && !anyObservation ? batch.changedData : batch.partitions).intersect(
          space.all,
        ),
        seenAt: Math.max(batch.at, state.at + 1),
      }));
}

function updated(
  { batch, set, seenAt }: SeenUpdate,
  which: "any" | "changed",
  { outsideOwnRuns }: { readonly outsideOwnRuns?: true },
): Piece[] {
  const run = outsideOwnRuns === true ? batch.run : null;
  const counted = which === "any" ? set : set.intersect(batch.changedData);
  return [{ set: counted, at: seenAt, run, generation: batch.generation }];
}

function requestedBefore({ asset, check, space }: Place, { state }: TargetEvaluation): Piece[] {
  const before = state.targets.get(targetId(asset.key, check?.name ?? null));
  if (before === undefined || before.requested.isEmpty || before.scheme !== schemeOf(asset)) return [];
  const pieces = before.spent
    .filter(({ at }) => at === state.at)
    .map(({ set, generation }) => ({ set, at: state.at, run: null, generation }));
  const rest = before.requested.subtract(unionOf(pieces.map(({ set }) => set)));
  return [...pieces, { set: rest, at: state.at, run: null, generation: null }].map((piece) => ({
    ...piece,
    set: piece.set.intersect(space.all).intersect(before.requested),
  }));
}

function codeVersionChanged(part: string, place: Place, evaluation: TargetEvaluation): Truth {
  const { codeVersion } = place.asset;
  const before = recall(part, place, evaluation);
  const scheme = schemeOf(place.asset);
  remember(part, place, { part: { kind: "code-version", scheme, codeVersion }, evaluation });
  const isOther = before?.kind === "code-version" && before.codeVersion !== codeVersion;
  return isOther ? event([{ set: place.space.all, at: evaluation.at, run: null, generation: 0 }]) : NOWHERE;
}
