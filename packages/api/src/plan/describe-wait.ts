import type { WaitPolicy } from "@heddle/core";

/** A wait policy in words: "at least 25", "all but 2", "all". */
export function describeWait(wait: WaitPolicy | undefined): string {
  switch (wait?.kind) {
    case "at-least":
      return `at least ${wait.count.toLocaleString("en")}`;
    case "at-most-missing":
      return `all but ${wait.count.toLocaleString("en")}`;
    default:
      return "all";
  }
}
