import { HeddleError, isHeddleError, type PartitionSpace } from "@heddle/core";
import {
  createPartitionSpaces,
  formatNearest,
  PartitionSet,
  takingPart,
  type PartitionsSpec,
  type PlanTargets,
} from "@heddle/core/internal";
import type { IndexedAsset } from "./definitions-index.ts";
import type { PartitionSpaces } from "./partition-spaces.ts";
import type { PartitionsChoice } from "./plan-choice.ts";

/** Assets that are asked what a text says to them which says nothing to the first one. */
const MAX_ASKED = 100;

/** What partitions are chosen among. */
export interface ChoiceScope {
  /** The assets to make, in topological order. */
  readonly assets: readonly IndexedAsset[];
  /** Those of them that were chosen, as opposed to those that the cascade added. */
  readonly chosen: readonly IndexedAsset[];
  readonly spaces: PartitionSpaces;
}

/** Turns a choice of partitions into targets of a plan. @throws ASSET_UNKNOWN, PARTITION_UNKNOWN */
export function choosePartitions(choice: PartitionsChoice, scope: ChoiceScope): PlanTargets {
  const { spaces } = scope;
  const made = takingPart(scope.assets, ({ definition }) => definition);
  if (choice.kind === "all") {
    return { kind: "each", partitions: new Map(made.map((asset) => [asset.key, spaces.of(asset).all])) };
  }
  if (choice.kind === "each") {
    const byKey = new Map(made.map((asset) => [asset.key, asset]));
    const stated = Object.entries(choice.assets).map(([key, partitions]) => {
      const asset = byKey.get(key) ?? requireChosen(key, made);
      return [key, readPartitions(partitions, asset, spaces)] as const;
    });
    return { kind: "each", partitions: new Map(stated), cascade: "downstream" };
  }
  const root = findRoot(choice, scope, made);
  // Without any partitioned asset there is nothing to choose from.
  if (root === undefined) return { kind: "each", partitions: new Map() };
  return {
    kind: "root",
    asset: root.key,
    partitions: readOfRoot(root, choice, { spaces, made }),
    cascade: "downstream",
  };
}

/** A text that says nothing to the first asset, and something to another one, was meant for that. */
function readOfRoot(
  root: IndexedAsset,
  choice: RootChoice,
  { spaces, made }: Pick<ChoiceScope, "spaces"> & { readonly made: readonly IndexedAsset[] },
): PartitionSet {
  try {
    return chooseOf(root, choice, spaces);
  } catch (error) {
    if (choice.kind !== "text" || !isHeddleError(error, "PARTITION_UNKNOWN")) throw error;
    const understands = (asset: IndexedAsset): boolean =>
      asset.definition.partitions !== null && isUnderstood(choice.text, spaces.of(asset));
    const meant = made.slice(0, MAX_ASKED).find(understands);
    if (meant === undefined) throw error;
    throw new HeddleError("PARTITION_UNKNOWN", `of "${root.key}" ${error.message}`, {
      hint: `It can be read as partitions of "${meant.key}": choose them by that asset (--partitions ${JSON.stringify(`${meant.key}=${choice.text}`)}).`,
      details: { ...error.details, asset: root.key },
      cause: error,
    });
  }
}

function isUnderstood(text: string, space: PartitionSpace): boolean {
  try {
    return !space.parseRange(text).isEmpty;
  } catch (error) {
    if (isHeddleError(error, "PARTITION_UNKNOWN")) return false;
    throw error;
  }
}

/** What each asset takes of a choice that it reads by itself, whatever the others take. @throws PARTITION_UNKNOWN */
export function choosePartitionsOfEach(
  choice: PartitionsChoice,
  assets: readonly IndexedAsset[],
  spaces: PartitionSpaces,
): Map<string, PartitionSet> {
  return new Map(assets.map((asset) => [asset.key, chooseAlone(asset, choice, spaces)]));
}

function chooseAlone(asset: IndexedAsset, choice: PartitionsChoice, spaces: PartitionSpaces): PartitionSet {
  const { all } = spaces.of(asset);
  const { partitions } = asset.definition;
  if (choice.kind === "all" || partitions === null) return all;
  if (choice.kind === "each") return readPartitions(choice.assets[asset.key] ?? [], asset, spaces);
  if (choice.kind === "union") {
    return choice.of.reduce((sum, one) => sum.union(chooseAlone(asset, one, spaces)), PartitionSet.EMPTY);
  }
  return isByTime(choice) && !hasWindows(partitions) ? all : chooseOf(asset, choice, spaces);
}

