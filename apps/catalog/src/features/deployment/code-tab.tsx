import type { CodeLocationHealth, LoadProblem } from "@heddle/api";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { client, trpc } from "../../data/trpc.ts";
import { formatCounted } from "../../format/amounts.ts";
import { GlyphIcon } from "../../status/status-mark.tsx";
import { Button } from "../../ui/button.tsx";
import { EmptyState, Snippet } from "../../ui/empty-state.tsx";
import { Ago } from "../../ui/instant.tsx";
import { announce, announceFailure } from "../../ui/toasts.tsx";
import { QueryState } from "./query-state.tsx";

/** Code locations: what is in force, and why newer code is not. */
export function CodeTab(): ReactNode {
  const query = useQuery(trpc.deployment.get.queryOptions({}));
  const locations = query.data?.codeLocations ?? [];
  if (query.data === undefined) return <QueryState what="The code locations" query={query} />;
  if (locations.length === 0) {
    return (
      <EmptyState title="No code location has been loaded yet.">
        <p>A daemon loads the project that it is started for:</p>
        <Snippet>heddle dev</Snippet>
      </EmptyState>
    );
  }
  return (
    <ul className="flex flex-col gap-3" aria-label="Code locations">
      {locations.map((location) => (
        <CodeLocation key={location.name} location={location} />
      ))}
    </ul>
  );
}

function CodeLocation({ location }: { readonly location: CodeLocationHealth }): ReactNode {
  const { name, directory, codeVersion, loadedAt, assetCount, problems } = location;
  const isBroken = problems.length > 0;
  return (
    <li className="rounded-md border border-line px-4 py-3">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
        <h2 className="text-md font-semibold">{name}</h2>
        <span
          className={`inline-flex items-center gap-1.5 ${isBroken ? "font-medium text-failed-ink" : "text-fresh-ink"}`}
        >
          <GlyphIcon glyph={isBroken ? "cross" : "check"} />
          <span className={isBroken ? "" : "text-ink"}>{isBroken ? "does not load" : "loaded"}</span>
        </span>
        <div className="ml-auto">
          <ReloadButton name={name} />
        </div>
      </div>
      <dl className="mt-2 grid grid-cols-[max-content_minmax(0,1fr)] gap-x-6 gap-y-1 text-sm">
        <Fact name="Directory">
          <span className="font-mono text-xs break-all">{directory}</span>
        </Fact>
        <Fact name={isBroken ? "Still serving" : "Version"}>
          {codeVersion === null ? (
            <span className="text-muted">none: it has never loaded</span>
          ) : (
            <>
              <span className="font-mono text-xs" title={codeVersion}>
                {codeVersion.slice(0, 12)}
              </span>
              <span className="text-muted">
                {" "}
                · {formatCounted(assetCount, "asset")}
                {loadedAt !== null && (
                  <>
                    {" "}
                    · loaded <Ago at={loadedAt} />
                  </>
                )}
              </span>
            </>
          )}
        </Fact>
      </dl>
      {isBroken && (
        <ul className="mt-3 flex flex-col gap-2" aria-label={`Problems of ${name}`}>
          {problems.map((problem, index) => (
            <Problem key={index} problem={problem} />
          ))}
        </ul>
      )}
    </li>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }): ReactNode {
  return (
    <>
      <dt className="text-muted">{name}</dt>
      <dd className="min-w-0">{children}</dd>
    </>
  );
}

function Problem({ problem }: { readonly problem: LoadProblem }): ReactNode {
  const { message, hint, file, line, code, stack } = problem;
  return (
    <li className="rounded-md border border-failed/50 bg-failed-soft px-3 py-2">
      <p className="break-words whitespace-pre-wrap">
        <bdi>{message}</bdi>
      </p>
      {hint !== null && <p className="text-muted">{hint}</p>}
      <p className="mt-1 flex flex-wrap gap-x-3 font-mono text-2xs text-muted">
        {file !== null && (
          <span className="text-ink">
            {file}
            {line !== null && `:${line}`}
          </span>
        )}
        <span>{code}</span>
      </p>
      {stack !== null && (
        <details className="mt-1">
          <summary className="text-2xs text-muted">Stack</summary>
          <pre tabIndex={0} className="mt-1 overflow-x-auto font-mono text-2xs leading-4 text-muted">
            {stack}
          </pre>
        </details>
      )}
    </li>
  );
}

function ReloadButton({ name }: { readonly name: string }): ReactNode {
  const queries = useQueryClient();
  const reload = useMutation({
    mutationFn: () => client.deployment.reload.mutate({ name }),
    onSuccess: () => {
      announce(`${name} is loaded again`, "Its state here changes when that is done.");
      void queries.invalidateQueries({ queryKey: [["deployment"]] });
    },
    onError: (error) => announceFailure(`${name} could not be loaded again`, error),
  });
  return (
    <Button icon="retry" disabled={reload.isPending} onClick={() => reload.mutate()} aria-label={`Reload ${name}`}>
      Reload
    </Button>
  );
}
