import { canonicalJson } from "../run/hash-plan.ts";
import type { ConditionSpec } from "./condition-spec.ts";
import { eager } from "./presets.ts";
import { mapParts } from "./rewrite-condition.ts";

/** The cause of `eager()`, as {@link bareText} writes it. */
let eagerCause: string | undefined;
const known = new WeakMap<ConditionSpec, boolean>();

/**
 * Whether a condition holds only where a partition is missing, or where something that it reads has other data or is about
 * to be made again: as `eager()` does, whatever narrows it further. A partition that then turns out to be up to date,
 * because what it reads came out the same, need not be made.
 */
export function followsData(spec: ConditionSpec): boolean {
  const remembered = known.get(spec);
  if (remembered !== undefined) return remembered;
  const found = judge(spec);
  known.set(spec, found);
  return found;
}

function judge(spec: ConditionSpec): boolean {
  if (spec.kind === "and") return spec.of.some(followsData);
  if (spec.kind === "or") return spec.of.every(followsData);
  eagerCause ??= causeOfEager();
  return bareText(spec) === eagerCause;
}

function causeOfEager(): string | undefined {
  const { spec } = eager();
  const cause = spec.kind === "and" ? spec.of.find(({ label }) => label === "cause") : undefined;
  return cause === undefined ? undefined : bareText(cause);
}

/** Without labels, and whichever dependencies are looked at. */
function bareText(spec: ConditionSpec): string {
  return canonicalJson(bare(spec));
}

function bare(spec: ConditionSpec): ConditionSpec {
  const { label: _, ...rest } = mapParts(spec, bare);
  if (rest.kind !== "any-deps" && rest.kind !== "all-deps") return rest;
  const { allow: _allow, ignore: _ignore, ...all } = rest;
  return all;
}
