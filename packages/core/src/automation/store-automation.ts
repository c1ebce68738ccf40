import { HeddleError } from "../errors.ts";
import type { AutomationExplanation, ExplainedPart } from "./automation-explanation.ts";
import type { PartState, TargetState } from "./automation-state.ts";
import { partsOf, type ConditionSpec } from "./condition-spec.ts";
import { PartitionSet } from "../partitions/partition-set.ts";
import { setToText, textToSet } from "./set-text.ts";
import type { Piece } from "./truth.ts";

/** Format of a state; one of another format is given up. */
const VERSION = 1;
/** Format of an explanation, and the oldest one that can be read; others are not shown. */
const TREE_VERSION = 2;
const OLDEST_TREE_VERSION = 1;

/** A target's state as it is stored: plain JSON. */
export interface StoredTargetState {
  readonly version: number;
  readonly scheme: string;
  readonly requested: string;
  readonly requestChanged: boolean;
  readonly settled: boolean;
  readonly parts: { readonly [name: string]: StoredPart };
  readonly spent: readonly (readonly [set: string, at: number, generation: number, tries: number])[];
  readonly stopped: string;
  readonly fingerprint: number;
}

type StoredPart =
  | { readonly kind: "since"; readonly scheme: string; readonly pieces: readonly StoredPiece[] }
  | { readonly kind: "held"; readonly scheme: string; readonly held: string }
  | { readonly kind: "code-version"; readonly scheme: string; readonly codeVersion: string };

/** `generation` is `null` where nobody can say. */
type StoredPiece = readonly [set: string, at: number, generation: number | null];

/** Writes the state of a target for a database. */
export function storeTargetState(state: TargetState): StoredTargetState {
  const { scheme, requestChanged, settled, fingerprint } = state;
  return {
    version: VERSION,
    scheme,
    requested: setToText(state.requested),
    requestChanged,
    settled,
    parts: Object.fromEntries([...state.parts].map(([name, part]) => [name, storePart(part)])),
    spent: state.spent.map(({ set, at, generation, tries }) => [setToText(set), at, generation, tries]),
    stopped: setToText(state.stopped),
    fingerprint,
  };
}

function storePart(part: PartState): StoredPart {
  switch (part.kind) {
    case "since":
      return { ...part, pieces: part.pieces.map(({ set, at, generation }) => [setToText(set), at, generation]) };
    case "held":
      return { ...part, held: setToText(part.held) };
    case "code-version":
      return part;
  }
}

/**
 * Reads what {@link storeTargetState} wrote; `null` for what another version of Heddle wrote: the condition then begins as
 * on its first evaluation, which requests nothing that was missed.
 * @throws PARTITION_SET_INVALID for a damaged state
 */
export function readTargetState(stored: StoredTargetState): TargetState | null {
  if (stored.version !== VERSION) return null;
  return {
    scheme: stored.scheme,
    requested: textToSet(stored.requested),
    requestChanged: stored.requestChanged,
    settled: stored.settled,
    parts: new Map(Object.entries(stored.parts).map(([name, part]) => [name, readPart(part)])),
    spent: stored.spent.map(([set, at, generation, tries]) => ({ set: textToSet(set), at, generation, tries })),
    stopped: textToSet(stored.stopped),
    fingerprint: stored.fingerprint,
  };
}

function readPart(part: StoredPart): PartState {
  switch (part.kind) {
    case "since":
      return { ...part, pieces: part.pieces.map(readPiece) };
    case "held":
      return { ...part, held: textToSet(part.held) };
    case "code-version":
      return part;
  }
}

function readPiece([set, at, generation]: StoredPiece): Piece {
  return { set: textToSet(set), at, run: null, generation };
}

/** An explanation as it is stored: plain JSON. */
export interface StoredExplanation {
  readonly asset: string;
  readonly check: string | null;
  readonly at: number;
  readonly cursor: string;
  readonly requested: string;
  readonly stopped: string;
  /** What was asked: equal for many explanations, so that it can be kept once for all of them. */
  readonly condition: ConditionSpec;
  /** JSON: the format, and for which partitions each part held. */
  readonly tree: string;
}

/**
 * For which partitions a part held, 0 for none; what it asks follows from its place. `asset` is 0 where it is that of the
 * part around it, `since` is 0 where there is none.
 */
type StoredExplainedPart = readonly [
  held: string | 0,
  asset: string | 0,
  since: readonly (readonly [at: number, set: string])[] | 0,
  parts: readonly StoredExplainedPart[],
];

/** Writes an explanation for a database. */
export function storeExplanation(explanation: AutomationExplanation): StoredExplanation {
  const { asset, check, at, cursor, requested, stopped, root } = explanation;
  return {
    asset,
    check,
    at,
    cursor,
    requested: setToText(requested),
    stopped: setToText(stopped),
    condition: root.spec,
    tree: `[${TREE_VERSION},${explainedText(root, asset)}]`,
  };
}

/** What an asset that several others read was found to hold for stands in the explanation of each of these. */
const treeTexts = new WeakMap<ExplainedPart, string>();

/** A {@link StoredExplainedPart} as JSON: put together here, because thousands of them are written at once. */
function explainedText(part: ExplainedPart, around: string): string {
  const { asset, since } = part;
  const isElsewhere = asset !== around;
  const known = isElsewhere ? treeTexts.get(part) : undefined;
  if (known !== undefined) return known;
  const held = part.held.isEmpty ? "0" : quoted(part.held);
  const ofSince = since === undefined ? "0" : `[${since.map(({ at, set }) => `[${at},${quoted(set)}]`).join(",")}]`;
  const inner = part.parts.map((each) => explainedText(each, asset)).join(",");
  const text = `[${held},${isElsewhere ? JSON.stringify(asset) : "0"},${ofSince},[${inner}]]`;
  if (isElsewhere) treeTexts.set(part, text);
  return text;
}

/** A set as JSON. */
function quoted(set: PartitionSet): string {
  return `"${setToText(set)}"`;
}

/** Reads what {@link storeExplanation} wrote. @throws AUTOMATION_INVALID for what another version of Heddle wrote */
export function readExplanation(stored: StoredExplanation): AutomationExplanation {
  const { asset, check, at, cursor, condition } = stored;
  const [version, tree] = JSON.parse(stored.tree) as [number, StoredExplainedPart];
  if (version > TREE_VERSION || version < OLDEST_TREE_VERSION) {
    throw new HeddleError(
      "AUTOMATION_INVALID",
      `the explanation has format ${version}, and this version reads up to ${TREE_VERSION}`,
      { hint: "Wait for the next evaluation, or read it with the version of Heddle that wrote it." },
    );
  }
  return {
    asset,
    check,
    at,
    cursor,
    requested: textToSet(stored.requested),
    stopped: textToSet(stored.stopped),
    root: readExplained(condition, tree, asset),
  };
}

function readExplained(spec: ConditionSpec, tree: StoredExplainedPart, around: string): ExplainedPart {
  const [held, own, since, parts] = tree;
  const asset = own === 0 ? around : own;
  const inner = partsOf(spec);
  return {
    spec,
    asset,
    held: held === 0 ? PartitionSet.EMPTY : textToSet(held),
    ...(since !== 0 && { since: since.map(([at, set]) => ({ at, set: textToSet(set) })) }),
    // A condition on dependencies has a part for each of them, all of which ask the same.
    parts: parts.flatMap((part, index) => {
      const asked = inner[index] ?? inner[0];
      return asked === undefined ? [] : [readExplained(asked, part, asset)];
    }),
  };
}
