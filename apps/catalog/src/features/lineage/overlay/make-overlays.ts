import type { AssetChange, LineageDiff, LineageDurations, LineagePartitionView } from "@heddle/api";
import { formatCounted } from "../../../format/amounts.ts";
import { formatAgo, formatDuration } from "../../../format/durations.ts";
import { BY_URGENCY, codeOf, lookOfCode, PARTITION_LOOK } from "../../../status/status-look.ts";
import { CATEGORIES } from "../../../theme/canvas-palette.ts";
import type { Scene } from "../scene.ts";
import { makeOverlay, type Overlay, type OverlayClass } from "./overlay.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

type Label = Omit<OverlayClass, "count">;
const NOTHING: Label["colour"] = { kind: "none" };
const step = (label: string, index: number): Label => ({ label, colour: { kind: "step", index } });

/** By when assets were made last: the younger, the stronger. */
export function ageOverlay({ rows, statuses, index }: Scene, now: number): Overlay {
  const limits = [HOUR_MS, DAY_MS, 7 * DAY_MS, 30 * DAY_MS, Number.POSITIVE_INFINITY];
  const labels = [
    step("within the hour", 4),
    step("within a day", 3),
    step("within a week", 2),
    step("within a month", 1),
    step("older", 0),
    { label: "never", colour: NOTHING },
  ];
  const at = (node: number): number => statuses.lastMaterializedAt[rows[node] ?? 0] ?? Number.NaN;
  return makeOverlay("Age", {
    labels,
    classOf: classify(rows.length, (node) => {
      const age = now - at(node);
      return Number.isNaN(age) ? labels.length - 1 : limits.findIndex((limit) => age < limit);
    }),
    textOf: (node) => {
      if (index.external[rows[node] ?? 0] === 1) return "not by Heddle";
      return Number.isNaN(at(node)) ? "never made" : `made ${formatAgo(at(node), Math.max(now, at(node)))}`;
    },
  });
}

/** By how long a step takes: the longer, the stronger. */
export function durationOverlay({ rows, index }: Scene, { ids, stepMs }: LineageDurations): Overlay {
  const limits = [1_000, 10_000, MINUTE_MS, 10 * MINUTE_MS, Number.POSITIVE_INFINITY];
  const labels = [
    step("up to 1 s", 0),
    step("up to 10 s", 1),
    step("up to 1 m", 2),
    step("up to 10 m", 3),
    step("longer", 4),
    { label: "not known", colour: NOTHING },
  ];
  const byRow = new Map(ids.map((id, i) => [index.rowOfId(id), stepMs[i] ?? 0]));
  const durationOf = (node: number): number | undefined => byRow.get(rows[node] ?? 0);
  return makeOverlay("Duration of a step", {
    labels,
    classOf: classify(rows.length, (node) => {
      const ms = durationOf(node);
      return ms === undefined ? labels.length - 1 : limits.findIndex((limit) => ms <= limit);
    }),
    textOf: (node) => {
      const ms = durationOf(node);
      return ms === undefined ? "duration not known" : `${formatDuration(ms)} a step`;
    },
  });
}

/** By the first owner. */
export function ownerOverlay({ rows, index }: Scene): Overlay {
  const ownerOf = (node: number): string => index.owners[rows[node] ?? 0]?.[0] ?? "";
  return byName("Owner", { count: rows.length, nameOf: ownerOf, without: "without an owner" });
}

/** By the group as it was declared: boxes that were split share a colour. */
export function groupOverlay({ rows, index }: Scene): Overlay {
  const groupOf = (node: number): string => index.groupNameOf(rows[node] ?? 0);
  return byName("Group", { count: rows.length, nameOf: groupOf, without: "without a group" });
}

interface Names {
  readonly count: number;
  readonly nameOf: (node: number) => string;
  /** What those without a name are called. */
  readonly without: string;
}