/** A choice that is made of one asset. */
type RootChoice = Exclude<PartitionsChoice, { readonly kind: "all" | "each" }>;

/** The asset by whose definition a choice is read. */
function findRoot(
  choice: RootChoice,
  { chosen }: ChoiceScope,
  made: readonly IndexedAsset[],
): IndexedAsset | undefined {
  if ((choice.kind === "text" || choice.kind === "ranges") && choice.asset !== undefined) {
    return requireChosen(choice.asset, made);
  }
  const fits = isByTime(choice) ? hasWindows : (spec: PartitionsSpec | null) => spec !== null;
  const takesPart = new Set(made);
  const find = (assets: readonly IndexedAsset[]) =>
    assets.find((asset) => takesPart.has(asset) && fits(asset.definition.partitions));
  return find(chosen) ?? find(made);
}

function isByTime(choice: PartitionsChoice): boolean {
  if (choice.kind === "union") return choice.of.some(isByTime);
  return choice.kind === "latest" || choice.kind === "ended";
}

/** Whether a definition is by time, alone or in one of its dimensions. */
export function hasWindows(spec: PartitionsSpec | null): boolean {
  if (spec?.kind === "multi") return spec.dimensions.some(({ partitions }) => hasWindows(partitions));
  return spec?.kind === "time-window";
}

function chooseOf(root: IndexedAsset, choice: PartitionsChoice, spaces: PartitionSpaces): PartitionSet {
  const space = spaces.of(root);
  switch (choice.kind) {
    case "text":
      return readPartitions(choice.text, root, spaces);
    case "ranges":
      return readPartitions(choice.ranges, root, spaces);
    case "keys":
      return readKeys(choice.keys, root, space);
    case "latest":
      return space.all.isEmpty ? PartitionSet.EMPTY : space.parseRange(latestOf(root.definition.partitions));
    case "ended":
      return space.all.subtract(existingAt(root, choice.since, spaces));
    case "union":
      return choice.of.reduce((all, one) => all.union(chooseOf(root, one, spaces)), PartitionSet.EMPTY);
    default:
      return space.all;
  }
}

/** Keys that name combinations of several dimensions are read as they are. @throws PARTITION_UNKNOWN */
function readKeys(keys: readonly string[], asset: IndexedAsset, space: PartitionSpace): PartitionSet {
  const ordinals = keys.map((key) => {
    const ordinal = space.ordinalOf(key);
    if (ordinal !== null && space.all.has(ordinal)) return ordinal;
    throw new HeddleError(
      "PARTITION_UNKNOWN",
      `"${asset.key}" has no partition ${JSON.stringify(key.toWellFormed())}`,
      {
        hint: "A window exists when it is over, and a dynamic key when it was added.",
        details: { asset: asset.key, key: key.toWellFormed() },
      },
    );
  });
  return PartitionSet.of(ordinals);
}

/** The newest window, with everything of the other dimensions, in words. */
function latestOf(spec: PartitionsSpec | null): string {
  if (spec?.kind !== "multi") return "last 1";
  return spec.dimensions.map(({ partitions }) => (hasWindows(partitions) ? "last 1" : "all")).join("|");
}

function existingAt(asset: IndexedAsset, instant: number, spaces: PartitionSpaces): PartitionSet {
  return createPartitionSpaces(instant, spaces.dynamicKeys).spaceOf(asset.definition.partitions).all;
}

function readPartitions(stated: string | readonly number[], asset: IndexedAsset, spaces: PartitionSpaces) {
  return typeof stated === "string" ? spaces.of(asset).parseRange(stated) : PartitionSet.fromRanges(stated);
}

function requireChosen(key: string, made: readonly IndexedAsset[]): IndexedAsset {
  const asset = made.find((candidate) => candidate.key === key);
  if (asset !== undefined) return asset;
  const near = formatNearest(
    key,
    made.map((candidate) => candidate.key),
  );
  throw new HeddleError("ASSET_UNKNOWN", `"${key}", whose partitions were chosen, is not a chosen asset`, {
    hint: near ?? "Choose it, or state the partitions of an asset that is chosen.",
    details: { asset: key },
  });
}
