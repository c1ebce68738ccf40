import type { FreshnessState } from "@heddle/core";
import type { AutomationRunsData, FreshnessSpec } from "@heddle/core/internal";
import type { AssetRef, Instant, Page, Ranges, SentencePart } from "./common.ts";

/** An asset or a check with an automation condition. */
export interface AutomatedTarget {
  readonly asset: AssetRef;
  /** Name of the check; `null` for the asset itself. */
  readonly check: string | null;
  /** The name of the condition, such as `eager`; `null` without one. */
  readonly label: string | null;
  /** The condition in one line. */
  readonly text: string;
  /** What is declared of the runs that it asks for; `null` for as usual. */
  readonly runs: AutomationRunsData | null;
  readonly state: "on" | "off";
  /** Who switched it last, when and why; `null` when nobody ever has. */
  readonly switched: {
    readonly reason: string | null;
    readonly actor: string | null;
    readonly at: Instant;
  } | null;
  /** When it holds next, where a clock alone decides that; `null` while it is off, and where nobody can tell. */
  readonly nextAt: Instant | null;
  /** As of which instant its result holds; `null` before the first evaluation. */
  readonly lastEvaluatedAt: Instant | null;
  /** When it last asked for runs; `null` before it has. */
  readonly lastRequest: {
    readonly at: Instant;
    /** Partitions. */
    readonly count: number;
    readonly runIds: readonly number[];
  } | null;
  /** Partitions that are not requested any more because requests only led to the next ones; `null` for none. */
  readonly stopped: {
    readonly partitions: Ranges;
    /** For people; "" for an asset without partitions. */
    readonly text: string;
    readonly reason: string;
    readonly at: Instant;
  } | null;
}

/** `automation.conditions` */
export interface AutomatedTargets {
  /** By the clock by which conditions are evaluated. */
  readonly now: Instant;
  /** Upstream assets first, the checks of an asset after it; 10,000 at most. */
  readonly conditions: readonly AutomatedTarget[];
}

/** One evaluation that came to something else than the one before, in a list. */
export interface AutomationEvaluation {
  readonly id: number;
  readonly at: Instant;
  /** Partitions that the condition wanted made. */
  readonly requested: Ranges;
  /** These for people; "" for an asset without partitions, and where nothing was. */
  readonly requestedText: string;
  readonly count: number;
  /** The run that makes them; `null` when none was needed or possible. */
  readonly runId: number | null;
  /** Why no run was made of what was requested; `null` where there was nothing in the way. */
  readonly problem: string | null;
  /** Partitions for which the whole condition held. */
  readonly held: number;
}

/** One part of a condition, and for which partitions it held. */
export interface ConditionNode {
  readonly label: string | null;
  /** The part in one line. */
  readonly text: string;
  /** Its kind, such as `and`, `any-deps`, `missing`. */
  readonly operator: string;
  /** Whose partitions are meant. */
  readonly assetKey: string;
  /** Whether it held for all, some or none of the partitions that there were. */
  readonly status: "all" | "some" | "none";
  readonly held: { readonly partitions: Ranges; readonly text: string; readonly count: number };
  /** Partitions that there were. */
  readonly candidates: number;
  /** Of a part that lasts from one event to another: when it became true, the newest first, 20 at most. */
  readonly since: readonly { readonly at: Instant; readonly text: string; readonly count: number }[];
  readonly children: readonly ConditionNode[];
}

/** `automation.evaluation` */
export interface AutomationEvaluationDetail extends AutomationEvaluation {
  readonly asset: AssetRef;
  readonly check: string | null;
  /** The place among the events up to which it had seen everything. */
  readonly cursor: string;
  readonly tree: ConditionNode;
  readonly runIds: readonly number[];
  /** Why partitions were requested: one for each reason, with the partitions that it was true for, 20 at most. */
  readonly sentences: readonly (readonly SentencePart[])[];
}

/** What is to be said of a partition. */
export type AutomationVerdict =
  /** It has no condition: people, schedules and sensors make it. */
  | "no_condition"
  /** Its condition is switched off. */
  | "off"
  /** No daemon has evaluated it yet. */
  | "not_evaluated"
  /** There is no such partition (yet). */
  | "not_there"
  /** A run holds it. */
  | "in_progress"
  /** Its condition holds: a run is about to be made. */
  | "requested"
  /** Its condition holds and it is not requested, to end an endless loop. */
  | "stopped"
  | "not_requested";

/** `automation.why` */
export interface AutomationWhy {
  readonly at: Instant;
  readonly assetKey: string;
  readonly check: string | null;
  /** The partition that is told of; "" for an asset without partitions. */
  readonly partition: string;
  /** Its ordinal, 0 for an asset without partitions; `null` when there is no such partition. */
  readonly ordinal: number | null;
  readonly verdict: AutomationVerdict;
  /** The decision and why it is so, since when, what has to change, why it is stale, and what was requested last: in this order. */
  readonly sentences: readonly (readonly SentencePart[])[];
  /** The condition as of now; `null` where there is none, or it is off. */
  readonly tree: ConditionNode | null;
  /** Whether an evaluation at this instant would request it. */
  readonly wouldRequestNow: boolean;
  /** When a clock that the condition looks at brings it something next; `null` where none does. */
  readonly nextChange: Instant | null;
  /**
   * Since when the first part that keeps it from being requested has not held, by the evaluations that are kept; not
   * `isExact`: it may have been so for longer. `null` where it is requested, and where nothing is known.
   */
  readonly notHeldSince: { readonly at: Instant; readonly isExact: boolean } | null;
  /** The newest evaluation that requested it, of those that are kept. */
  readonly lastRequest: { readonly evaluationId: number; readonly at: Instant; readonly runId: number | null } | null;
}

/** What an evaluation at this instant would request of one asset or check. */
export interface AutomationRequestPreview {
  readonly asset: AssetRef;
  readonly check: string | null;
  readonly partitions: Ranges;
  readonly text: string;
  readonly count: number;
  /** Why, for the first of them. */
  readonly sentences: readonly (readonly SentencePart[])[];
}

/** `automation.preview`: nothing is launched by it. */
export interface AutomationPreview {
  readonly at: Instant;
  /** What is made, upstream assets first, then checks; 1,000 at most. */
  readonly requests: readonly AutomationRequestPreview[];
  /** Conditions that were evaluated. */
  readonly evaluated: number;
}

/** `automation.set` */
export interface AutomationChange {
  readonly assetKey: string;
  readonly check: string | null;
  readonly state: "on" | "off";
  /** False when it was so already. */
  readonly changed: boolean;
}

/** `automation.setAll`, in numbers of assets. */
export interface AutomationBulkChange {
  readonly state: "on" | "off";
  readonly changed: number;
  /** It was so already. */
  readonly unchanged: number;
  readonly withoutCondition: number;
}

/** One change of an asset's freshness. */
export interface FreshnessChange {
  readonly id: number;
  /** `null` for the first state that is known. */
  readonly from: FreshnessState | null;
  readonly to: FreshnessState;
  /** When it changed, whenever that was noticed. */
  readonly at: Instant;
}

/** `freshness.get` */
export interface AssetFreshness {
  readonly policy: FreshnessSpec;
  /** The policy in words. */
  readonly policyText: string;
  readonly state: FreshnessState;
  readonly since: Instant;
  /** When it became, or becomes, overdue by what is there now; `null` where nothing is due. */
  readonly dueAt: Instant | null;
  /** Newest first. */
  readonly history: Page<FreshnessChange>;
}
