/** What the picture can be coloured by; the status is what it is coloured by otherwise. */
export const OVERLAYS = ["status", "age", "duration", "owner", "group", "changed"] as const;
export type OverlayName = (typeof OVERLAYS)[number];
