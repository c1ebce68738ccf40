import type { DefinitionChange, DefinitionDifference } from "@heddle/api";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import { client, trpc } from "../../../data/trpc.ts";
import { formatCounted } from "../../../format/amounts.ts";
import { Button } from "../../../ui/button.tsx";
import { FailurePanel } from "../../../ui/failure-panel.tsx";
import { Icon } from "../../../ui/icons.tsx";
import { At } from "../../../ui/instant.tsx";
import { Section } from "../../../ui/page.tsx";
import { Skeleton } from "../../../ui/skeleton.tsx";
import type { AssetTabProps } from "../asset-tabs.tsx";
import { LineDifferences } from "../changes/line-differences.tsx";
import { findSchemaChanges, type SchemaChange } from "../changes/schema-history.ts";

const PAGE = 20;
/** Materializations that are looked through for changes of columns. */
const LOOKED_AT = 200;

/** How the definition of an asset, and the columns of what is made of it, have changed. */
export function ChangesTab({ detail }: AssetTabProps): ReactNode {
  const { key } = detail.definition;
  return (
    <div className="grid gap-x-8 gap-y-6 xl:grid-cols-2">
      <Definitions assetKey={key} />
      <Schemas assetKey={key} />
    </div>
  );
}

function Definitions({ assetKey }: { readonly assetKey: string }): ReactNode {
  const query = useInfiniteQuery({
    queryKey: [...trpc.assets.changes.queryKey({ key: assetKey }), "pages"],
    queryFn: ({ pageParam, signal }) =>
      client.assets.changes.query({ key: assetKey, cursor: pageParam, limit: PAGE }, { signal }),
    initialPageParam: null as string | null,
    getNextPageParam: ({ nextCursor }) => nextCursor,
  });
  const changes = query.data?.pages.flatMap(({ items }) => items) ?? [];
  return (
    <Section title="Definition">
      {query.isError && (
        <FailurePanel title="The changes could not be read" error={query.error} onRetry={() => void query.refetch()} />
      )}
      {query.isPending && <Skeleton label="Reading the changes" lines={6} />}
      {query.isSuccess && changes.length === 0 && !query.hasNextPage && (
        <p className="text-muted">No version of the code that is kept says anything of it.</p>
      )}
      <ol aria-label="Changes of the definition" className="flex flex-col">
        {changes.map((change) => (
          <Change key={change.version} assetKey={assetKey} change={change} />
        ))}
      </ol>
      {query.hasNextPage && (
        <div>
          <Button disabled={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            Look further back
          </Button>
        </div>
      )}
    </Section>
  );
}

const TITLES: Record<DefinitionChange["kind"], string> = {
  first: "Oldest version that is kept",
  declared: "Declared",
  changed: "Changed",
  removed: "Removed",
};

function Change({ assetKey, change }: { readonly assetKey: string; readonly change: DefinitionChange }): ReactNode {
  const { version, at, hash, codeLocation, current, kind, differences } = change;
  const [isOpen, setOpen] = useState(false);
  const isOther = differences.some(({ aspect }) => aspect === "Code version");
  return (
    <li className="border-l border-line pb-5 pl-4 last:pb-0">
      <div className="flex flex-wrap items-baseline gap-x-2">
        <h3 className={`font-medium ${kind === "removed" ? "text-failed-ink" : ""}`}>
          {kind === "changed" ? differences.map(({ aspect }) => aspect).join(", ") : TITLES[kind]}
        </h3>
        <span className="text-xs text-muted">
          <At at={at} /> by {codeLocation}{" "}
          <code className="font-mono" title={`Deployment ${hash}`}>
            {hash.slice(0, 12)}
          </code>
          {current && ", in force"}
        </span>
      </div>
      {differences.length > 0 && (
        <dl className="mt-1 flex flex-col gap-1">
          {differences.map((difference) => (
            <Difference key={difference.aspect} difference={difference} />
          ))}
        </dl>
      )}
      {isOther && (
        <div className="mt-1.5 flex min-w-0 flex-col gap-2">
          <button
            type="button"
            aria-expanded={isOpen}
            onClick={() => setOpen(!isOpen)}
            className="link flex items-center gap-1 self-start text-xs"
          >
            <Icon name={isOpen ? "chevronDown" : "chevronRight"} size={12} />
            Lines that came and went
          </button>
          {isOpen && <LineDifferences assetKey={assetKey} version={version} />}
        </div>
      )}
    </li>
  );
}

function Difference({
  difference: { aspect, before, after },
}: {
  readonly difference: DefinitionDifference;
}): ReactNode {
  return (
    <div className="grid grid-cols-[96px_minmax(0,1fr)] gap-x-3">
      <dt className="text-muted">{aspect}</dt>
      <dd className="min-w-0 font-mono text-xs leading-5">
        {before.map((line, i) => (
          <Line key={`-${i}`} sign="−" word="before" tone="text-failed-ink" text={line} />
        ))}
        {after.map((line, i) => (
          <Line key={`+${i}`} sign="+" word="now" tone="text-fresh-ink" text={line} />
        ))}
      </dd>
    </div>
  );
}

interface LineProps {
  readonly sign: string;
  readonly word: string;
  readonly tone: string;
  readonly text: string;
}

function Line({ sign, word, tone, text }: LineProps): ReactNode {
  return (
    <div className="flex gap-1.5">
      <span aria-hidden className={tone}>
        {sign}
      </span>
      <span className="sr-only">{word}: </span>
      <span className="min-w-0 break-all">{text}</span>
    </div>
  );
}

function Schemas({ assetKey }: { readonly assetKey: string }): ReactNode {
  const query = useQuery(trpc.assets.materializations.queryOptions({ key: assetKey, limit: LOOKED_AT }));
  const materializations = query.data?.items ?? [];
  const changes = findSchemaChanges(materializations);
  return (
    <Section title="Columns">
      {query.isError && (
        <FailurePanel title="The columns could not be read" error={query.error} onRetry={() => void query.refetch()} />
      )}
      {query.isPending && <Skeleton label="Reading the columns" lines={4} />}
      {query.isSuccess && changes.length === 0 && (
        <p className="text-muted">
          {materializations.length === 0
            ? "It was never materialized."
            : `The columns are the same in the last ${formatCounted(materializations.length, "materialization")}.`}
        </p>
      )}
      <ol aria-label="Changes of the columns" className="flex flex-col">
        {changes.map((change) => (
          <Schema key={`${change.materialization.runId}:${change.materialization.ordinal}`} change={change} />
        ))}
      </ol>
    </Section>
  );
}

const WORDS = { added: "added", removed: "removed", type: "type changed", nullable: "changed" } as const;

function Schema({ change: { materialization, changed } }: { readonly change: SchemaChange }): ReactNode {
  const { publishedAt, partitionKey, runId } = materialization;
  return (
    <li className="border-l border-line pb-5 pl-4 last:pb-0">
      <div className="flex flex-wrap items-baseline gap-x-2">
        <h3 className="font-medium">{formatCounted(changed.length, "column")}</h3>
        <span className="text-xs text-muted">
          <At at={publishedAt} />
          {partitionKey !== "" && ` in ${partitionKey}`} by{" "}
          <Link to="/runs/$runId" params={{ runId: String(runId) }} className="link">
            run {runId}
          </Link>
        </span>
      </div>
      <ul className="mt-1 text-xs">
        {changed.map(({ column, mark, before }) => (
          <li key={column.name}>
            <code className="font-mono">{column.name}</code>{" "}
            <span className="text-muted">
              {mark === null ? "" : WORDS[mark]}
              {mark === "type" && `: ${before ?? ""} → ${column.type}`}
              {mark === "nullable" && `: ${before ?? ""}`}
            </span>
          </li>
        ))}
      </ul>
    </li>
  );
}
