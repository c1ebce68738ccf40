import type { AssetDetail, CodeSource } from "@heddle/api";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { lazy, type ReactNode, Suspense } from "react";
import { trpc } from "../../../data/trpc.ts";
import { IconButton } from "../../../ui/button.tsx";
import { copyText } from "../../../ui/copy.ts";
import { FailurePanel } from "../../../ui/failure-panel.tsx";
import { At } from "../../../ui/instant.tsx";
import { Section } from "../../../ui/page.tsx";
import { Skeleton } from "../../../ui/skeleton.tsx";
import type { AssetTabProps } from "../asset-tabs.tsx";
import { describeWaits } from "../describe-waits.ts";
import { JsonTree } from "../json-tree.tsx";

/** What colours code is large. */
const SourceView = lazy(async () => ({ default: (await import("../code/source-view.tsx")).SourceView }));

/** The declaration of an asset as it is in force, and what it needs. */
export function CodeTab({ detail, onTab }: AssetTabProps): ReactNode {
  const { key } = detail.definition;
  const query = useQuery(trpc.code.source.queryOptions({ key }));
  return (
    <div className="grid gap-x-8 gap-y-6 xl:grid-cols-[minmax(0,1fr)_304px]">
      <div className="flex min-w-0 flex-col gap-6">
        {query.isError && (
          <FailurePanel title="The source could not be read" error={query.error} onRetry={() => void query.refetch()} />
        )}
        {query.isPending && <Skeleton label="Reading the source" lines={12} />}
        {query.data !== undefined && <Source source={query.data} />}
      </div>
      <div className="flex min-w-0 flex-col gap-6">
        <CodeVersion detail={detail} source={query.data} onChanges={() => onTab("changes")} />
        <Dependencies detail={detail} />
        <Config detail={detail} />
        <Names title="Resources" none="It uses no resource." names={detail.definition.resources} />
      </div>
    </div>
  );
}

function Source({ source }: { readonly source: CodeSource }): ReactNode {
  if (source.kind === "unknown") return <p className="text-muted">No version of the code that is kept declares it.</p>;
  const { file, line, text } = source;
  if (file === null || text === null) {
    return (
      <p className="max-w-2xl text-muted">
        {file === null ? "Where it was declared is not known." : `It is declared in ${file}, line ${line ?? 1}. `}
        {file !== null &&
          "The stored code holds no text of that file: it belongs to a package, or was declared by one."}
      </p>
    );
  }
  return (
    <Section
      title="Source"
      aside={
        <>
          <code className="font-mono text-xs">
            {file}:{line}
          </code>
          <IconButton
            icon="copy"
            label="Copy the place"
            onClick={() => void copyText(`${file}:${line ?? 1}`, "Place")}
          />
        </>
      }
    >
      <Suspense fallback={<Skeleton label="Reading the source" lines={12} />}>
        <SourceView label={`Source of ${file}`} text={text} />
      </Suspense>
    </Section>
  );
}

interface CodeVersionProps {
  readonly detail: AssetDetail;
  readonly source: CodeSource | undefined;
  readonly onChanges: () => void;
}

function CodeVersion({ detail, source, onChanges }: CodeVersionProps): ReactNode {
  const { codeVersion, io, kind } = detail.definition;
  if (kind === "external") return null;
  return (
    <section aria-label="Code version" className="flex flex-col gap-1">
      <h2 className="label">Code version</h2>
      <p className="flex items-center gap-1">
        <code className="min-w-0 truncate font-mono text-xs" title={codeVersion}>
          {codeVersion}
        </code>
        <IconButton icon="copy" label="Copy code version" onClick={() => void copyText(codeVersion, "Code version")} />
      </p>
      <p className="text-xs text-muted">
        Made of its function and all code of the project that it uses, its dependencies and their mappings, how it is
        stored ({io}), its config and resources, and the installed versions of the packages that it imports.
      </p>
      {source?.kind === "found" && (
        <p className="text-xs text-muted">
          {source.current ? "In force" : "Not in force any more"}, as loaded <At at={source.createdAt} /> in{" "}
          <code className="font-mono" title={source.hash}>
            {source.hash.slice(0, 12)}
          </code>
          .{" "}
          <button type="button" className="link" onClick={onChanges}>
            What has changed
          </button>
        </p>
      )}
    </section>
  );
}

/** Longest lists that are shown here. */
const LISTED = 40;

function Dependencies({ detail }: { readonly detail: AssetDetail }): ReactNode {
  const { deps } = detail.definition;
  const waits = describeWaits(detail);
  return (
    <section aria-label="Dependencies">
      <h2 className="label mb-1">Dependencies {deps.length}</h2>
      {deps.length === 0 && <p className="text-muted">It reads no asset.</p>}
      <ul className="flex flex-col gap-2">
        {deps.slice(0, LISTED).map(({ name, upstream, rule }) => (
          <li key={name} className="min-w-0">
            <Link to="/assets/$" params={{ _splat: upstream }} className="link block truncate" title={upstream}>
              {upstream}
            </Link>
            <span className="block text-2xs break-words text-muted">
              {name !== upstream && (
                <>
                  as <code className="font-mono">{name}</code>.{" "}
                </>
              )}
              {rule}
              {waits.get(upstream) !== undefined && `; ${waits.get(upstream) ?? ""}`}
            </span>
          </li>
        ))}
      </ul>
      {deps.length > LISTED && <p className="text-xs text-muted">and {deps.length - LISTED} more</p>}
    </section>
  );
}

function Config({ detail }: { readonly detail: AssetDetail }): ReactNode {
  const { config } = detail.definition;
  return (
    <section aria-label="Config">
      <h2 className="label mb-1">Config</h2>
      {config === undefined || config === null ? (
        <p className="text-muted">It takes none.</p>
      ) : (
        <>
          <p className="mb-1 text-xs text-muted">{config.required ? "A run must pass it." : "A run may pass it."}</p>
          {config.jsonSchema === null ? (
            <p className="text-muted">The library of its schema does not say what it takes.</p>
          ) : (
            <JsonTree label="Schema of the config" value={config.jsonSchema} />
          )}
        </>
      )}
    </section>
  );
}

function Names({
  title,
  none,
  names,
}: {
  readonly title: string;
  readonly none: string;
  readonly names: readonly string[];
}): ReactNode {
  return (
    <section aria-label={title}>
      <h2 className="label mb-1">{title}</h2>
      {names.length === 0 ? <p className="text-muted">{none}</p> : <p className="break-words">{names.join(", ")}</p>}
    </section>
  );
}
