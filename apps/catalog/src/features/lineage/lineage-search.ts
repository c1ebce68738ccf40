import {
  choiceOrIntegerParam,
  choiceParam,
  integerParam,
  numberParam,
  type SearchParam,
  textParam,
  textsParam,
} from "../../search/search-param.ts";
import { searchSchema } from "../../search/search-schema.ts";
import { columnsParam } from "./columns/column-param.ts";
import { OVERLAYS } from "./overlay/overlay-names.ts";

const MIN_INSTANT = Date.UTC(2000, 0);
const MAX_INSTANT = Date.UTC(2100, 0);

/** How an overlay by a partition begins in the address. */
export const PARTITION_OVERLAY = "partition:";

function overlayParam(): SearchParam<string> {
  const choice = choiceParam(OVERLAYS);
  return {
    expects: `${OVERLAYS.join(", ")} or ${PARTITION_OVERLAY}KEY`,
    parse: (given) =>
      typeof given === "string" && given.startsWith(PARTITION_OVERLAY) && given.length <= 1_100
        ? given
        : choice.parse(given),
  };
}

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
  /** What the picture is coloured by; `partition:KEY` by how a partition of the asset in focus stands in the whole graph. */
  overlay: overlayParam(),
  /** The moment that is shown, in epoch milliseconds; now when left out. */
  at: integerParam(MIN_INSTANT, MAX_INSTANT),
  /** Version of the definitions that what is now is compared with. */
  base: integerParam(1, 2 ** 31 - 1),
  /** Key of an asset from which all paths are wanted; with a second one, to which. */
  path: textsParam(),
  /** `shown` lists the columns of the asset in focus; `ASSET:COLUMN` shows the path of one. */
  cols: columnsParam(),
  /** Draws schedules and sensors with the assets that they materialize. */
  rules: choiceParam(["shown"]),
  /** The slider over time. */
  time: choiceParam(["shown"]),
});
