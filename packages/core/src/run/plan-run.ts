import { HeddleError } from "../errors.ts";
import { getOrAdd } from "../get-or-add.ts";
import { formatNearest } from "../nearest.ts";
import { PartitionSet } from "../partitions/partition-set.ts";
import type { AssetSnapshot } from "../snapshot.ts";
import { freezeKeys } from "./frozen-keys.ts";
import { takingPart } from "./taking-part.ts";
import { createPartitionSpaces } from "./partition-spaces.ts";
import { choosePlanned, splitByState } from "./plan-choice.ts";
import { checkConfig, type FindConfigProblem, type PlanConfig } from "./plan-config.ts";
import { findTargets, mappingOf, type PlanTargets, type TargetContext, type TargetSets } from "./plan-targets.ts";
import { leaveOutUnreadable } from "./plan-unreadable.ts";
import { addMissingUpstream } from "./plan-upstream.ts";
import {
  alreadyRunning,
  externalAsset,
  findWarnings,
  notReached,
  unreadableLeftOut,
  type PlanAssetState,
} from "./plan-warnings.ts";
import type {
  DynamicKeys,
  PlanOrder,
  PlanPredicate,
  PlanReuse,
  PlanWarning,
  RunPlan,
  RunPlanAsset,
} from "./run-plan.ts";

/** Most partitions, of all its assets together, that one run makes. */
export const MAX_PLAN_PARTITIONS = 5_000_000;

/** What a plan is made from. */
export interface PlanRunInput {
  /** Everything that is declared, upstream assets first, as in a `DefinitionsSnapshot`. */
  readonly assets: readonly AssetSnapshot[];
  /** Keys of the assets to make, in any order. External ones are left out with a warning. */
  readonly selected: readonly string[];
  readonly targets: PlanTargets;
  /**
   * Of the targeted partitions, those in one of these states; `stale` includes those that the plan itself makes stale,
   * because it makes again what they read. @default all of them
   */
  readonly only?: readonly PlanPredicate[];
  /** Adds upstream partitions that are needed and not there, and what those need in turn. @default false */
  readonly addMissingUpstream?: boolean;
  /** Adds the later partitions of an asset that reads itself which read what is made. @default false */
  readonly addOwnReaders?: boolean;
  /** Leaves out what cannot be made because it reads partitions that do not exist. @default false: an error */
  readonly leaveOutUnreadable?: boolean;
  /** Keys of assets of which a newer value is wanted, though another run makes it: what reads them waits. @default none */
  readonly awaitNewer?: ReadonlySet<string>;
  /** Leaves out what steps of runs that are not over hold already. @default false */
  readonly leaveOutRunning?: boolean;
  /** @default "oldest" */
  readonly order?: PlanOrder;
  /** How many partitions one call makes, for assets whose function makes several. @default as they declare it */
  readonly chunk?: number | "range";
  /** Which assets skip what is up to date. @default "declared" */
  readonly reuse?: PlanReuse;
  /** Keys of assets that skip what is up to date besides those that declare it. @default none */
  readonly reusing?: ReadonlySet<string>;
  /** @default none */
  readonly config?: PlanConfig;
  /** Looks at stated config. @default not looked at */
  readonly findConfigProblem?: FindConfigProblem;
  /** Epoch milliseconds at which partitions are resolved. */
  readonly at: number;
  /** @default none */
  readonly dynamicKeys?: DynamicKeys;
  /** The state of an asset's partitions in the environment of the run. */
  readonly stateOf: (key: string) => PlanAssetState;
}

