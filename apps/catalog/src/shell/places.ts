import type { IconName } from "../ui/icons.tsx";

/** A page that can be gone to from everywhere. */
interface Place {
  readonly label: string;
  readonly icon: IconName;
  /** The key after `g` that leads there. */
  readonly key: string;
}

/**
 * The pages of the rail in its order: what needs a person, what there is, what happens to it, what keeps it running. The rail,
 * the palette, the breadcrumb and the keys `g …` follow from this list.
 */
export const PLACES = [
  { to: "/", label: "Home", icon: "home", key: "h" },
  { to: "/assets", label: "Assets", icon: "assets", key: "a" },
  { to: "/lineage", label: "Lineage", icon: "lineage", key: "l" },
  { to: "/runs", label: "Runs", icon: "runs", key: "r" },
  { to: "/backfills", label: "Backfills", icon: "backfills", key: "b" },
  { to: "/automation", label: "Automation", icon: "automation", key: "u" },
  { to: "/checks", label: "Checks", icon: "checks", key: "c" },
  { to: "/deployment", label: "Deployment", icon: "deployment", key: "d" },
] as const satisfies readonly (Place & { readonly to: string })[];

export type PlacePath = (typeof PLACES)[number]["to"];

/** The place whose address begins with a segment; `undefined` for a page that the rail does not lead to. */
export function placeOfSegment(segment: string): (typeof PLACES)[number] | undefined {
  return PLACES.find(({ to }) => to === `/${segment}`);
}
