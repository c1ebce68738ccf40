import { type PartitionSpace } from "@heddle/core";
import { PartitionSet } from "@heddle/core/internal";
import { type IndexedAsset, partitionKeyOf } from "@heddle/engine/planning";
import { readCheckResultsById, type CheckResultRow, type Transaction } from "@heddle/storage";
import type { CheckResult, CheckStanding } from "../contract.ts";
import { CheckProblems, stateOf } from "./check-problems.ts";
import type { CheckSets, CheckStandings } from "./check-standings.ts";

/** How all checks of an asset stand: those that it declares first, then those of which only results are left. */
export async function describeChecks(
  tx: Transaction,
  standings: CheckStandings,
  {
    asset,
    space,
    environmentId,
  }: { readonly asset: IndexedAsset; readonly space: PartitionSpace; readonly environmentId: number },
): Promise<CheckStanding[]> {
  const sets = standings.ofAsset(asset.id);
  const last = await readCheckResultsById(
    tx,
    [...sets.values()].map(({ lastId }) => lastId),
  );
  const lastOf = (name: string) => last.find((result) => result.name === name);
  const problems = await CheckProblems.read(tx, {
    environmentId,
    checks: [...sets].map(([name, ofCheck]) => ({ assetId: asset.id, name, sets: ofCheck })),
  });
  const outcomesOf = (name: string) => {
    const problem = problems.of(asset.id, name);
    return outcomes(sets.get(name), { last: lastOf(name) ?? null, problem, space });
  };
  const { checks } = asset.definition;
  const declared = checks.map((check): CheckStanding => {
    const { name, description, severity, blocking } = check;
    return { name, description, severity, blocking, declared: true, ...outcomesOf(name) };
  });
  const gone = [...sets.keys()].flatMap((name): CheckStanding[] => {
    const result = lastOf(name);
    if (result === undefined || checks.some((check) => check.name === name)) return [];
    const { severity, blocking } = result;
    return [{ name, description: null, severity, blocking, declared: false, ...outcomesOf(name) }];
  });
  return [...declared, ...gone];
}

function outcomes(
  sets: CheckSets | undefined,
  results: {
    readonly last: CheckResultRow | null;
    readonly problem: CheckResultRow | null;
    readonly space: PartitionSpace;
  },
): Pick<CheckStanding, "state" | "passed" | "warned" | "failed" | "last" | "problem"> {
  const describe = (row: CheckResultRow | null) => (row === null ? null : describeResult(row, results.space));
  return {
    state: stateOf(sets),
    passed: (sets?.passed ?? PartitionSet.EMPTY).ranges,
    warned: (sets?.warned ?? PartitionSet.EMPTY).ranges,
    failed: (sets?.failed ?? PartitionSet.EMPTY).ranges,
    last: describe(results.last),
    problem: describe(results.problem),
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