/** A plan, and how it meets the runs that are not over. */
export interface PlannedRun {
  readonly plan: RunPlan;
  /** Partitions that were asked for and that other runs hold, by asset key; left out or not. */
  readonly doubled: ReadonlyMap<string, PartitionSet>;
  /**
   * Partitions that other runs are making and that the plan reads without making them itself, because it leaves them out,
   * because a newer value is wanted, or because they were never materialized, by asset key: the run has to wait for those runs.
   */
  readonly awaited: ReadonlyMap<string, PartitionSet>;
  /** What `awaited` is made of: by key of the asset that reads, and then by key of what it reads. */
  readonly elsewhere: ReadonlyMap<string, ReadonlyMap<string, MadeElsewhere>>;
  /** Of what else than the selected assets a newer value is waited for. */
  readonly awaitNewer: ReadonlySet<string>;
}

/** Partitions that an asset of a plan reads, that other runs are making, and that the plan does not make. */
export interface MadeElsewhere {
  readonly held: PartitionSet;
  /** Those of them that were never materialized. */
  readonly missing: PartitionSet;
}

/**
 * Says exactly what a run will do. Pure: the same input gives the same plan. Cost is by the number of assets,
 * dependencies and ranges, and not by the number of partitions.
 *
 * @throws ASSET_UNKNOWN, PLAN_PARTITIONS_MISSING, PLAN_PARTITIONS_UNKNOWN, PLAN_TOO_LARGE, PLAN_CONFIG_INVALID,
 *   PLAN_CHUNK_UNUSED
 */
export function planRun(input: PlanRunInput): RunPlan {
  return planAmongRuns(input).plan;
}

/** As {@link planRun}, with what the plan has in common with runs that are not over. */
export function planAmongRuns(input: PlanRunInput): PlannedRun {
  const { stateOf } = input;
  const byKey = new Map(input.assets.map((asset) => [asset.key, asset]));
  const wanted = new Set(input.selected);
  for (const key of wanted) if (!byKey.has(key)) throw assetUnknown(key, byKey.keys());
  const chosen = input.assets.filter((asset) => wanted.has(asset.key));
  const selected = takingPart(chosen, (asset) => asset);
  const spaces = createPartitionSpaces(input.at, input.dynamicKeys ?? {});
  const { addOwnReaders } = input;
  const context: TargetContext = { assets: byKey, selected, spaces, addOwnReaders };
  const reached = findTargets(context, input.targets);
  const { targets, doubled, leftOut } = settleTargets(context, reached, input);
  checkSize(targets);
  const elsewhere = findElsewhere(context, targets, input);
  const { awaitNewer = NO_KEYS } = input;
  const awaited = awaitedBy(elsewhere, new Set([...selected.map(({ key }) => key), ...awaitNewer]));
  const planned = input.assets.filter((asset) => targets.has(asset.key));
  checkChunk(planned, input.chunk);
  const assets = planned.map((asset) => planAsset(asset, targets, input));
  const known = { targets, stateOf, doubled, awaited };
  return {
    plan: {
      protocol: 1,
      at: input.at,
      order: input.order ?? "oldest",
      assets,
      warnings: [
        ...checkConfig({ planned, selected }, input.config ?? {}, input.findConfigProblem),
        ...warnPerAsset(context, doubled, (scope, asset, set) =>
          alreadyRunning(scope, asset, { doubled: set, isLeftOut: input.leaveOutRunning === true }),
        ),
        ...planned.flatMap((asset) => findWarnings(context, asset, known)),
        ...warnPerAsset(context, leftOut, unreadableLeftOut),
        ...findNotPlanned(input.targets, { chosen, selected }, reached),
      ],
      total: [...targets.values()].reduce((sum, { size }) => sum + size, 0),
      dynamicKeys: freezeKeys(context, targets, input.dynamicKeys ?? {}),
    },
    doubled,
    awaited,
    elsewhere,
    awaitNewer,
  };
}

const NO_KEYS: ReadonlySet<string> = new Set();

interface SettledTargets {
  readonly targets: TargetSets;
  readonly doubled: TargetSets;
  readonly leftOut: TargetSets;
}

