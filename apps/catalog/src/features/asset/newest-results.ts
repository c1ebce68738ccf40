import type { CheckResult } from "@heddle/api";

/** The newest result of each check; `results` come newest first. */
export function newestResults(results: readonly CheckResult[]): readonly CheckResult[] {
  return results.filter((result, i) => results.findIndex(({ name }) => name === result.name) === i);
}
