/** Attributes that a selection can ask for, besides `tag`. */
export const SELECTION_ATTRIBUTES = ["key", "group", "kind", "owner", "status"] as const;
/** What `attribute:value` of a selection may name; tags are apart, as they have names of their own. */
export type SelectionAttribute = (typeof SELECTION_ATTRIBUTES)[number];

/** How far a traversal goes: a number of steps, or `all` of them. */
export type TraversalDepth = number | "all";

/**
 * A selection of assets, parsed. Patterns are texts in which `*` stands for any characters and a backslash takes the
 * meaning from the character after it.
 */
export type Selection =
  /** `*` */
  | { readonly kind: "all" }
  /** `group:finance`, `key:"a/*",b`: the attribute matches one of the patterns. */
  | { readonly kind: "match"; readonly attribute: SelectionAttribute; readonly patterns: readonly string[] }
  /** `tag:team=x`, or `tag:team` for any value (`values` is `null`). */
  | { readonly kind: "tag"; readonly name: string; readonly values: readonly string[] | null }
  /** `2+x`, `x+`: x, what it depends on and what depends on it; `null` where the direction is not asked for. */
  | {
      readonly kind: "traverse";
      readonly upstream: TraversalDepth | null;
      readonly downstream: TraversalDepth | null;
      readonly of: Selection;
    }
  /** `roots(x)`, `sinks(x)`: those of x that depend on no other of x, or that no other of x depends on. */
  | { readonly kind: "roots" | "sinks"; readonly of: Selection }
  | { readonly kind: "not"; readonly of: Selection }
  | { readonly kind: "and" | "or"; readonly of: readonly Selection[] };

/** Says whether the selection asks for a status, so that statuses must be known to evaluate it. */
export function asksForStatus(selection: Selection): boolean {
  switch (selection.kind) {
    case "all":
    case "tag":
      return false;
    case "match":
      return selection.attribute === "status";
    case "and":
    case "or":
      return selection.of.some(asksForStatus);
    default:
      return asksForStatus(selection.of);
  }
}
