import type { CodeLocationHealth, LoadProblem } from "@heddle/api";
import type { ReactNode } from "react";
import { lastSegment } from "../data/catalog-index.ts";
import { formatCounted } from "../format/amounts.ts";
import { Ago } from "../ui/instant.tsx";

/** Which code is in force at each code location, and what keeps newer code from loading. */
export function CodeTable({ codeLocations }: { readonly codeLocations: readonly CodeLocationHealth[] }): ReactNode {
  if (codeLocations.length === 0) return <p className="mt-2 text-muted">No code location has been loaded yet.</p>;
  return codeLocations.map((location) => <CodeLocation key={location.name} location={location} />);
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
