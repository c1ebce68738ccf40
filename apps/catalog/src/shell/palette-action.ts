import { LAUNCH_STATES, type LaunchState } from "../features/launch/launch-search.ts";

/** What "materialize fct_orders last 7 days" asks for. */
export interface MaterializeAction {
  /** What to look for among the assets. */
  readonly needle: string;
  /** Partitions in words, as a launch takes them; `null`: all. */
  readonly parts: string | null;
  /** Only partitions in these states. */
  readonly only: readonly LaunchState[];
}

const VERB = /^(?:materialize|mat|make|run)\s+(?<rest>\S.*)$/iu;
const LAST = /\s+last\s+(?<count>\d{1,6})(?:\s+(?:partitions?|hours?|days?|weeks?|months?))?$/iu;
const RANGE = /\s+(?<range>\S+\.\.\S+)$/u;
const STATES = /\s+(?<states>(?:(?:missing|failed|stale)(?:\s*(?:,|and|&)\s*|\s+)?)+)$/iu;

/** Reads a text as an order to materialize something; `null` for one that is none. */
export function readMaterializeAction(text: string): MaterializeAction | null {
  let rest = VERB.exec(text.trim())?.groups?.["rest"];
  if (rest === undefined) return null;
  const states = STATES.exec(rest);
  if (states !== null) rest = rest.slice(0, states.index);
  const last = LAST.exec(rest);
  const range = last === null ? RANGE.exec(rest) : null;
  rest = rest.slice(0, last?.index ?? range?.index ?? rest.length);
  const named = states?.groups?.["states"]?.toLowerCase() ?? "";
  return {
    needle: rest.trim(),
    parts: last !== null ? `last ${last.groups?.["count"] ?? "1"}` : (range?.groups?.["range"] ?? null),
    only: LAUNCH_STATES.filter((state) => named.includes(state)),
  };
}
