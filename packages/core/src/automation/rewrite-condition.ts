import { canonicalJson } from "../run/hash-plan.ts";
import type { ConditionSpec } from "./condition-spec.ts";

/** A rewritten condition; `problem` says why nothing, or not everything, could be rewritten. */
export interface Rewritten {
  readonly spec: ConditionSpec;
  readonly problem: string | null;
}

/** Which part is meant: by its label, or a condition of the same shape, whatever either is called. */
export type PartName = string | ConditionSpec;

/** Joins conditions; those without a name that are joined in the same way become part of the whole. */
export function flatten(kind: "and" | "or", specs: readonly ConditionSpec[]): ConditionSpec {
  const of = specs.flatMap((spec) => (spec.kind === kind && spec.label === undefined ? spec.of : [spec]));
  const [only] = of;
  return only !== undefined && of.length === 1 ? only : { kind, of };
}

/** Puts `by` wherever the part stands. */
export function replacePart(spec: ConditionSpec, part: PartName, by: ConditionSpec): Rewritten {
  let count = 0;
  const matches = matcherOf(part);
  const rewrite = (each: ConditionSpec): ConditionSpec => {
    if (!matches(each)) return mapParts(each, rewrite);
    count += 1;
    return by;
  };
  const replaced = rewrite(spec);
  return { spec: replaced, problem: count > 0 ? null : notFound("replace", part, spec) };
}

/** Leaves the part out of whatever `and`, `or` or `not` holds it. */
export function removePart(spec: ConditionSpec, part: PartName): Rewritten {
  const matches = matcherOf(part);
  let count = 0;
  const stuck: string[] = [];
  const remove = (each: ConditionSpec): ConditionSpec | null => {
    if (matches(each)) {
      count += 1;
      return null;
    }
    if (each.kind === "and" || each.kind === "or") {
      const of = each.of.flatMap((one) => remove(one) ?? []);
      if (of.length === 0) return null;
      const [only] = of;
      // One operand of an `and` is the same as the `and`: nobody has to rewrite the rest of the condition.
      return of.length === 1 && only !== undefined && each.label === undefined ? only : { ...each, of };
    }
    if (each.kind === "not") {
      const of = remove(each.of);
      return of === null ? null : { ...each, of };
    }
    return mapParts(each, (one) => {
      const left = remove(one);
      if (left === null) stuck.push(each.kind);
      return left ?? one;
    });
  };
  const left = remove(spec);
  if (count === 0) return { spec, problem: notFound("without", part, spec) };
  if (left === null) return { spec, problem: `without(${nameOf(part)}) leaves nothing of the condition` };
  const [first] = stuck;
  return {
    spec: left,
    problem: first === undefined ? null : `without(${nameOf(part)}) leaves nothing for its ${first}`,
  };
}

/** Narrows every look at dependencies by a selection. */
export function chooseDependencies(spec: ConditionSpec, choice: "allow" | "ignore", selection: string): Rewritten {
  let count = 0;
  const rewrite = (each: ConditionSpec): ConditionSpec => {
    const inner = mapParts(each, rewrite);
    if (inner.kind !== "any-deps" && inner.kind !== "all-deps") return inner;
    count += 1;
    const joint = choice === "allow" ? "and" : "or";
    const before = inner[choice];
    return { ...inner, [choice]: before === undefined ? selection : `(${before}) ${joint} (${selection})` };
  };
  const chosen = rewrite(spec);
  const problem =
    count > 0 ? null : `${choice}(${JSON.stringify(selection)}) on a condition that looks at no dependency`;
  return { spec: chosen, problem };
}

/** The condition with each part directly within it rewritten. */
export function mapParts(spec: ConditionSpec, rewrite: (part: ConditionSpec) => ConditionSpec): ConditionSpec {
  switch (spec.kind) {
    case "and":
    case "or":
      return { ...spec, of: spec.of.map(rewrite) };
    case "not":
    case "newly-true":
    case "any-deps":
    case "all-deps":
    case "asset-matches":
      return { ...spec, of: rewrite(spec.of) };
    case "since":
      return { ...spec, trigger: rewrite(spec.trigger), reset: rewrite(spec.reset) };
    default:
      return spec;
  }
}

/** The condition without any names: what it asks. */
export function stripLabels(spec: ConditionSpec): ConditionSpec {
  const { label: _, ...asked } = spec;
  return mapParts(asked, stripLabels);
}

function matcherOf(part: PartName): (spec: ConditionSpec) => boolean {
  if (typeof part === "string") return (spec) => spec.label === part;
  const wanted = canonicalJson(stripLabels(part));
  return (spec) => spec.kind === part.kind && canonicalJson(stripLabels(spec)) === wanted;
}

function nameOf(part: PartName): string {
  return typeof part === "string" ? JSON.stringify(part) : part.kind;
}

function notFound(method: "replace" | "without", part: PartName, spec: ConditionSpec): string {
  const labels = [...labelsOf(spec)].map((label) => JSON.stringify(label));
  const known = labels.length === 0 ? "it has no labels" : `its labels are ${labels.join(", ")}`;
  return `${method}(${nameOf(part)}) finds no such part; ${known}`;
}

function labelsOf(spec: ConditionSpec): Set<string> {
  const labels = new Set<string>();
  const collect = (each: ConditionSpec): ConditionSpec => {
    if (each.label !== undefined) labels.add(each.label);
    return mapParts(each, collect);
  };
  collect(spec);
  return labels;
}
