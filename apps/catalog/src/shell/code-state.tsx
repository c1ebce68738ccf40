import type { Deployment } from "@heddle/api";
import { lazy, type ReactNode } from "react";
import { formatCounted } from "../format/amounts.ts";
import { GlyphIcon } from "../status/status-mark.tsx";
import { PopoverButton } from "../ui/popover-button.tsx";
import { isFirstLoad, loadProblems } from "./deployment.ts";
import { STATE_BUTTON } from "./state-button.ts";

const CodeTable = lazy(async () => ({ default: (await import("./code-table.tsx")).CodeTable }));

/** Whether the newest code of all code locations is loaded, and what keeps it from loading if not. */
export function CodeState({ deployment }: { readonly deployment: Deployment }): ReactNode {
  const problems = loadProblems(deployment);
  const { codeLocations } = deployment;
  const name =
    codeLocations.length === 1 ? codeLocations[0]?.name : formatCounted(codeLocations.length, "code location");
  return (
    <PopoverButton
      trigger={
        <>
          {isFirstLoad(deployment) ? (
            <>
              <GlyphIcon glyph="dots" />
              loading code
            </>
          ) : (
            <>
              <span className={problems > 0 ? "" : "text-fresh-ink"}>
                <GlyphIcon glyph={problems > 0 ? "cross" : "check"} />
              </span>
              {problems > 0 ? formatCounted(problems, "problem") : "code"}
              <span className="text-faint max-lg:hidden">{name}</span>
            </>
          )}
        </>
      }
      className={`${STATE_BUTTON} ${problems > 0 ? "text-failed-ink" : ""}`}
      title="Code locations"
      width="w-[520px]"
    >
      <CodeTable codeLocations={codeLocations} />
    </PopoverButton>
  );
}