/** A colour for each of the most frequent names, and one for all the others. */
function byName(title: string, { count, nameOf, without }: Names): Overlay {
  const frequency = new Map<string, number>();
  for (let node = 0; node < count; node++) frequency.set(nameOf(node), (frequency.get(nameOf(node)) ?? 0) + 1);
  frequency.delete("");
  const names = [...frequency].toSorted(([a, x], [b, y]) => y - x || (a < b ? -1 : 1)).map(([name]) => name);
  const shown = names.length > CATEGORIES ? names.slice(0, CATEGORIES - 1) : names;
  const labels: Label[] = shown.map((label, index) => ({ label, colour: { kind: "category", index } }));
  if (shown.length < names.length)
    labels.push({
      label: `${names.length - shown.length} others`,
      colour: { kind: "category", index: CATEGORIES - 1 },
    });
  const others = labels.length - 1;
  labels.push({ label: without, colour: NOTHING });
  const classOfName = new Map(names.map((name, i) => [name, Math.min(i, others)]));
  return makeOverlay(title, {
    labels,
    classOf: classify(count, (node) => classOfName.get(nameOf(node)) ?? labels.length - 1),
    textOf: (node) => nameOf(node) || without,
  });
}

const CHANGE_WORDS: Record<AssetChange, string> = {
  code: "code",
  dependencies: "dependencies",
  partitions: "partitions",
  checks: "checks",
  group: "group",
  description: "description",
  other: "settings",
};

/** By what became of assets since another version of the definitions. */
export function changedOverlay({ rows, index }: Scene, diff: LineageDiff): Overlay {
  const labels: Label[] = [
    { label: "added", colour: { kind: "tone", tone: "fresh" } },
    { label: "changed", colour: { kind: "tone", tone: "stale" } },
    { label: "removed", colour: { kind: "tone", tone: "failed" } },
    { label: "as it was", colour: NOTHING },
  ];
  const texts = new Map<string, readonly [number, string]>([
    ...diff.added.map((key) => [key, [0, "+ added"]] as const),
    ...diff.changed.map(
      ({ key, what }) => [key, [1, `~ ${what.map((aspect) => CHANGE_WORDS[aspect]).join(", ")}`]] as const,
    ),
    ...diff.removed.map(({ key }) => [key, [2, "− removed"]] as const),
  ]);
  const keyOf = (node: number): string => index.keys[rows[node] ?? 0] ?? "";
  return makeOverlay(`Changed since version ${diff.base.id}`, {
    labels,
    classOf: classify(rows.length, (node) => texts.get(keyOf(node))?.[0] ?? labels.length - 1),
    textOf: (node) => texts.get(keyOf(node))?.[1] ?? "as it was",
  });
}

/** By how the partitions stand that one partition leads to and comes from. */
export function partitionOverlay({ rows, index }: Scene, view: LineagePartitionView): Overlay {
  const labels: Label[] = [
    ...BY_URGENCY.map((status): Label => ({
      label: status,
      colour: { kind: "tone", tone: PARTITION_LOOK[status].tone },
    })),
    { label: "external", colour: { kind: "category", index: 7 } },
    { label: "not concerned", colour: NOTHING },
  ];
  const placeOfCode = new Map(BY_URGENCY.map((status, place) => [codeOf(status), place]));
  const reached = new Map(view.ids.map((id, i) => [index.rowOfId(id), i]));
  const placeOf = (node: number): number | undefined => reached.get(rows[node] ?? -1);
  return makeOverlay(view.partitionKey === "" ? "Partition" : `Partition ${view.partitionKey}`, {
    labels,
    classOf: classify(rows.length, (node) => {
      const i = placeOf(node);
      if (i === undefined) return labels.length - 1;
      return placeOfCode.get(view.codes[i] ?? -1) ?? labels.length - 2;
    }),
    textOf: (node) => {
      const i = placeOf(node);
      if (i === undefined) return "not concerned";
      const size = view.sizes[i] ?? 0;
      const text = view.texts[i] ?? "";
      const which = size === 1 || text === "" ? text : formatCounted(size, "partition");
      return `${lookOfCode(view.codes[i] ?? -1).word}${which === "" ? "" : ` · ${which}`}`;
    },
  });
}

function classify(count: number, classOf: (node: number) => number): Uint8Array {
  return Uint8Array.from({ length: count }, (_, node) => classOf(node));
}
