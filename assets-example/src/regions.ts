/** The regions of the Census Bureau, and the territories that flights depart from. */
export const REGIONS = ["Northeast", "Midwest", "South", "West", "Territories"] as const;
export type Region = (typeof REGIONS)[number];

// prettier-ignore
const STATES: { readonly [region in Region]: readonly string[] } = {
  Northeast: ["CT", "MA", "ME", "NH", "NJ", "NY", "PA", "RI", "VT"],
  Midwest: ["IA", "IL", "IN", "KS", "MI", "MN", "MO", "ND", "NE", "OH", "SD", "WI"],
  South: ["AL", "AR", "DC", "DE", "FL", "GA", "KY", "LA", "MD", "MS", "NC", "OK", "SC", "TN", "TX", "VA", "WV"],
  West: ["AK", "AZ", "CA", "CO", "HI", "ID", "MT", "NM", "NV", "OR", "UT", "WA", "WY"],
  Territories: ["PR", "VI"],
};

const REGION_OF = new Map(REGIONS.flatMap((region) => STATES[region].map((state) => [state, region] as const)));

/** The region of a state or territory; `undefined` for what is neither. */
export function regionOf(state: string): Region | undefined {
  return REGION_OF.get(state);
}
