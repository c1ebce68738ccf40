import type { AnyAsset, Dependency } from "../declarations.ts";
import { isRecord } from "../definitions.ts";
import { isHeddleError } from "../errors.ts";
import { describeType } from "../json-value.ts";
import { deriveMapping } from "../partitions/derive-mapping.ts";
import type { Multiplicity } from "../partitions/partition-mapping.ts";
import type { DefinitionRule } from "./definition-problem.ts";
import { madeAssets, upstreamOf } from "./dependency-rules.ts";

/** Every wait policy is one, and belongs to a dependency that reads many partitions. */
export const waitRule: DefinitionRule = (definitions, report) => {
  for (const asset of madeAssets(definitions)) {
    for (const [name, dependency] of Object.entries(asset.deps)) {
      const problem = findProblem(asset, dependency);
      if (problem === null) continue;
      const [message, hint] = problem;
      report.add("WAIT_POLICY_INVALID", {
        message: `${report.name("asset", asset)} has a wait policy for "${name}" that cannot be used: ${message}`,
        hint,
        about: asset,
      });
    }
  }
};

type Problem = readonly [message: string, hint: string];

const REWRITE = "Write wait: atLeast(5) or wait: atMostMissing(2), or leave it out to wait for all.";

function findProblem(asset: AnyAsset, dependency: Dependency): Problem | null {
  const wait: unknown = dependency.wait;
  if (wait === null) return null;
  if (!isRecord(wait)) return [`it is ${describeType(wait)}`, REWRITE];
  if (wait["kind"] !== "all" && wait["kind"] !== "at-least" && wait["kind"] !== "at-most-missing") {
    return [`its kind is ${JSON.stringify(wait["kind"])}`, REWRITE];
  }
  const { count } = wait;
  if (wait["kind"] !== "all" && !(typeof count === "number" && Number.isSafeInteger(count) && count >= 0)) {
    return [`its count is ${String(count)}`, "Use a whole number that is not negative."];
  }
  if (multiplicityOf(asset, dependency) !== "one") return null;
  return [
    "the dependency reads exactly one partition, which must be there",
    "Leave wait out, or state a mapping that reads many, such as timeWindowMapping().",
  ];
}

function multiplicityOf(asset: AnyAsset, dependency: Dependency): Multiplicity | null {
  if (dependency.mapping !== null) return dependency.mapping.multiplicity;
  try {
    const upstream = upstreamOf(dependency);
    if (upstream === null) return null;
    return deriveMapping(upstream.partitions?.spec ?? null, asset.partitions?.spec ?? null).multiplicity;
  } catch (error) {
    // That no mapping can be derived, or that a definition cannot be read, is told by another rule.
    if (isHeddleError(error)) return null;
    throw error;
  }
}
