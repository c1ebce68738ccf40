import { HeddleError } from "../errors.ts";
import type { MappingSpec } from "./mapping-spec.ts";
import { dimensionOf } from "./partition-mapping.ts";
import type { PartitionsSpec, TimeWindowPartitionsSpec } from "./partitions-spec.ts";
import { resolvePartitions } from "./resolve-partitions.ts";
import { haveSameOrdinals, haveSameWindows } from "./same-ordinals.ts";
import { timelineOf } from "./timeline.ts";

/** Windows of a definition by time whose keys are looked up in another definition, from its start on. */
const COMPARED_WINDOWS = 1_000;

/**
 * Refuses identity mappings, also of single dimensions, between definitions that have no key in common: each of their
 * plans would be refused. What cannot be known yet, such as the keys of a dynamic definition, is let pass.
 * @throws MAPPING_INVALID
 */
export function requireCommonKeys(
  mapping: MappingSpec,
  upstream: PartitionsSpec | null,
  downstream: PartitionsSpec | null,
): void {
  if (mapping.kind === "multi") {
    for (const { upstream: from, downstream: to, mapping: own } of mapping.dimensions) {
      requireCommonKeys(own, dimensionOf(upstream, from) ?? null, dimensionOf(downstream, to) ?? null);
    }
    return;
  }
  if (mapping.kind !== "identity" || upstream === null || downstream === null) return;
  const why = findGap(upstream, downstream);
  if (why === null) return;
  throw new HeddleError("MAPPING_INVALID", `the identity mapping reads nothing: ${why}`, {
    hint: "Use timeWindowMapping(), staticMapping(), allPartitions() or another mapping, or the same definition on both sides.",
    details: { kind: mapping.kind },
  });
}

/** Why two definitions have no key in common; `null` when they have one, or when nobody can know yet. */
function findGap(upstream: PartitionsSpec, downstream: PartitionsSpec): string | null {
  if (upstream.kind === "time-window" && downstream.kind === "time-window") {
    if (haveSameOrdinals(upstream, downstream) || haveSameWindows(upstream, downstream)) {
      return findTimeGap(upstream, downstream);
    }
  } else if (haveSameOrdinals(upstream, downstream)) return null;
  if (upstream.kind === "multi" && downstream.kind === "multi") {
    const [up, down] = [upstream.dimensions, downstream.dimensions];
    if (up.length !== down.length) return `keys of ${up.length} dimensions are never keys of ${down.length}`;
    const isNamedAlike = up.every(({ name }) => down.some((other) => other.name === name));
    for (const [place, { name, partitions }] of down.entries()) {
      const other = isNamedAlike ? up.find((dimension) => dimension.name === name) : up[place];
      const gap = other === undefined ? null : findGap(other.partitions, partitions);
      if (gap !== null) return `in the dimension "${name}" ${gap}`;
    }
    return null;
  }
  if (mayGrow(upstream) || mayGrow(downstream)) return null;
  const [own, other] = [keysOf(downstream), keysOf(upstream)];
  // A list may still be empty.
  if (own?.length === 0 || other?.length === 0) return null;
  const isCommon = hasAnyOf(upstream, own ?? []) || hasAnyOf(downstream, other ?? []);
  if (isCommon) return null;
  const [one] = [...(own ?? []), ...(other ?? [])];
  const such = own === null || other === null ? "" : ` and ${JSON.stringify(other[0])}`;
  return `no key of the one is a key of the other, such as ${JSON.stringify(one)}${such}`;
}

/** Windows with the same bounds meet unless the one definition ends before the other begins. */
function findTimeGap(upstream: TimeWindowPartitionsSpec, downstream: TimeWindowPartitionsSpec): string | null {
  const [up, down] = [timelineOf(upstream), timelineOf(downstream)];
  if (up.end <= down.first) return "the upstream ends before the downstream begins";
  return down.end <= up.first ? "the downstream ends before the upstream begins" : null;
}

function mayGrow(spec: PartitionsSpec): boolean {
  return spec.kind === "dynamic" || (spec.kind === "multi" && spec.dimensions.some((each) => mayGrow(each.partitions)));
}

/** All keys of a list, the first windows of a definition by time; `null` of several dimensions, in which keys are looked up. */
function keysOf(spec: PartitionsSpec): readonly string[] | null {
  if (spec.kind === "static") return spec.keys;
  if (spec.kind !== "time-window") return null;
  const timeline = timelineOf(spec);
  const count = Math.min(COMPARED_WINDOWS, timeline.end - timeline.first);
  return Array.from({ length: count }, (_, index) => timeline.keyOf(timeline.first + index)).filter(
    (key) => key !== null,
  );
}

function hasAnyOf(spec: PartitionsSpec, keys: readonly string[]): boolean {
  // Which keys a definition can have does not depend on the instant.
  const { ordinalOf } = resolvePartitions(spec, { now: 0 });
  return keys.some((key) => ordinalOf(key) !== null);
}
