import { type PartitionSpace } from "@heddle/core";
import { PartitionSet } from "@heddle/core/internal";
import { type IndexedAsset, partitionKeyOf } from "@heddle/engine/planning";
import { readCheckResultsById, type CheckResultRow, type Transaction } from "@heddle/storage";
import type { CheckResult, CheckStanding } from "../contract.ts";
import type { CheckSets, CheckStandings } from "./check-standings.ts";

/** How all checks of an asset stand: those that it declares first, then those of which only results are left. */
export async function describeChecks(
  tx: Transaction,
  standings: CheckStandings,
  { asset, space }: { readonly asset: IndexedAsset; readonly space: PartitionSpace },
): Promise<CheckStanding[]> {
  const sets = standings.ofAsset(asset.id);
  const last = await readCheckResultsById(
    tx,
    [...sets.values()].map(({ lastId }) => lastId),
  );
  const lastOf = (name: string) => last.find((result) => result.name === name);
  const { checks } = asset.definition;
  const declared = checks.map((check): CheckStanding => {
    const { name, description, severity, blocking } = check;
    return { name, description, severity, blocking, declared: true, ...outcomes(sets.get(name), lastOf(name), space) };
  });
  const gone = [...sets].flatMap(([name, ofCheck]): CheckStanding[] => {
    const result = lastOf(name);
    if (result === undefined || checks.some((check) => check.name === name)) return [];
    const { severity, blocking } = result;
    return [{ name, description: null, severity, blocking, declared: false, ...outcomes(ofCheck, result, space) }];
  });
  return [...declared, ...gone];
}

function outcomes(
  sets: CheckSets | undefined,
  last: CheckResultRow | undefined,
  space: PartitionSpace,
): Pick<CheckStanding, "passed" | "warned" | "failed" | "last"> {
  return {
    passed: (sets?.passed ?? PartitionSet.EMPTY).ranges,
    warned: (sets?.warned ?? PartitionSet.EMPTY).ranges,
    failed: (sets?.failed ?? PartitionSet.EMPTY).ranges,
    last: last === undefined ? null : describeResult(last, space),
  };
}

/** One stored result as it is answered. */
export function describeResult(row: CheckResultRow, space: PartitionSpace): CheckResult {
  const { id, name, ordinal, runId, passed, severity, blocking, description } = row;
  return {
    id,
    name,
    ordinal,
    partitionKey: partitionKeyOf(space, ordinal),
    runId,
    passed,
    severity,
    blocking,
    description,
    metadata: row.metadata ?? {},
    at: row.at.getTime(),
  };
}
