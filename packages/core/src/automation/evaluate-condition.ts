import type { PartitionSet } from "../partitions/partition-set.ts";
import { getOrAdd } from "../get-or-add.ts";
import type { AssetSnapshot } from "../snapshot.ts";
import { assertNever } from "../types.ts";
import { schemeOf, type ConditionPart } from "./compile-automation.ts";
import { allCarried, anyCarried, carry, carryEvery, linksOf, linkTo } from "./evaluate-dependencies.ts";
import { evaluateEvent, evaluateStatus } from "./evaluate-operands.ts";
import {
  placeBehind,
  recall,
  remember,
  type LocalAnswer,
  type PartAnswer,
  type Place,
  type PlaceLink,
  type TargetEvaluation,
} from "./evaluation-place.ts";
import {
  allOf,
  anyOf,
  endPieces,
  event,
  joinPieces,
  piecesOf,
  status,
  NOWHERE,
  type Piece,
  type Truth,
} from "./truth.ts";

/** Evaluates a part of a condition for all partitions of a place. Every part is looked at: what remembers must not miss anything. */
export function evaluateCondition(part: ConditionPart, place: Place, evaluation: TargetEvaluation): PartAnswer {
  const { spec } = part;
  switch (spec.kind) {
    case "missing":
    case "in-progress":
    case "execution-failed":
    case "stale":
    case "check-passed":
    case "check-failed":
    case "blocking-checks-failed":
    case "freshness":
    case "in-latest-time-window":
    case "will-be-requested":
      return answer(part, place, { truth: evaluateStatus(spec, place, evaluation), parts: [] });
    case "newly-updated":
    case "data-version-changed":
    case "newly-requested":
    case "newly-handled":
    case "code-version-changed":
    case "cron-tick-passed":
    case "initial-evaluation": {
      const truth = evaluateEvent(spec, { part: part.name, place }, evaluation);
      return answer(part, place, { truth, parts: [] });
    }
    case "and":
    case "or":
    case "not":
    case "newly-true":
    case "since": {
      const parts = evaluateParts(part, place, evaluation);
      const truths = parts.map(({ truth }) => truth);
      return answer(part, place, { truth: operate(part, place, { truths, evaluation }), parts });
    }
    case "any-deps":
    case "all-deps":
    case "asset-matches":
      return evaluateOnOthers(part, place, evaluation);
    case "any-downstream":
      // Compilation has put the conditions downstream in its place.
      return answer(part, place, { truth: NOWHERE, parts: [] });
    default:
      return assertNever(spec);
  }
}

/** The parts of an operator, in their order. */
function evaluateParts(part: ConditionPart, place: Place, evaluation: TargetEvaluation): PartAnswer[] {
  // Only what counts one by one may leave partitions out.
  const whole = place.within === null ? place : { ...place, within: null };
  let { within } = place;
  return part.parts.map((inner) => {
    const found = evaluateCondition(inner, inner.isCounting ? { ...place, within } : whole, evaluation);
    // Of an `and` those partitions matter for which everything before holds.
    if (part.isCounting && part.spec.kind === "and") within = within?.intersect(found.truth.held) ?? found.truth.held;
    return found;
  });
}

function answer(
  { spec }: ConditionPart,
  { asset }: Place,
  { truth, parts }: { readonly truth: Truth; readonly parts: readonly PartAnswer[] },
): PartAnswer {
  const explained = { spec, asset: asset.key, held: truth.held, parts: parts.map((each) => each.explained) };
  const since = spec.kind === "since" ? (truth.pieces ?? []).map(({ at, set }) => ({ at, set })) : null;
  return { truth, explained: since === null ? explained : { ...explained, since } };
}

interface Operands {
  readonly truths: readonly Truth[];
  readonly evaluation: TargetEvaluation;
}

function operate(part: ConditionPart, place: Place, { truths, evaluation }: Operands): Truth {
  const { all } = place.space;
  const [first = NOWHERE, second = NOWHERE] = truths;
  switch (part.spec.kind) {
    case "and":
      return allOf(truths, all);
    case "or":
      return anyOf(truths, evaluation.at);
    case "not":
      return status(all.subtract(first.held), !first.outside);
    case "newly-true":
      return newlyTrue(part, place, { truth: first, evaluation });
    case "since":
      return since(part, place, { trigger: first, reset: second, evaluation });
    default:
      return NOWHERE;
  }
}

