import type { LayerOrder } from "./crossing-count.ts";
import { int, num } from "./typed-read.ts";

/**
 * Layers cut into columns: column `c` holds `vertex[start[c]] … vertex[start[c + 1] - 1]` from top to bottom, and layer `l`
 * has the columns `ofLayer[l] … ofLayer[l + 1] - 1` from left to right.
 */
export interface Columns {
  readonly ofLayer: Int32Array;
  readonly start: Int32Array;
  readonly vertex: Int32Array;
}

/** How layers are wrapped. Heights are of all vertices, lanes included; widths of boxes alone. */
export interface WrapOptions {
  readonly width: Float64Array;
  readonly height: Float64Array;
  readonly gap: number;
  readonly columnGap: number;
  readonly layerGap: number;
  /** Width over height that the whole aims at. */
  readonly aspect: number;
  /** A layer may always be as tall as this. */
  readonly minLayerHeight: number;
}

/** Into how many columns a layer may be cut. */
const MAX_COLUMNS = 12;

/** Columns are fitted to their neighbours and so end up taller than the sum of their boxes, by about this much. */
const SLACK = 1.15;

/**
 * Cuts tall layers into columns so that the whole comes as near as possible to the wanted aspect. Its vertices go, in their order, to the column that is
 * shortest so far: every column then spans the whole layer, and each vertex stays near the height that its order asks for.
 */
export function wrapLayers(order: LayerOrder, options: WrapOptions): Columns {
  const layers = order.start.length - 1;
  const ofLayer = new Int32Array(layers + 1);
  const start: number[] = [0];
  const vertex: number[] = [];
  const maxLayerHeight = chooseLayerHeight(measureLayers(order, options), options);
  for (let l = 0; l < layers; l++) {
    const members = order.vertex.subarray(int(order.start, l), int(order.start, l + 1));
    for (const column of cutLayer(members, options, maxLayerHeight)) {
      for (const v of column) vertex.push(v);
      start.push(vertex.length);
    }
    ofLayer[l + 1] = start.length - 1;
  }
  return { ofLayer, start: Int32Array.from(start), vertex: Int32Array.from(vertex) };
}

interface LayerSize {
  readonly height: number;
  readonly width: number;
}

/** Height of each layer in one column, and its width. */
function measureLayers(order: LayerOrder, { width, height, gap }: WrapOptions): LayerSize[] {
  const sizes: LayerSize[] = [];
  for (let l = 0; l + 1 < order.start.length; l++) {
    const members = order.vertex.subarray(int(order.start, l), int(order.start, l + 1));
    sizes.push({
      height: members.reduce((sum, v) => sum + num(height, v) + gap, -gap),
      width: members.reduce((widest, v) => Math.max(widest, v < width.length ? num(width, v) : 0), 0),
    });
  }
  return sizes;
}

/** Tries the heights at which some layer would be cut once more, and takes the one that meets the aspect best. */
function chooseLayerHeight(layers: readonly LayerSize[], options: WrapOptions): number {
  const tallest = layers.reduce((most, layer) => Math.max(most, layer.height), options.minLayerHeight);
  let best = tallest;
  let bestMiss = aspectMiss(layers, tallest, options);
  for (const layer of layers) {
    for (let cuts = 1; cuts <= MAX_COLUMNS && layer.height / cuts >= options.minLayerHeight; cuts++) {
      const miss = aspectMiss(layers, layer.height / cuts, options);
      if (miss < bestMiss) {
        bestMiss = miss;
        best = layer.height / cuts;
      }
    }
  }
  return best;
}

function aspectMiss(layers: readonly LayerSize[], maxLayerHeight: number, options: WrapOptions): number {
  let width = -options.layerGap;
  let height = 1;
  for (const layer of layers) {
    const columns = Math.max(1, Math.ceil(layer.height / maxLayerHeight));
    width += columns * (layer.width + options.columnGap) - options.columnGap + options.layerGap;
    height = Math.max(height, layer.height / columns);
  }
  return Math.abs(Math.log(Math.max(1, width) / (height * SLACK) / options.aspect));
}

function cutLayer(members: Int32Array, { height, gap }: WrapOptions, maxLayerHeight: number): Iterable<number>[] {
  let total = -gap;
  for (const v of members) total += num(height, v) + gap;
  const count = Math.min(members.length, Math.ceil(total / maxLayerHeight));
  if (count <= 1) return [members];
  const columns = Array.from({ length: count }, (): { height: number; members: number[] } => ({
    height: 0,
    members: [],
  }));
  for (const v of members) {
    const shortest = columns.reduce((best, column) => (column.height < best.height ? column : best));
    shortest.members.push(v);
    shortest.height += num(height, v) + gap;
  }
  return columns.map((column) => column.members);
}
