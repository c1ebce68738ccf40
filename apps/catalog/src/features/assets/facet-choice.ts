import { BY_URGENCY } from "../../status/status-look.ts";

/** The statuses that an asset can be filtered by, the most urgent first. */
export const FACET_STATUSES = [...BY_URGENCY, "external"] as const;

export const FACETS = ["status", "group", "kind", "owner", "tag"] as const;
export type Facet = (typeof FACETS)[number];

/** Chosen values of each facet; a facet without any lets everything through. */
export type FacetValues = { readonly [facet in Facet]?: readonly string[] | undefined };
