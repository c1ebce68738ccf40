import type { DimensionMappingSpec, MappingSpec } from "./mapping-spec.ts";
import type { Cadence, MultiPartitionsSpec, PartitionsSpec, TimeWindowPartitionsSpec } from "./partitions-spec.ts";
import type { WaitPolicy } from "./wait-policy.ts";
import type { MappingEnds } from "./resolved-mapping.ts";

type Ends = MappingEnds<PartitionsSpec | null>;

/** Most keys that a sentence names. */
const MAX_NAMED = 3;

const UNIT: { readonly [cadence in Cadence]: string } = {
  hourly: "hour",
  daily: "day",
  weekly: "week",
  monthly: "month",
  cron: "window",
};
/** Cadences whose windows lie each within one window of the key's cadence; the type `InferMultiplicity` has the same table. */
const NESTED: { readonly [cadence in Cadence]: readonly Cadence[] } = {
  hourly: [],
  daily: ["hourly"],
  weekly: ["hourly", "daily"],
  monthly: ["hourly", "daily"],
  cron: [],
};

/** Whether each window of the downstream's cadence lies in one of the upstream's. */
export function isNestedIn(downstream: Cadence, upstream: Cadence): boolean {
  return NESTED[upstream].includes(downstream);
}

/** Says which upstream partitions a downstream partition reads, as a sentence for people. */
export function describeMapping(mapping: MappingSpec, ends: Ends): string {
  switch (mapping.kind) {
    case "unpartitioned":
      return "The upstream has no partitions: its one value is read.";
    case "all":
      return ends.downstream === null
        ? "The downstream has no partitions: all partitions of the upstream are read."
        : "All partitions of the upstream are read.";
    case "first":
    case "last":
      return `The ${mapping.kind} partition of the upstream is read.`;
    case "specific":
      return `${listed(mapping.keys)} of the upstream ${mapping.keys.length === 1 ? "is" : "are"} read.`;
    case "static":
      return describeStatic(mapping.keys);
    case "custom": {
      const until = mapping.until === null ? "" : `, the last of them ${mapping.until}`;
      return `A function says which partitions are read; it was asked for ${Object.keys(mapping.keys).length}${until}.`;
    }
    case "identity":
      return describeIdentity(ends);
    case "time-window":
      return describeWindows(mapping, ends);
    case "multi":
      return describeDimensions(mapping.dimensions, ends);
  }
}

/** Says how many of the partitions that are read must be there, as a sentence for people. */
export function describeWait(wait: WaitPolicy): string {
  switch (wait.kind) {
    case "all":
      return "All of them must be there.";
    case "at-least":
      return `At least ${wait.count} of them must be there.`;
    case "at-most-missing":
      return wait.count === 0 ? "None of them may be missing." : `At most ${wait.count} of them may be missing.`;
  }
}

function listed(keys: readonly string[]): string {
  const named = keys.slice(0, MAX_NAMED).join(", ");
  if (keys.length === 0) return "None";
  return keys.length > MAX_NAMED ? `${named} and ${keys.length - MAX_NAMED} more` : named;
}

function describeStatic(keys: { readonly [downstreamKey: string]: readonly string[] }): string {
  const entries = Object.entries(keys);
  const named = entries
    .slice(0, MAX_NAMED)
    .map(([key, read]) => `${key} reads ${listed(read).replace("None", "none")}`);
  const more = entries.length > MAX_NAMED ? `; ${entries.length - MAX_NAMED} more are listed` : "";
  return entries.length === 0 ? "Nothing is read." : `${named.join("; ")}${more}. Keys that are not listed read none.`;
}

function describeIdentity({ upstream, downstream }: Ends): string {
  if (
    upstream?.kind === "time-window" &&
    downstream?.kind === "time-window" &&
    upstream.cadence === downstream.cadence
  ) {
    const unit = UNIT[downstream.cadence];
    return `Each ${unit} reads the same ${unit}.`;
  }
  if (upstream?.kind === "dynamic" && downstream?.kind === "dynamic" && upstream.name === downstream.name) {
    return `Each key of ${upstream.name} reads the partition with the same key.`;
  }
  return "Each key reads the partition with the same key.";
}

