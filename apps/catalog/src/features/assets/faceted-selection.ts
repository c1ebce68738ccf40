import { formatSelection, parseSelection, type Selection } from "@heddle/core";
import { escapeWildcard } from "@heddle/core";
import { FACETS, type Facet, type FacetValues } from "./asset-facets.ts";

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
  return { kind: "match", attribute: facet, patterns: values.map(escapeWildcard) };
}
