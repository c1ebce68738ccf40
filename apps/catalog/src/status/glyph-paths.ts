import type { Glyph } from "./status-look.ts";

/** A glyph on a grid of 12: paths to stroke with a line of 1.6, and paths to fill. */
export interface GlyphPath {
  readonly stroke: string;
  readonly fill: string;
}

/** Drawn here and not taken from a font: the same on every machine, in the page and on canvases. */
export const GLYPH_PATHS: Record<Glyph, GlyphPath> = {
  check: { stroke: "M2.2 6.4 4.9 9.1 9.9 3.3", fill: "" },
  half: { stroke: "M6 1.8a4.2 4.2 0 1 1 0 8.4a4.2 4.2 0 1 1 0-8.4", fill: "M6 1.8a4.2 4.2 0 0 0 0 8.4z" },
  cross: { stroke: "M2.8 2.8 9.2 9.2M9.2 2.8 2.8 9.2", fill: "" },
  play: { stroke: "", fill: "M3 1.9v8.2a.5.5 0 0 0 .77.42l6.3-4.1a.5.5 0 0 0 0-.84l-6.3-4.1A.5.5 0 0 0 3 1.9z" },
  dots: {
    stroke: "",
    fill: "M2.2 4.9a1.1 1.1 0 1 1 0 2.2a1.1 1.1 0 1 1 0-2.2M6 4.9a1.1 1.1 0 1 1 0 2.2a1.1 1.1 0 1 1 0-2.2M9.8 4.9a1.1 1.1 0 1 1 0 2.2a1.1 1.1 0 1 1 0-2.2",
  },
  ring: { stroke: "M6 2a4 4 0 1 1 0 8a4 4 0 1 1 0-8", fill: "" },
  slash: { stroke: "M6 1.8a4.2 4.2 0 1 1 0 8.4a4.2 4.2 0 1 1 0-8.4M3.1 8.9 8.9 3.1", fill: "" },
  triangle: { stroke: "M6 1.9 10.5 9.9h-9zM6 5.1v2.2M6 8.6v.1", fill: "" },
  diamond: { stroke: "M6 1.4 10.6 6 6 10.6 1.4 6z", fill: "" },
  pause: { stroke: "M4.2 2.6v6.8M7.8 2.6v6.8", fill: "" },
  retry: { stroke: "M9.9 6a3.9 3.9 0 1 1-1.2-2.8M9.9 1.4v2.4H7.5", fill: "" },
};
