import type { PartitionSet } from "../partitions/partition-set.ts";
import type { PartitionSpace } from "../partitions/partition-space.ts";
import type { ResolvedMapping } from "../partitions/resolve-mapping.ts";
import type { WaitPolicy } from "../partitions/wait-policy.ts";
import type { PartitionSpaces } from "../run/partition-spaces.ts";
import type { AssetSnapshot, CheckSnapshot } from "../snapshot.ts";
import type { ExplainedPart } from "./automation-explanation.ts";
import type { AutomationState, PartState, TargetState } from "./automation-state.ts";
import type { AutomationView } from "./automation-view.ts";
import { schemeOf, type CompiledAutomation, type ConditionPart } from "./compile-automation.ts";
import type { Piece, Truth } from "./truth.ts";

/** How a place reads one other asset: through one mapping or several. */
export interface PlaceLink {
  readonly upstream: AssetSnapshot;
  readonly edges: readonly PlaceEdge[];
}

/** One dependency between two assets. */
export interface PlaceEdge {
  readonly mapping: ResolvedMapping;
  readonly wait: WaitPolicy | null;
}

/** One evaluation of all conditions: what every part of it shares. */
export interface Evaluation {
  readonly automation: CompiledAutomation;
  readonly view: AutomationView;
  readonly state: AutomationState;
  /** The instant that counts: never before that of the evaluation before, wherever the clock has jumped. */
  readonly at: number;
  readonly spaces: PartitionSpaces;
  /** What is requested in this evaluation, by asset key, as far as it is known. */
  readonly requested: Map<string, readonly Piece[]>;
  /** What assets depend on, by key: found once. */
  readonly links: Map<string, readonly PlaceLink[]>;
  /** Downstream partitions that need upstream ones that do not exist: found once for each mapping. */
  readonly nonexistent: Map<ResolvedMapping, PartitionSet>;
  /** What was found of assets by readers that ask the same of them, by asset key: see {@link LocalAnswers}. */
  readonly answers: Map<string, LocalAnswers>;
}

/**
 * What local parts of conditions hold for on one asset, in one evaluation: several readers of an asset ask the same. Given
 * up when the asset is requested, because that is asked for, too.
 */
export type LocalAnswers = Map<ConditionPart, LocalAnswer>;

/** An answer, with whether events were seen for it. */
export interface LocalAnswer {
  readonly answer: PartAnswer;
  readonly sawEvents: boolean;
}

/** What a part of a condition holds for, with why. */
export interface PartAnswer {
  readonly truth: Truth;
  readonly explained: ExplainedPart;
}

/** The evaluation of one target. */
export interface TargetEvaluation extends Evaluation {
  /** Whether the target is evaluated for the first time, or for the first time since it is numbered otherwise. */
  readonly isInitial: boolean;
  readonly previous: TargetState | null;
  /** What the parts remember for the next time. */
  readonly parts: Map<string, PartState>;
  /** Whether anything was seen that is there in this evaluation alone. */
  sawEvents: boolean;
}

/** Whose partitions a part of a condition is asked of. */
export interface Place {
  readonly asset: AssetSnapshot;
  readonly check: CheckSnapshot | null;
  readonly space: PartitionSpace;
  /** The assets through which it was reached from the target; empty for the target itself. */
  readonly path: string;
  /** Partitions for which the answer matters, where the others are settled already; `null` for all. */
  readonly within: PartitionSet | null;
}

export function placeOf(asset: AssetSnapshot, check: CheckSnapshot | null, evaluation: Evaluation): Place {
  return { asset, check, space: evaluation.spaces.spaceOf(asset.partitions), path: "", within: null };
}

/** The place of another asset, seen from a place. Keys hold no tabs. */
export function placeBehind(place: Place, asset: AssetSnapshot, evaluation: Evaluation): Place {
  return { ...placeOf(asset, null, evaluation), path: `${place.path}\t${asset.key}` };
}

/** What a part remembers of a place; `undefined` when that was for other ordinals. */
export function recall(name: string, place: Place, evaluation: TargetEvaluation): PartState | undefined {
  if (evaluation.isInitial) return undefined;
  const part = evaluation.previous?.parts.get(name + place.path);
  return part?.scheme === schemeOf(place.asset) ? part : undefined;
}

/** Keeps what a part remembers of a place. */
export function remember(
  name: string,
  place: Place,
  { part, evaluation }: { readonly part: PartState; readonly evaluation: TargetEvaluation },
): void {
  evaluation.parts.set(name + place.path, part);
}