/** From what was asked for to what is made. */
function settleTargets(context: TargetContext, reached: TargetSets, input: PlanRunInput): SettledTargets {
  const { stateOf, only } = input;
  const materializedOf = (key: string) => stateOf(key).materialized;
  const everything = { only, stateOf, leftOutOf: () => PartitionSet.EMPTY };
  const asked = choosePlanned(context, reached, everything);
  const doubled = intersectEach(asked, (key) => stateOf(key).running);
  const runningOf = (key: string) => (input.leaveOutRunning === true ? stateOf(key).running : PartitionSet.EMPTY);
  let targets = subtractEach(asked, runningOf);
  const leftOut: TargetSets = new Map();
  const readable = (): void => {
    if (input.leaveOutUnreadable !== true) return;
    const left = leaveOutUnreadable(context, targets, materializedOf);
    targets = left.targets;
    for (const [key, set] of left.leftOut) leftOut.set(key, set.union(leftOut.get(key) ?? PartitionSet.EMPTY));
  };
  readable();
  if (input.addMissingUpstream === true) {
    targets = addMissingUpstream(context, targets, (key) => materializedOf(key).union(stateOf(key).running));
    readable();
  }
  return { targets, doubled, leftOut };
}

/** See {@link PlannedRun.elsewhere}. */
function findElsewhere(
  context: TargetContext,
  targets: TargetSets,
  { stateOf }: PlanRunInput,
): PlannedRun["elsewhere"] {
  const found = new Map<string, Map<string, MadeElsewhere>>();
  for (const asset of context.assets.values()) {
    const own = targets.get(asset.key);
    if (own === undefined) continue;
    for (const dep of asset.deps) {
      const { running, materialized } = stateOf(dep.upstream);
      if (running.isEmpty) continue;
      const read = mappingOf(context, asset, dep)?.upstreamOf(own).partitions ?? PartitionSet.EMPTY;
      const held = read.intersect(running).subtract(targets.get(dep.upstream) ?? PartitionSet.EMPTY);
      if (held.isEmpty) continue;
      const byUpstream = getOrAdd(found, asset.key, () => new Map<string, MadeElsewhere>());
      const all = held.union(byUpstream.get(dep.upstream)?.held ?? PartitionSet.EMPTY);
      byUpstream.set(dep.upstream, { held: all, missing: all.subtract(materialized) });
    }
  }
  return found;
}

/** See {@link PlannedRun.awaited}. @param selected keys of the assets that somebody asked for */
export function awaitedBy(elsewhere: PlannedRun["elsewhere"], selected: ReadonlySet<string>): TargetSets {
  const awaited: TargetSets = new Map();
  for (const byUpstream of elsewhere.values()) {
    for (const [upstream, { held, missing }] of byUpstream) {
      // An older value would do where nobody asked for a newer one.
      const needed = selected.has(upstream) ? held : missing;
      if (!needed.isEmpty) awaited.set(upstream, needed.union(awaited.get(upstream) ?? PartitionSet.EMPTY));
    }
  }
  return awaited;
}

function planAsset(
  asset: AssetSnapshot,
  targets: TargetSets,
  { stateOf, chunk, config, reuse = "declared", reusing }: PlanRunInput,
): RunPlanAsset {
  const partitions = targets.get(asset.key) ?? PartitionSet.EMPTY;
  const state = stateOf(asset.key);
  const { missing, failed, stale, fresh } = splitByState(partitions, state);
  const declared = asset.chunk ?? null;
  const stated = config !== undefined && Object.hasOwn(config, asset.key) ? config[asset.key] : undefined;
  return {
    key: asset.key,
    partitions: partitions.ranges,
    partitionsSpec: asset.partitions,
    deps: asset.deps.map(({ upstream, mapping, wait }) => ({
      upstream,
      mapping,
      inRun: targets.has(upstream),
      ...(wait !== undefined && { wait }),
    })),
    retry: asset.retry,
    codeVersion: asset.codeVersion,
    chunk: declared === null ? null : (chunk ?? declared),
    ...(asset.pools !== undefined && { pools: asset.pools }),
    ...((reuse === "declared" ? isSkipping(asset) || reusing?.has(asset.key) === true : reuse === "fresh") && {
      reuse: true,
    }),
    ...(stated !== undefined && { config: stated }),
    counts: { missing: missing.size, failed: failed.size, stale: stale.size, fresh: fresh.size },
    // What other runs hold counts as made: it will be by the time that this plan's run begins, and a plan that waits for
    // them stays the same plan while they go on.
    overwrites: partitions.intersect(state.materialized.union(state.running)).size,
  };
}

