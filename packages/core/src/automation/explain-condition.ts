import { createPartitionSpaces, type PartitionSpaces } from "../run/partition-spaces.ts";
import { mappingOf, type TargetContext } from "../run/plan-targets.ts";
import type { DynamicKeys } from "../run/run-plan.ts";
import { PartitionSet } from "../partitions/partition-set.ts";
import type { AssetSnapshot } from "../snapshot.ts";
import type { AutomationExplanation, ExplainedPart } from "./automation-explanation.ts";
import { phraseOf, type PhraseForm } from "./condition-phrases.ts";
import { partsOf, type ConditionSpec } from "./condition-spec.ts";

/** What {@link explainCondition} takes besides the explanation. */
export interface ExplainConditionInput {
  /** Key of the partition that is asked about; the empty text for an asset without partitions. */
  readonly partition: string;
  /** The definitions that the explanation is of. */
  readonly assets: readonly AssetSnapshot[];
  readonly dynamicKeys: DynamicKeys;
}

/** Why a partition was requested, or why not: sentences for people. */
export interface ConditionStory {
  readonly verdict: "requested" | "not requested" | "stopped" | "not there";
  /** What was decided, in one sentence. */
  readonly summary: string;
  /** Why, each reason without its subject repeated: `weather/raw 2024-03-06 is missing`. */
  readonly reasons: readonly string[];
  /** What has to happen before the partition is requested; empty where it was, or where nothing helps. */
  readonly changes: readonly string[];
}

/** Partitions of one asset that a sentence names in full. */
const SHOWN_RANGES = 3;

/** Tells what an evaluation decided about one partition, why, and what would have to change. */
export function explainCondition(explanation: AutomationExplanation, input: ExplainConditionInput): ConditionStory {
  const { at, root } = explanation;
  const spaces = createPartitionSpaces(at, input.dynamicKeys);
  const assets = new Map(input.assets.map((asset) => [asset.key, asset]));
  const teller = new Teller({ assets, selected: [], spaces });
  const space = spaces.spaceOf(assets.get(explanation.asset)?.partitions ?? null);
  const ordinal = space.ordinalOf(input.partition);
  const name = nameOf(explanation, input.partition);
  if (ordinal === null || !space.all.has(ordinal)) {
    const summary = `${name} did not exist when the condition was evaluated.`;
    return { verdict: "not there", summary, reasons: [], changes: [] };
  }
  const partition = PartitionSet.of([ordinal]);
  if (explanation.stopped.has(ordinal)) {
    return {
      verdict: "stopped",
      summary: `${name} was not requested, although its condition holds: its requests only led to the next ones.`,
      reasons: teller.whyHeld(root, partition),
      changes: ["something else sets it off, when it is made by hand, or when other definitions are loaded"],
    };
  }
  if (root.held.has(ordinal)) {
    const reasons = teller.whyHeld(root, partition);
    return { verdict: "requested", summary: sentence(`${name} was requested`, reasons), reasons, changes: [] };
  }
  const reasons = teller.whyNotHeld(root, partition);
  return {
    verdict: "not requested",
    summary: sentence(`${name} was not requested`, reasons),
    reasons,
    changes: teller.changesFor(root, partition),
  };
}

function nameOf({ asset, check }: AutomationExplanation, partition: string): string {
  const of = partition === "" ? asset : `${asset} ${partition}`;
  return check === null ? of : `The check ${JSON.stringify(check)} of ${of}`;
}

function sentence(decision: string, reasons: readonly string[]): string {
  return reasons.length === 0 ? `${decision}.` : `${decision} because ${reasons.join(", and because ")}.`;
}

/** Finds reasons in the tree of an explanation. */
class Teller {
  readonly #context: TargetContext;

  constructor(context: TargetContext) {
    this.#context = context;
  }

  /** Why a part holds for partitions of its asset, for all of which it does. */
  whyHeld(part: ExplainedPart, set: PartitionSet, subject = "it"): string[] {
    const told = this.#tellHeld(part, set, subject);
    // Several parts may say the same.
    return told.length > 0 ? [...new Set(told)] : [`${subject} ${phrase(part.spec, set, "holds")}`];
  }

