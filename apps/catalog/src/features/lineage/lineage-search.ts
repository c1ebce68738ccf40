import { choiceOrIntegerParam, choiceParam, numberParam, textParam, textsParam } from "../../search/search-param.ts";
import { searchSchema } from "../../search/search-schema.ts";

/** Deepest focus that can be asked for by number. */
export const MAX_DEPTH = 20;

/** What the address of the lineage page holds. */
export const lineageSearch = searchSchema({
  /** Only the assets of this selection. */
  sel: textParam(),
  /** Key of the asset in focus. */
  focus: textParam(1_024),
  /** Steps from the focus that stay lit; all when left out. */
  depth: choiceOrIntegerParam(["all"], { min: 1, max: MAX_DEPTH }),
  /** Centre of the view in the picture, and zoom in per cent. */
  x: numberParam(),
  y: numberParam(),
  z: numberParam(),
  /** Keys of assets that were picked with a frame. */
  pick: textsParam(),
  outline: choiceParam(["hidden"]),
});
