import type { RunDetail } from "@heddle/api";
import { formatCount, formatCounted } from "../../format/amounts.ts";
import { endSentence } from "../../format/sentences.ts";

/** What is said of the failure after its partition was named: messages of our own name it as well. */
export function describeFirstFailure({
  example: { asset, partitionKey },
  poisonSteps,
  message,
}: Pick<RunDetail["failures"][number], "example" | "poisonSteps" | "message">): string {
  const named = partitionKey === "" ? `${asset.key} ` : `${asset.key} [${partitionKey}] `;
  if (poisonSteps > 0) {
    return endSentence(`is poison, because one attempt after another ended its process. The last one: ${message}`);
  }
  return endSentence(message.startsWith(named) ? message.slice(named.length) : `failed: ${message}`);
}

/** How many steps failed, in how many ways, and what was skipped for it, in a sentence. */
export function countFailures({ failed, skipped, ways }: Record<"failed" | "skipped" | "ways", number>): string {
  const apart = ways > 1 ? ` in ${formatCounted(ways, "way")}` : "";
  const because = skipped > 0 ? `, ${formatCount(skipped)} skipped because of ${failed === 1 ? "it" : "them"}` : "";
  return `${formatCounted(failed, "step")} failed${apart}${because}.`;
}
