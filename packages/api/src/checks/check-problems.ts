import { readNewestCheckResults, type CheckResultRow, type Transaction } from "@heddle/storage";
import type { CheckState } from "../contract.ts";
import type { CheckSets } from "./check-standings.ts";

/** A check, and what its newest results say. */
export interface CheckWithSets {
  readonly assetId: number;
  readonly name: string;
  readonly sets: CheckSets | undefined;
}

/** How a check stands whose newest results are these: the worst of them over all partitions. */
export function stateOf(sets: CheckSets | undefined): CheckState {
  if (sets === undefined) return "never";
  if (!sets.failed.isEmpty) return "failed";
  if (!sets.warned.isEmpty) return "warned";
  return sets.passed.isEmpty ? "never" : "passed";
}

/** What stands for all problems of a check: its result on the last partition that stands worst. */
export class CheckProblems {
  readonly #results: ReadonlyMap<string, CheckResultRow>;

  private constructor(results: ReadonlyMap<string, CheckResultRow>) {
    this.#results = results;
  }

  /** One statement for all of them; none while all pass. */
  static async read(
    tx: Transaction,
    { environmentId, checks }: { readonly environmentId: number; readonly checks: readonly CheckWithSets[] },
  ): Promise<CheckProblems> {
    const of = checks.flatMap(({ assetId, name, sets }) => {
      const ordinal = sets?.failed.last ?? sets?.warned.last;
      return ordinal === undefined ? [] : [{ assetId, name, ordinal }];
    });
    const results = await readNewestCheckResults(tx, { environmentId, of });
    // One that passes by now came after the sets were gathered.
    const problems = results.filter(({ passed }) => !passed);
    return new CheckProblems(new Map(problems.map((result) => [keyOf(result.assetId, result.name), result])));
  }

  /** `null` for a check that has none. */
  of(assetId: number, name: string): CheckResultRow | null {
    return this.#results.get(keyOf(assetId, name)) ?? null;
  }
}

function keyOf(assetId: number, name: string): string {
  return `${assetId}/${name}`;
}
