import type { CodeLocationHealth, Deployment, LoadProblem } from "@heddle/api";
import type { ReactNode } from "react";
import { formatCounted } from "../format/amounts.ts";
import { lastSegment } from "../data/catalog-index.ts";
import { GlyphIcon } from "../status/status-mark.tsx";
import { Ago } from "../ui/instant.tsx";
import { PopoverButton } from "../ui/popover-button.tsx";
import { isFirstLoad, loadProblems } from "./deployment.ts";
import { STATE_BUTTON } from "./state-button.ts";

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
      {codeLocations.length === 0 && <p className="mt-2 text-muted">No code location has been loaded yet.</p>}
      {codeLocations.map((location) => (
        <CodeLocation key={location.name} location={location} />
      ))}
    </PopoverButton>
  );
}

function CodeLocation({ location }: { readonly location: CodeLocationHealth }): ReactNode {
  const broken = location.problems.length > 0;
  return (
    <div className="mt-3 border-t border-line pt-3">
      <p className="flex items-baseline gap-2">
        <span className="font-medium">{location.name}</span>
        <span className="text-muted">{formatCounted(location.assetCount, "asset")}</span>
        {location.codeVersion !== null && (
          <span className="ml-auto font-mono text-2xs text-faint">{location.codeVersion.slice(0, 10)}</span>
        )}
      </p>
      <p className="truncate font-mono text-2xs text-muted" title={location.directory}>
        {location.directory}
      </p>
      {location.loadedAt !== null && (
        <p className="text-muted">
          {broken ? "Still serving the version loaded " : "Loaded "}
          <Ago at={location.loadedAt} />.
        </p>
      )}
      {broken && (
        <ul className="mt-2 flex flex-col gap-2">
          {location.problems.map((problem, i) => (
            <Problem key={i} problem={problem} />
          ))}
        </ul>
      )}
    </div>
  );
}

function Problem({ problem }: { readonly problem: LoadProblem }): ReactNode {
  return (
    <li className="rounded-md border border-failed/50 bg-failed-soft px-3 py-2">
      <p className="break-words">
        <bdi>{problem.message}</bdi>
      </p>
      {problem.hint !== null && <p className="text-muted">{problem.hint}</p>}
      <p className="mt-1 flex flex-wrap gap-x-3 font-mono text-2xs text-muted">
        {problem.file !== null && (
          <span className="text-ink">
            {problem.file}
            {problem.line !== null && `:${problem.line}`}
          </span>
        )}
        <span>{problem.code}</span>
        {problem.assetKey !== null && <span>{lastSegment(problem.assetKey)}</span>}
      </p>
      {problem.stack !== null && (
        <details className="mt-1">
          <summary className="text-2xs text-muted">Stack</summary>
          <pre tabIndex={0} className="mt-1 overflow-x-auto font-mono text-2xs leading-4 text-muted">
            {problem.stack}
          </pre>
        </details>
      )}
    </li>
  );
}