function newlyTrue(
  part: ConditionPart,
  place: Place,
  { truth, evaluation }: { readonly truth: Truth; readonly evaluation: TargetEvaluation },
): Truth {
  const before = recall(part.name, place, evaluation);
  const scheme = schemeOf(place.asset);
  remember(part.name, place, { part: { kind: "held", scheme, held: truth.held }, evaluation });
  // Without a memory nobody knows what is new: a condition that was just deployed floods nobody.
  if (before?.kind !== "held") return NOWHERE;
  const fresh = truth.held.subtract(before.held);
  if (fresh.isEmpty) return NOWHERE;
  evaluation.sawEvents = true;
  const pieces = piecesOf(truth, evaluation.at);
  return event(pieces.map((piece) => ({ ...piece, set: piece.set.intersect(fresh) })));
}

function since(
  part: ConditionPart,
  place: Place,
  {
    trigger,
    reset,
    evaluation,
  }: { readonly trigger: Truth; readonly reset: Truth; readonly evaluation: TargetEvaluation },
): Truth {
  const before = recall(part.name, place, evaluation);
  const kept = before?.kind === "since" ? clip(before.pieces, place.space.all) : [];
  // A status has no instant at which it became true: it counts from when it is seen, and never against a reset seen with it.
  const added =
    trigger.pieces ??
    [{ set: trigger.held.subtract(reset.held), at: evaluation.at, run: null, generation: null }].map((piece) => ({
      ...piece,
      set: kept.reduce((set, old) => set.subtract(old.set), piece.set),
    }));
  const latched = joinPieces([...kept, ...added.map((piece) => ({ ...piece, run: null }))]);
  const left = joinPieces(endPieces(latched, piecesOf(reset, evaluation.at)));
  if (left.length > 0) {
    remember(part.name, place, { part: { kind: "since", scheme: schemeOf(place.asset), pieces: left }, evaluation });
  }
  return event(left);
}

function clip(pieces: readonly Piece[], all: PartitionSet): Piece[] {
  return pieces.map((piece) => ({ ...piece, set: piece.set.intersect(all) }));
}

function evaluateOnOthers(part: ConditionPart, place: Place, evaluation: TargetEvaluation): PartAnswer {
  const { spec, chosen } = part;
  const [inner] = part.parts;
  if (inner === undefined) return answer(part, place, { truth: NOWHERE, parts: [] });
  const look = ({ upstream }: PlaceLink): PartAnswer => lookAt(inner, { place, upstream }, evaluation);
  const carried = (link: PlaceLink, { truth }: PartAnswer, isTolerant: boolean): Truth =>
    carry(truth, { link, place, isTolerant }, evaluation);
  if (spec.kind === "asset-matches") {
    const other = evaluation.automation.assets.get(spec.asset);
    if (other === undefined) return answer(part, place, { truth: NOWHERE, parts: [] });
    const link = linkTo(place, other, evaluation);
    const found = look(link);
    // Of what corresponds to nothing there is nothing to say.
    const existing = { ...found, truth: { ...found.truth, outside: false } };
    return answer(part, place, { truth: carried(link, existing, false), parts: [found] });
  }
  const links = linksOf(place, chosen, evaluation);
  const parts = links.map(look);
  const pairs = links.flatMap((link, index) => {
    const found = parts[index];
    return found === undefined ? [] : [{ link, found }];
  });
  if (spec.kind === "any-deps") {
    const truths = pairs.map(({ link, found }) => carried(link, found, spec.tolerant === true));
    return answer(part, place, { truth: anyCarried(truths, evaluation), parts });
  }
  const isEvery = spec.kind === "all-deps" && spec.every === true;
  const truths = pairs.map(({ link, found }) =>
    isEvery ? carryEvery(found.truth, link, { place, evaluation }) : carried(link, found, false),
  );
  return answer(part, place, { truth: allCarried(truths, place), parts });
}

/** What a part holds for on another asset; found once where nothing depends on who asks. */
function lookAt(
  part: ConditionPart,
  { place, upstream }: { readonly place: Place; readonly upstream: AssetSnapshot },
  evaluation: TargetEvaluation,
): PartAnswer {
  const behind = placeBehind(place, upstream, evaluation);
  if (!part.isLocal || evaluation.isInitial) return evaluateCondition(part, behind, evaluation);
  const answers = getOrAdd(evaluation.answers, upstream.key, () => new Map<ConditionPart, LocalAnswer>());
  let known = answers.get(part);
  if (known === undefined) {
    const { sawEvents } = evaluation;
    evaluation.sawEvents = false;
    known = { answer: evaluateCondition(part, behind, evaluation), sawEvents: evaluation.sawEvents };
    evaluation.sawEvents = sawEvents;
    answers.set(part, known);
  }
  if (known.sawEvents) evaluation.sawEvents = true;
  return known.answer;
}