  #tellHeld(part: ExplainedPart, set: PartitionSet, subject: string): string[] {
    const { spec } = part;
    switch (spec.kind) {
      case "and": {
        // That nothing stands in the way is no reason where there is one.
        const causes = part.parts.filter((each) => isCause(each.spec));
        const states = part.parts.filter((each) => each.spec.kind !== "not");
        const telling = causes.length > 0 ? causes : states.length > 0 ? states : part.parts;
        return telling.flatMap((each) => this.whyHeld(each, set, subject));
      }
      case "or":
        return part.parts.flatMap((each) => this.#whyHeldBy(each, set.intersect(each.held), subject));
      case "not":
        return part.parts.flatMap((each) => this.whyNotHeld(each, set, subject));
      case "since":
        return [this.#since(part, set, subject)];
      case "any-deps":
      case "all-deps":
      case "asset-matches": {
        return this.#others(part, set).flatMap(({ other, held, name }) => this.whyHeld(other, held, name));
      }
      default:
        return [];
    }
  }

  #whyHeldBy(part: ExplainedPart, set: PartitionSet, subject: string): string[] {
    return set.isEmpty ? [] : this.whyHeld(part, set, subject);
  }

  #since(part: ExplainedPart, set: PartitionSet, subject: string): string {
    const [trigger] = part.parts;
    const when = part.since?.findLast((piece) => piece.set.overlaps(set));
    const since = when === undefined ? "" : ` at ${timeOf(when.at)}`;
    const fresh = trigger === undefined ? PartitionSet.EMPTY : set.intersect(trigger.held);
    const told = trigger === undefined ? [] : this.#whyHeldBy(trigger, fresh, subject);
    // What triggered it may be long over: then all that is known is what it can have been.
    const triggers = trigger?.spec ?? part.spec;
    const what = told.length > 0 ? told.join(" and ") : `${subject} ${phrase(triggers, set, "holds")}`;
    return `${what}${since}`;
  }

  /** Why a part does not hold for partitions of its asset, for none of which it does. */
  whyNotHeld(part: ExplainedPart, set: PartitionSet, subject = "it"): string[] {
    const told = this.#tellNotHeld(part, set, subject);
    return told.length > 0 ? [...new Set(told)] : [`${subject} ${phrase(part.spec, set, "not")}`];
  }

  #tellNotHeld(part: ExplainedPart, set: PartitionSet, subject: string): string[] {
    const { spec } = part;
    switch (spec.kind) {
      case "and":
        return part.parts.flatMap((each) => {
          const lacking = set.subtract(each.held);
          return lacking.isEmpty ? [] : this.whyNotHeld(each, lacking, subject);
        });
      case "not":
        return part.parts.flatMap((each) => this.#whyHeldBy(each, set.intersect(each.held), subject));
      case "all-deps": {
        return this.#lacking(part, set).flatMap(({ other, read, name, isAny }) =>
          isAny ? [`none of ${name} ${phraseOf(other.spec, "holds").one}`] : this.whyNotHeld(other, read, name),
        );
      }
      case "in-latest-time-window":
        return [`${subject} ${phrase(spec, set, "not")}${this.#latest(part)}`];
      default:
        return [];
    }
  }

  /** What has to happen for a part to hold. */
  changesFor(part: ExplainedPart, set: PartitionSet, subject = "it"): string[] {
    const told = this.#tellChanges(part, set, subject);
    return told.length > 0 ? [...new Set(told)] : [`${subject} ${phrase(part.spec, set, "begins")}`];
  }

  #tellChanges(part: ExplainedPart, set: PartitionSet, subject: string): string[] {
    const { spec } = part;
    switch (spec.kind) {
      case "and": {
        const lacking = part.parts.filter((each) => !set.subtract(each.held).isEmpty);
        // A window that was the latest one is never again: nothing else helps.
        const past = lacking.filter(({ spec: { kind } }) => kind === "in-latest-time-window");
        return (past.length > 0 ? past : lacking).flatMap((each) =>
          this.changesFor(each, set.subtract(each.held), subject),
        );
      }
      case "not":
        return part.parts.flatMap((each) => this.#endsFor(each, set.intersect(each.held), subject));
      case "all-deps":
        return this.#lacking(part, set).flatMap(({ other, read, name, isAny }) =>
          isAny ? [`one of ${name} ${phraseOf(other.spec, "begins").one}`] : this.changesFor(other, read, name),
        );
      case "in-latest-time-window":
        return ["it is launched by hand: the condition makes the latest time window only"];
      default:
        return [];
    }
  }

  /** What has to happen for a part not to hold any more. */
  #endsFor(part: ExplainedPart, set: PartitionSet, subject: string): string[] {
    const { spec } = part;
    if (set.isEmpty) return [];
    switch (spec.kind) {
      case "and": {
        // One of them is enough: the first that is more than the absence of something.
        const telling = part.parts.find((each) => each.spec.kind !== "not") ?? part.parts[0];
        return telling === undefined ? [] : this.#endsFor(telling, set, subject);
      }
      case "or":
        return part.parts.flatMap((each) => this.#endsFor(each, set.intersect(each.held), subject));
      case "any-deps":
      case "asset-matches": {
        const told = this.#others(part, set).flatMap(({ other, held, name }) => this.#endsFor(other, held, name));
        return told.length > 0 ? [...new Set(told)] : [`${subject} ${phrase(spec, set, "ends")}`];
      }
      default:
        return [`${subject} ${phrase(spec, set, "ends")}`];
    }
  }

  /** The other assets of which a part holds, with the partitions that are read and for which it does. */
  #others(part: ExplainedPart, set: PartitionSet) {
    return part.parts.flatMap((other) => {
      const held = this.#readOf(other, part.asset, set).intersect(other.held);
      return held.isEmpty ? [] : [{ other, held, name: this.#named(other.asset, held) }];
    });
  }

  /** The other assets of which a part does not hold; `isAny`: one of the partitions that are read would have been enough. */
  #lacking(part: ExplainedPart, set: PartitionSet) {
    const isEvery = part.spec.kind === "all-deps" && part.spec.every === true;
    return part.parts.flatMap((other) => {
      const read = this.#readOf(other, part.asset, set);
      const lacking = read.subtract(other.held);
      const isMet = isEvery ? lacking.isEmpty : read.overlaps(other.held);
      if (isMet) return [];
      const isAny = !isEvery && read.size > 1;
      return [{ other, read: lacking, name: this.#named(other.asset, lacking), isAny }];
    });
  }

  /** What partitions read of another asset; the same partitions for a check, whose dependency is its own asset. */
  #readOf({ asset: upstream }: ExplainedPart, key: string, set: PartitionSet): PartitionSet {
    const asset = this.#context.assets.get(key);
    const deps = asset?.deps.filter((dep) => dep.upstream === upstream) ?? [];
    if (asset === undefined || deps.length === 0) return upstream === key ? set : this.#allOf(upstream);
    return deps
      .map((dep) => mappingOf(this.#context, asset, dep)?.upstreamOf(set).partitions ?? PartitionSet.EMPTY)
      .reduce((all, read) => all.union(read), PartitionSet.EMPTY);
  }

  #allOf(key: string): PartitionSet {
    return this.#spaces.spaceOf(this.#context.assets.get(key)?.partitions ?? null).all;
  }

  #named(key: string, set: PartitionSet): string {
    const partitions = this.#context.assets.get(key)?.partitions ?? null;
    return partitions === null ? key : `${key} ${this.#spaces.spaceOf(partitions).format(set, SHOWN_RANGES)}`;
  }

  #latest({ asset, held }: ExplainedPart): string {
    const partitions = this.#context.assets.get(asset)?.partitions ?? null;
    return partitions === null || held.isEmpty
      ? ""
      : `, which is ${this.#spaces.spaceOf(partitions).format(held, SHOWN_RANGES)}`;
  }

  get #spaces(): PartitionSpaces {
    return this.#context.spaces;
  }
}

/** Whether a condition tells of something that happened. */
function isCause(spec: ConditionSpec): boolean {
  switch (spec.kind) {
    case "since":
    case "newly-true":
    case "newly-updated":
    case "data-version-changed":
    case "newly-requested":
    case "cron-tick-passed":
    case "code-version-changed":
    case "initial-evaluation":
      return true;
    case "and":
    case "or":
    case "any-deps":
    case "all-deps":
      return partsOf(spec).some(isCause);
    default:
      return false;
  }
}

function phrase(spec: ConditionSpec, set: PartitionSet, form: PhraseForm): string {
  const { one, many } = phraseOf(spec, form);
  return set.size > 1 ? many : one;
}

function timeOf(instant: number): string {
  return new Date(instant)
    .toISOString()
    .replace("T", " ")
    .replace(/\.\d+Z$/u, " UTC");
}
