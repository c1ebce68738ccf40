import type { Tone } from "../../../status/status-look.ts";
import type { CanvasPalette } from "../../../theme/canvas-palette.ts";

/** Colour of a class of assets. */
export type OverlayColour =
  | { readonly kind: "category"; readonly index: number }
  | { readonly kind: "step"; readonly index: number }
  | { readonly kind: "tone"; readonly tone: Tone }
  /** Of those that there is nothing to say about. */
  | { readonly kind: "none" };

/** One colour of an overlay and what it means. */
export interface OverlayClass {
  readonly label: string;
  readonly colour: OverlayColour;
  readonly count: number;
}

/** What recolours the picture in place of the status; its geometry stays. */
export interface Overlay {
  readonly title: string;
  readonly classes: readonly OverlayClass[];
  /** Class of each node. */
  readonly classOf: Uint8Array;
  /** What a card says of a node. */
  textOf(node: number): string;
}

/** The colour as canvases take it. */
export function paintOf(colour: OverlayColour, palette: CanvasPalette): string {
  switch (colour.kind) {
    case "category":
      return palette.categories[colour.index] ?? palette.line;
    case "step":
      return palette.steps[colour.index] ?? palette.line;
    case "tone":
      return palette.fill[colour.tone];
    case "none":
      return palette.line;
  }
}

/** The colour as styles take it. */
export function styleOf(colour: OverlayColour): string {
  switch (colour.kind) {
    case "category":
      return `var(--category-${colour.index + 1})`;
    case "step":
      return `var(--step-${colour.index + 1})`;
    case "tone":
      return `var(--${colour.tone})`;
    case "none":
      return "var(--line-strong)";
  }
}

/** Counts the classes of nodes; classes that no node has are left out of a legend by their count of 0. */
export function makeOverlay(
  title: string,
  {
    labels,
    classOf,
    textOf,
  }: {
    readonly labels: readonly Omit<OverlayClass, "count">[];
    readonly classOf: Uint8Array;
    readonly textOf: (node: number) => string;
  },
): Overlay {
  const counts = new Int32Array(labels.length);
  for (const own of classOf) counts[own] = (counts[own] ?? 0) + 1;
  return { title, classOf, textOf, classes: labels.map((label, i) => ({ ...label, count: counts[i] ?? 0 })) };
}