function describeWindows(
  mapping: MappingSpec & { readonly kind: "time-window" },
  { upstream, downstream }: Ends,
): string {
  const { startOffset, endOffset, allowNonexistent = false } = mapping;
  const rest = allowNonexistent ? " Those that do not exist are left out." : "";
  if (upstream?.kind !== "time-window" || downstream?.kind !== "time-window") {
    return `Each key reads ${around("key", mapping)}.${rest}`;
  }
  const [up, down] = [UNIT[upstream.cadence], UNIT[downstream.cadence]];
  if (startOffset !== 0 || endOffset !== 0) {
    const windows = around(down, mapping);
    const read = isSameUnit(upstream, downstream) ? windows : `the ${up}s that overlap ${windows}`;
    return `Each ${down} reads ${read}.${rest}`;
  }
  if (isNestedIn(downstream.cadence, upstream.cadence)) return `Each ${down} reads the ${up} that it lies in.${rest}`;
  return `Each ${down} reads the ${up}s that overlap it.${rest}`;
}

function isSameUnit(upstream: TimeWindowPartitionsSpec, downstream: TimeWindowPartitionsSpec): boolean {
  return (
    upstream.cadence === downstream.cadence &&
    upstream.cron === downstream.cron &&
    upstream.timeZone === downstream.timeZone
  );
}

/** `the day before it`, `itself and the 6 days before it`, `the days from 3 before it to 1 after it`. */
function around(
  unit: string,
  { startOffset, endOffset }: { readonly startOffset: number; readonly endOffset: number },
) {
  const side = (offset: number): string => (offset < 0 ? "before it" : "after it");
  const count = (offset: number): string =>
    Math.abs(offset) === 1 ? `the ${unit} ${side(offset)}` : `the ${Math.abs(offset)} ${unit}s ${side(offset)}`;
  const place = (offset: number): string => (offset === 0 ? "itself" : `${Math.abs(offset)} ${side(offset)}`);
  if (startOffset === endOffset) {
    if (startOffset === 0) return "itself";
    return Math.abs(startOffset) === 1 ? count(startOffset) : `the ${unit} ${place(startOffset)}`;
  }
  if (endOffset === 0) return `itself and ${count(startOffset)}`;
  if (startOffset === 0) return `itself and ${count(endOffset)}`;
  return `the ${unit}s from ${place(startOffset)} to ${place(endOffset)}`;
}

function describeDimensions(mapped: readonly DimensionMappingSpec[], { upstream, downstream }: Ends): string {
  const find = (spec: PartitionsSpec | null, name: string | null): PartitionsSpec | null =>
    spec?.kind === "multi" ? (spec.dimensions.find((dimension) => dimension.name === name)?.partitions ?? null) : spec;
  const rules = mapped.map(({ upstream: from, downstream: to, mapping }) => {
    const name = from === null || to === null || from === to ? (from ?? to) : `${from} (from ${to})`;
    const ends = { upstream: find(upstream, from), downstream: find(downstream, to) };
    return { from, text: `${name ?? ""}: ${describeMapping(mapping, ends)}` };
  });
  if (upstream?.kind !== "multi") return rules.map(({ text }) => text).join(" ");
  if (downstream?.kind !== "multi") {
    const hasRest = upstream.dimensions.length > rules.length;
    return [...rules.map(({ text }) => text), ...(hasRest ? ["All of the other dimensions is read."] : [])].join(" ");
  }
  return inOrder(upstream, rules).join(" ");
}

/** The rule of each upstream dimension, in their order. */
function inOrder(
  { dimensions }: MultiPartitionsSpec,
  rules: readonly { readonly from: string | null; readonly text: string }[],
): string[] {
  return dimensions.map(({ name }) => rules.find(({ from }) => from === name)?.text ?? `${name}: All of it is read.`);
}
