import type { AnyUpstream } from "../declarations.ts";
import { formatSelection } from "../selection/format-selection.ts";
import { escapeWildcard } from "../selection/wildcard.ts";

/** The text of a selection of these assets; a text is one already. */
export function selectionOf(chosen: string | AnyUpstream | readonly AnyUpstream[]): string {
  if (typeof chosen === "string") return chosen;
  const patterns = (isList(chosen) ? chosen : [chosen]).map(({ key }) => escapeWildcard(key));
  return formatSelection({ kind: "match", attribute: "key", patterns });
}

function isList(chosen: AnyUpstream | readonly AnyUpstream[]): chosen is readonly AnyUpstream[] {
  return Array.isArray(chosen);
}
