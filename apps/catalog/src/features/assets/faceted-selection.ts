import { formatSelection, parseSelection, type Selection } from "@heddle/core/internal";
import { escapeWildcard } from "@heddle/core/internal";
import { FACETS, type Facet, type FacetValues } from "./facet-choice.ts";

/**
 * The selection and the facets of a table as one selection, for other pages and the command line. `null` when there is
 * neither. External assets have no status, so that value is left out.
 */
export function facetedSelection(canonical: string | null, chosen: FacetValues): string | null {
  const parts: Selection[] = canonical === null ? [] : [parseSelection(canonical)];
  for (const facet of FACETS) {
    const values = (chosen[facet] ?? []).filter((value) => value !== "external");
    if (values.length > 0) parts.push(facetPart(facet, values));
  }
  const [first] = parts;
  if (first === undefined) return null;
  return formatSelection(parts.length === 1 ? first : { kind: "and", of: parts });
}

function facetPart(facet: Facet, values: readonly string[]): Selection {
  if (facet === "tag") {
    const [first, ...others] = values.map(tagPart);
    return first === undefined || others.length > 0 ? { kind: "or", of: values.map(tagPart) } : first;
  }
  return { kind: "match", attribute: facet, patterns: values.map(escapeWildcard) };
}

/** `team=data`, or `nightly` for a tag without a value. */
function tagPart(text: string): Selection {
  const at = text.indexOf("=");
  if (at < 0) return { kind: "tag", name: escapeWildcard(text), values: null };
  return { kind: "tag", name: escapeWildcard(text.slice(0, at)), values: [escapeWildcard(text.slice(at + 1))] };
}
