import type { AttentionCheck, AttentionItem } from "@heddle/api";
import { formatCounted } from "../../format/amounts.ts";

/** What is wrong with an asset in counts; names that the cause of its failure holds are not said again. */
export function describeCounts({ failedPartitions, failedText, failure, checks }: AttentionItem): string {
  const cause = failure?.message ?? "";
  const failed = checks.filter((check) => check.failed > 0);
  const warned = checks.filter((check) => check.failed === 0);
  return [
    failedPartitions > 0 && failedText !== "" ? [`${formatCounted(failedPartitions, "partition")} failed`] : [],
    describeChecks(failed, "failed", cause),
    describeChecks(warned, "warned", cause),
  ]
    .flat()
    .join(". ");
}

/** The partition that failed last, where neither the cause nor its asset says which it was. */
export function failedPartition({ failure }: AttentionItem): string {
  return failure === null || isNamed(failure.partitionKey, failure.message) ? "" : failure.partitionKey;
}

function describeChecks(checks: readonly AttentionCheck[], how: "failed" | "warned", cause: string): string[] {
  if (checks.length === 0) return [];
  const counted = `${formatCounted(checks.length, "check")} ${how}`;
  const names = checks.map(({ name }) => name).filter((name) => !isNamed(name, cause));
  if (names.length === 0) return [counted];
  return [`${counted}${names.length < checks.length ? ", also" : ""}: ${names.join(", ")}`];
}

const WORD = /[\p{Letter}\p{Mark}\p{Number}_]/u;

/** Whether a text holds a name as a whole, and not only as a part of a longer one. */
function isNamed(name: string, text: string): boolean {
  if (name === "") return false;
  for (let at = text.indexOf(name); at !== -1; at = text.indexOf(name, at + 1)) {
    if (!WORD.test(text.charAt(at - 1)) && !WORD.test(text.charAt(at + name.length))) return true;
  }
  return false;
}
