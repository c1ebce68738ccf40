import { canonicalJson } from "../run/hash-plan.ts";
import type { AutomationExplanation, ExplainedPart } from "./automation-explanation.ts";

/** Since when something has been so. */
export interface NotHeldSince {
  /** Epoch milliseconds of the first evaluation that found it so. */
  readonly at: number;
  /** False: what is kept does not go back to the time before, and it may have been so for longer. */
  readonly isExact: boolean;
}

/**
 * Since when the first part that keeps a partition from being requested has not held for it.
 * @param kept evaluations of the same condition, newest first: those in which any part of it came to something else
 * @returns `null` where the condition holds, and where nothing is kept
 */
export function findNotHeldSince(
  now: AutomationExplanation,
  ordinal: number,
  kept: Iterable<AutomationExplanation>,
): NotHeldSince | null {
  const path = firstLacking(now.root, ordinal);
  if (path === null) return null;
  // A database may give what is kept with its names in another order.
  const condition = canonicalJson(now.root.spec);
  let since: number | null = null;
  for (const { root, at } of kept) {
    // Of another condition nothing is known: its parts stand elsewhere.
    if (canonicalJson(root.spec) !== condition) break;
    const part = partAt(root, path);
    if (part?.held.has(ordinal) === true) return { at: since ?? now.at, isExact: true };
    since = at;
  }
  return since === null ? null : { at: since, isExact: false };
}

/** Where the first part of a conjunction is that does not hold, from the root down; `null` where all of it holds. */
function firstLacking(root: ExplainedPart, ordinal: number): readonly number[] | null {
  if (root.held.has(ordinal)) return null;
  const path: number[] = [];
  let part = root;
  while (part.spec.kind === "and") {
    const index = part.parts.findIndex(({ held }) => !held.has(ordinal));
    const lacking = part.parts[index];
    if (lacking === undefined) break;
    path.push(index);
    part = lacking;
  }
  return path;
}

function partAt(root: ExplainedPart, path: readonly number[]): ExplainedPart | undefined {
  let part: ExplainedPart | undefined = root;
  for (const index of path) part = part?.parts[index];
  return part;
}