/** An observation that finds the data that were there is no news, unless somebody wants it recorded. */
function isSkipping({ cache, observed }: AssetSnapshot): boolean {
  return cache === true || observed === true;
}

function findNotPlanned(
  targets: PlanTargets,
  { chosen, selected }: { readonly chosen: readonly AssetSnapshot[]; readonly selected: readonly AssetSnapshot[] },
  reached: TargetSets,
): PlanWarning[] {
  const takesPart = new Set(selected);
  return chosen.flatMap((asset) => {
    if (!takesPart.has(asset)) return [externalAsset(asset)];
    return targets.cascade === "downstream" && !reached.has(asset.key) ? [notReached(asset)] : [];
  });
}

function warnPerAsset(
  context: TargetContext,
  sets: TargetSets,
  warn: (context: TargetContext, asset: AssetSnapshot, set: PartitionSet) => PlanWarning,
): PlanWarning[] {
  return [...sets].flatMap(([key, set]) => {
    const asset = context.assets.get(key);
    return asset === undefined ? [] : [warn(context, asset, set)];
  });
}

function subtractEach(sets: TargetSets, otherOf: (key: string) => PartitionSet): TargetSets {
  return keepFilled([...sets].map(([key, set]) => [key, set.subtract(otherOf(key))]));
}

function intersectEach(sets: TargetSets, otherOf: (key: string) => PartitionSet): TargetSets {
  return keepFilled([...sets].map(([key, set]) => [key, set.intersect(otherOf(key))]));
}

function keepFilled(sets: readonly (readonly [string, PartitionSet])[]): TargetSets {
  return new Map(sets.filter(([, set]) => !set.isEmpty));
}

/** Before anything is made of the sets: they are ranges, so that even the largest one has cost nothing so far. */
function checkSize(targets: TargetSets): void {
  const total = [...targets.values()].reduce((sum, { size }) => sum + size, 0);
  if (total <= MAX_PLAN_PARTITIONS) return;
  const [most, limit] = [total, MAX_PLAN_PARTITIONS].map((count) => count.toLocaleString("en"));
  throw new HeddleError("PLAN_TOO_LARGE", `${most} partitions were asked for, and one run makes ${limit} at most`, {
    hint: "Choose fewer partitions, and launch the rest as runs of their own.",
    details: { total, limit: MAX_PLAN_PARTITIONS },
  });
}

function checkChunk(planned: readonly AssetSnapshot[], chunk: number | "range" | undefined): void {
  if (chunk === undefined || planned.length === 0 || planned.some((asset) => (asset.chunk ?? null) !== null)) return;
  throw new HeddleError(
    "PLAN_CHUNK_UNUSED",
    `chunks of ${chunk === "range" ? "whole ranges" : chunk} were asked for, and no asset of the plan makes several partitions at a time`,
    { hint: "Leave the size out, or declare `chunk` on an asset whose function makes several partitions." },
  );
}

function assetUnknown(key: string, known: Iterable<string>): HeddleError {
  const hint = formatNearest(key, known) ?? "Look at the list of assets in the catalog.";
  return new HeddleError("ASSET_UNKNOWN", `there is no asset "${key}"`, { hint, details: { asset: key } });
}
