import { canvasPalette } from "../../../theme/canvas-palette.ts";
import type { PaintTarget } from "../snapshot.ts";
import type { Frame } from "./frame.ts";
import { paintColumns } from "./paint-columns.ts";
import { paintBundles, paintFocusEdges, paintInnerEdges, paintTrunks } from "./paint-edges.ts";
import { paintGroupBoxes, paintGroupNames } from "./paint-groups.ts";
import { paintCells, paintNames } from "./paint-nodes.ts";
import { paintRules } from "./paint-rules.ts";

/** Fills a target with the colour of the canvas. */
export function clearTarget({ context, viewport, ratio }: PaintTarget): void {
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.fillStyle = canvasPalette().canvas;
  context.fillRect(0, 0, Math.ceil(viewport.width * ratio), Math.ceil(viewport.height * ratio));
}

/** Everything that is painted, from the bottom up. */
export function paintFrame(frame: Frame): void {
  // Under the boxes: what leads past a group must not seem to lead into it.
  paintTrunks(frame);
  paintGroupBoxes(frame);
  paintInnerEdges(frame);
  if (frame.level === "cells") paintCells(frame);
  if (frame.level === "names") paintNames(frame);
  paintFocusEdges(frame);
  paintBundles(frame);
  paintGroupNames(frame);
  paintColumns(frame);
  paintRules(frame);
}
