import type { ConditionSpec } from "./condition-spec.ts";

/**
 * Whether a condition holds only where a partition is missing, or where something that it reads has other data, or is about
 * to be made again and may come out different: as `eager()` does, whatever narrows it further. A partition that then turns
 * out to be up to date need not be made.
 */
export function followsData(spec: ConditionSpec): boolean {
  switch (spec.kind) {
    case "missing":
      return true;
    case "newly-true":
      return spec.of.kind === "missing";
    case "and":
      return spec.of.some(followsData);
    case "or":
      return spec.of.every(followsData);
    case "since":
      return spec.reset.kind === "newly-handled" && followsData(spec.trigger);
    case "any-deps":
      return isOtherData(spec.of);
    default:
      return false;
  }
}

function isOtherData(spec: ConditionSpec): boolean {
  const kinds = spec.kind === "or" ? spec.of.map(({ kind }) => kind) : [spec.kind];
  return (
    kinds.includes("data-version-changed") &&
    kinds.every((kind) => kind === "data-version-changed" || kind === "will-be-requested")
  );
}
