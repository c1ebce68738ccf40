/** Sizes and distances of a layout in pixels at 100 %, and how hard it works. */
export interface LayoutOptions {
  readonly nodeWidth: number;
  readonly nodeHeight: number;
  /** Between the layers inside a group. */
  readonly layerGap: number;
  /** Between nodes of one layer. */
  readonly nodeGap: number;
  /** Inside a group's box, on all sides. */
  readonly groupPadding: number;
  /** Room for a group's name above its nodes. */
  readonly groupHeader: number;
  /** Between the layers of groups. */
  readonly groupLayerGap: number;
  /** Between groups of one layer. */
  readonly groupGap: number;
  /** Width over height that the whole picture aims at. */
  readonly aspect: number;
  /** Width over height that one group aims at. */
  readonly groupAspect: number;
  /** A group with more nodes is split by the second segment of its nodes' names. */
  readonly maxGroupSize: number;
  /** More edges than this from one layer into one node meet in a bundle. */
  readonly bundleThreshold: number;
  /** Sweeps of the crossing reduction. */
  readonly sweeps: number;
}

/** What `layoutGraph` uses unless told otherwise. */
export const DEFAULT_LAYOUT_OPTIONS: LayoutOptions = {
  nodeWidth: 224,
  nodeHeight: 64,
  layerGap: 72,
  nodeGap: 16,
  groupPadding: 20,
  groupHeader: 40,
  groupLayerGap: 144,
  groupGap: 48,
  aspect: 1.9,
  groupAspect: 1.7,
  maxGroupSize: 400,
  bundleThreshold: 12,
  sweeps: 8,
};
