import type { PartitionSet } from "../partitions/partition-set.ts";
import type { Piece } from "./truth.ts";

/** What evaluations remember: given back to the next one as it is. */
export interface AutomationState {
  /** Of the evaluation before, in epoch milliseconds. */
  readonly at: number;
  readonly cursor: string;
  /** {@link CompiledAutomation.version} that it was made with. */
  readonly version: string;
  /** By {@link targetId}. */
  readonly targets: ReadonlyMap<string, TargetState>;
  /** Keys of the assets that something else than conditions requested in the evaluation before. */
  readonly requestedBesides: readonly string[];
}

/** What is remembered of one asset's condition, or one check's. */
export interface TargetState {
  /** How the ordinals in it are numbered: with another scheme everything begins anew. */
  readonly scheme: string;
  /** What was requested in the evaluation before. */
  readonly requested: PartitionSet;
  /** Whether that was something else than in the one before it: then what looks at it has to be evaluated again. */
  readonly requestChanged: boolean;
  /** Whether evaluating again, with nothing new, would give the same again. */
  readonly settled: boolean;
  /** What the parts of the condition remember, by part and by the assets through which it was reached. */
  readonly parts: ReadonlyMap<string, PartState>;
  /** Partitions that were requested and have not come to rest since: against endless loops. */
  readonly spent: readonly SpentPiece[];
  /** Partitions that are not requested any more, because requesting them leads to nothing else than requesting them again. */
  readonly stopped: PartitionSet;
  /** Of the last explanation: an evaluation that holds for the same is not explained again. */
  readonly fingerprint: number;
}

/** What one part of a condition remembers. */
export type PartState =
  /** `since`: what triggered it and was not reset. */
  | { readonly kind: "since"; readonly scheme: string; readonly pieces: readonly Piece[] }
  /** `newlyTrue`: where it held. */
  | { readonly kind: "held"; readonly scheme: string; readonly held: PartitionSet }
  | { readonly kind: "code-version"; readonly scheme: string; readonly codeVersion: string };

/** Partitions that were requested at the same instant, for causes of the same kind. */
export interface SpentPiece {
  readonly set: PartitionSet;
  readonly at: number;
  /** How many runs that conditions had requested led to the request, one after the other, itself included. */
  readonly generation: number;
  /** How often it was requested in a row without a cause since the time before. */
  readonly tries: number;
}

/** The state before the first evaluation. */
export const NO_AUTOMATION_STATE: AutomationState = {
  at: 0,
  cursor: "",
  version: "",
  targets: new Map(),
  requestedBesides: [],
};

/** Names what has a condition: an asset, or a check of it. Keys hold no line breaks. */
export function targetId(asset: string, check: string | null): string {
  return check === null ? asset : `${asset}\n${check}`;
}

/** Says whether two states of a target remember the same. */
export function isSameState(a: TargetState, b: TargetState): boolean {
  return (
    a.scheme === b.scheme &&
    a.requested.equals(b.requested) &&
    a.requestChanged === b.requestChanged &&
    a.settled === b.settled &&
    a.fingerprint === b.fingerprint &&
    a.stopped.equals(b.stopped) &&
    haveSameParts(a.parts, b.parts) &&
    haveSameSpent(a.spent, b.spent)
  );
}

export function haveSameParts(a: ReadonlyMap<string, PartState>, b: ReadonlyMap<string, PartState>): boolean {
  if (a.size !== b.size) return false;
  for (const [name, part] of a) {
    const other = b.get(name);
    if (other === undefined || (other !== part && !isSamePart(part, other))) return false;
  }
  return true;
}

function isSamePart(a: PartState, b: PartState): boolean {
  if (a.scheme !== b.scheme) return false;
  switch (a.kind) {
    case "since":
      return b.kind === "since" && haveSamePieces(a.pieces, b.pieces);
    case "held":
      return b.kind === "held" && a.held.equals(b.held);
    case "code-version":
      return b.kind === "code-version" && a.codeVersion === b.codeVersion;
  }
}

function haveSamePieces(a: readonly Piece[], b: readonly Piece[]): boolean {
  return haveSame(a, b, (one, other) => one.run === other.run);
}

export function haveSameSpent(a: readonly SpentPiece[], b: readonly SpentPiece[]): boolean {
  return haveSame(a, b, (one, other) => one.tries === other.tries);
}

/** Whether two lists hold the same in the same order, by what all pieces have and by what these have besides. */
function haveSame<T extends Pick<Piece | SpentPiece, "at" | "generation" | "set">>(
  a: readonly T[],
  b: readonly T[],
  isSameBesides: (one: T, other: T) => boolean,
): boolean {
  return (
    a.length === b.length &&
    a.every((piece, index) => {
      const other = b[index];
      return (
        other !== undefined &&
        piece.at === other.at &&
        piece.generation === other.generation &&
        isSameBesides(piece, other) &&
        piece.set.equals(other.set)
      );
    })
  );
}
