import type { AssetDetail } from "@heddle/api";
import type { WaitPolicy } from "@heddle/core";
import { formatCount } from "../../format/amounts.ts";

/** What each dependency waits for where that is not everything, by key. */
export function describeWaits({ definition: { deps } }: AssetDetail): ReadonlyMap<string, string> {
  return new Map(deps.flatMap(({ upstream, wait }) => (wait === undefined ? [] : [[upstream, describeWait(wait)]])));
}

/** How many of the partitions that are read must be there, in words. */
function describeWait(wait: WaitPolicy): string {
  switch (wait.kind) {
    case "all":
      return "waits for all of them";
    case "at-least":
      return `at least ${formatCount(wait.count)} of them must be there`;
    case "at-most-missing":
      return `${formatCount(wait.count)} of them may be missing`;
  }
}
