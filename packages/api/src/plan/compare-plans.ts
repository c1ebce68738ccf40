import { canonicalJson, PartitionSet, partitionScheme, type RunPlan, type RunPlanAsset } from "@heddle/core/internal";
import type { PartitionSpaces } from "@heddle/engine/planning";
import type { AssetRef, PlanChange } from "../contract.ts";
import { describeSpecChange } from "./describe-spec-change.ts";
import { describeWait } from "./describe-wait.ts";
import { RangeBudget, SHOWN_RANGES } from "./plan-limits.ts";

/** What differences are told with. */
export interface CompareNames {
  readonly refOf: (key: string) => AssetRef;
  readonly spaces: PartitionSpaces;
}

/** Says how a plan differs from the one that was confirmed: which partitions, and what else. Empty when they do the same. */
export function comparePlans(confirmed: RunPlan, current: RunPlan, names: CompareNames): PlanChange[] {
  const old = new Map(confirmed.assets.map((asset) => [asset.key, asset]));
  const now = new Map(current.assets.map((asset) => [asset.key, asset]));
  const keys = [...new Set([...old.keys(), ...now.keys()])];
  const budget = new RangeBudget();
  const order =
    confirmed.order === current.order ? [] : [`the ${current.order} partitions first, not the ${confirmed.order}`];
  return [
    ...order.map((text) => ({ asset: null, added: [], removed: [], text })),
    ...keys.flatMap((key) => compareAssets(old.get(key), now.get(key), { asset: names.refOf(key), names, budget })),
  ];
}

interface Place {
  readonly asset: AssetRef;
  readonly names: CompareNames;
  readonly budget: RangeBudget;
}

function compareAssets(old: RunPlanAsset | undefined, now: RunPlanAsset | undefined, place: Place): PlanChange[] {
  const { asset } = place;
  const changes = comparePartitions(old, now, place);
  const texts = old === undefined || now === undefined ? [] : [...describeDifferences(old, now, changes.length > 0)];
  return [...changes, ...texts.map((text) => ({ asset, added: [], removed: [], text }))];
}

function comparePartitions(
  old: RunPlanAsset | undefined,
  now: RunPlanAsset | undefined,
  { asset, names: { spaces }, budget }: Place,
): PlanChange[] {
  // Ordinals of definitions that number differently say nothing about each other.
  const isComparable =
    old === undefined ||
    now === undefined ||
    partitionScheme(old.partitionsSpec) === partitionScheme(now.partitionsSpec);
  if (!isComparable) return [];
  const before = PartitionSet.fromRanges(old?.partitions ?? []);
  const after = PartitionSet.fromRanges(now?.partitions ?? []);
  const [added, removed] = [after.subtract(before), before.subtract(after)];
  if (added.isEmpty && removed.isEmpty) return [];
  const space = spaces.resolve((now ?? old)?.partitionsSpec ?? null);
  const formerly = spaces.resolve((old ?? now)?.partitionsSpec ?? null);
  const parts = [
    ...(added.isEmpty ? [] : [`added ${space.format(added, SHOWN_RANGES)}`]),
    ...(removed.isEmpty ? [] : [`removed ${formerly.format(removed, SHOWN_RANGES)}`]),
  ];
  return [
    {
      asset,
      added: budget.cut(added.ranges),
      removed: budget.cut(removed.ranges),
      text: parts.join(", "),
    },
  ];
}

/** What is different about an asset besides its partitions. */
function* describeDifferences(old: RunPlanAsset, now: RunPlanAsset, hasOthers: boolean): Iterable<string> {
  if (old.codeVersion !== now.codeVersion) yield "its code changed";
  if (differ(old.partitionsSpec, now.partitionsSpec)) {
    yield `its partitions changed: ${describeSpecChange(old.partitionsSpec, now.partitionsSpec)}`;
  }
  yield* describeReads(old, now);
  if (differ(old.config ?? null, now.config ?? null)) {
    yield now.config === undefined
      ? "it gets no config"
      : old.config === undefined
        ? "it gets config"
        : "its config changed";
  }
  if (old.chunk !== now.chunk) yield `${describeChunk(now.chunk)}, not ${describeChunk(old.chunk)}`;
  if (old.reuse !== now.reuse)
    yield now.reuse === true ? "what is up to date is skipped" : "what is up to date is made again";
  if (differ(old.retry, now.retry)) yield "it is retried otherwise";
  // Where partitions were added or removed, this follows from it.
  if (!hasOthers && old.overwrites !== now.overwrites) {
    yield `${now.overwrites.toLocaleString("en")} materializations will be replaced, not ${old.overwrites.toLocaleString("en")}`;
  }
}

function* describeReads(old: RunPlanAsset, now: RunPlanAsset): Iterable<string> {
  const read = new Map(old.deps.map((dep) => [dep.upstream, dep]));
  for (const dep of now.deps) {
    const before = read.get(dep.upstream);
    read.delete(dep.upstream);
    if (before === undefined) yield `it reads ${dep.upstream} now`;
    else {
      if (differ(before.mapping, dep.mapping)) yield `it reads other partitions of ${dep.upstream}`;
      if (differ(before.wait ?? null, dep.wait ?? null)) {
        yield `of ${dep.upstream} it waits for ${describeWait(dep.wait)}, not for ${describeWait(before.wait)}`;
      }
      if (before.inRun !== dep.inRun) {
        yield dep.inRun ? `it waits for ${dep.upstream}, which is made too` : `${dep.upstream} is not made any more`;
      }
    }
  }
  for (const upstream of read.keys()) yield `it does not read ${upstream} any more`;
}

function describeChunk(chunk: RunPlanAsset["chunk"]): string {
  if (chunk === null) return "one step for each partition";
  return chunk === "range" ? "one step for all partitions" : `${chunk.toLocaleString("en")} partitions a step`;
}

function differ(a: unknown, b: unknown): boolean {
  return canonicalJson(a) !== canonicalJson(b);
}
