import type { CheckResult } from "@heddle/api";
import type { ReactNode } from "react";
import { type StatusLook, WARNING_LOOK } from "../../status/status-look.ts";
import { StatusMark } from "../../status/status-mark.tsx";
import { Ago } from "../../ui/instant.tsx";
import { MetadataList } from "./metadata-list.tsx";

/** How a check's result is shown: one that only warns never looks like a failure. */
export function lookOfCheck({ passed, severity }: Pick<CheckResult, "passed" | "severity">): StatusLook {
  if (passed) return { glyph: "check", word: "passed", tone: "fresh" };
  return severity === "warn" ? WARNING_LOOK : { glyph: "cross", word: "failed", tone: "failed" };
}

/** What failed comes first, then what only warns. */
function rankOf({ passed, severity }: CheckResult): number {
  return passed ? 2 : severity === "warn" ? 1 : 0;
}

/** Results of checks on one partition, the worst first. */
export function CheckResults({ results }: { readonly results: readonly CheckResult[] }): ReactNode {
  const worstFirst = results.toSorted((a, b) => rankOf(a) - rankOf(b));
  return (
    <div>
      <h4 className="label mb-1">Checks</h4>
      {results.length === 0 && <p className="text-muted">No check has looked at it.</p>}
      <ul className="flex flex-col gap-2">
        {worstFirst.map((result) => (
          <li key={result.name} className="flex flex-col gap-1">
            <span className="flex items-center gap-2">
              <StatusMark look={lookOfCheck(result)} />
              <span className="truncate font-medium">{result.name}</span>
              <span className="ml-auto text-xs text-muted">
                <Ago at={result.at} />
              </span>
            </span>
            {!result.passed && result.description !== null && <span className="text-muted">{result.description}</span>}
            {!result.passed && <MetadataList metadata={result.metadata} />}
          </li>
        ))}
      </ul>
    </div>
  );
}
