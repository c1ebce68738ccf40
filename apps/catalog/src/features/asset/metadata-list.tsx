import type { JsonValue } from "@heddle/core";
import { lazy, type ReactNode, Suspense } from "react";
import { formatBytes, formatCount } from "../../format/amounts.ts";
import { formatInstant } from "../../format/instants.ts";
import { Markdown } from "../../ui/markdown.tsx";
import { describeDifference } from "./metadata-difference.ts";
import { isOpenable, type MetadataView, readMetadata } from "./metadata-view.ts";

/** Few metadata are JSON of their own. */
const JsonTree = lazy(async () => ({ default: (await import("./json-tree.tsx")).JsonTree }));

type Metadata = { readonly [name: string]: JsonValue };

interface MetadataListProps {
  readonly metadata: Metadata;
  /** Of the materialization before: what differs says so. `null` when there is none. */
  readonly before?: Metadata | null;
}

/** Metadata by name, each value as its kind asks for. */
export function MetadataList({ metadata, before = null }: MetadataListProps): ReactNode {
  const entries = Object.entries(metadata);
  if (entries.length === 0) return null;
  return (
    <dl className="grid grid-cols-[minmax(96px,auto)_minmax(0,1fr)] gap-x-4 gap-y-1.5">
      {entries.map(([name, value]) => (
        <div key={name} className="contents">
          <dt className="max-w-56 text-muted [overflow-wrap:anywhere]">{name}</dt>
          <dd className="min-w-0">
            <MetadataValue name={name} view={readMetadata(value)} />
            {before !== null && <Difference now={value} before={before[name]} />}
          </dd>
        </div>
      ))}
    </dl>
  );
}

function Difference({ now, before }: { readonly now: JsonValue; readonly before: JsonValue | undefined }): ReactNode {
  const text = describeDifference(readMetadata(now), before === undefined ? undefined : readMetadata(before));
  if (text === null) return null;
  return (
    <span className="ml-2 text-xs text-muted" title="compared with the materialization before">
      {text}
    </span>
  );
}

function MetadataValue({ name, view }: { readonly name: string; readonly view: MetadataView }): ReactNode {
  switch (view.type) {
    case "number":
      return <NumberValue value={view.value} unit={view.unit} />;
    case "text":
      return <span className="break-words whitespace-pre-wrap">{view.value}</span>;
    case "path":
      return <code className="font-mono text-xs break-all">{view.value}</code>;
    case "markdown":
      return <Markdown text={view.value} />;
    case "boolean":
      return view.value ? "yes" : "no";
    case "url":
      return isOpenable(view.value) ? (
        <a
          href={view.value}
          target="_blank"
          rel="noreferrer noopener"
          className="link break-all underline underline-offset-3"
        >
          {view.label}
        </a>
      ) : (
        <span className="break-all">{view.value}</span>
      );
    case "image":
      // Pictures elsewhere are linked and not loaded: nothing on a page comes from other hosts.
      return view.value.startsWith("data:image/") ? (
        <img src={view.value} alt={view.alt} className="max-h-64 max-w-full rounded-sm border border-line" />
      ) : (
        <a
          href={view.value}
          target="_blank"
          rel="noreferrer noopener"
          className="link break-all underline underline-offset-3"
        >
          {view.alt}
        </a>
      );
    case "timestamp":
      return formatInstant(view.value);
    case "table":
      return <TableValue columns={view.columns} rows={view.rows} />;
    case "json":
      return (
        <Suspense>
          <JsonTree label={name} value={view.value} />
        </Suspense>
      );
  }
}

function NumberValue({ value, unit }: { readonly value: number; readonly unit: string | null }): ReactNode {
  if (unit === "bytes" || unit === "B") return <span title={`${formatCount(value)} bytes`}>{formatBytes(value)}</span>;
  return (
    <>
      {formatCount(value)}
      {unit !== null && <span className="text-muted"> {unit}</span>}
    </>
  );
}

/** Rows listed at most; the rest is counted. */
const LISTED_ROWS = 50;

function TableValue({
  columns,
  rows,
}: {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly JsonValue[])[];
}): ReactNode {
  return (
    <div
      tabIndex={0}
      role="region"
      aria-label={`Table with the columns ${columns.join(", ")}`}
      className="max-h-64 overflow-auto rounded-md border border-line"
    >
      <table className="w-full border-collapse text-xs">
        <thead className="sticky top-0 bg-surface">
          <tr>
            {columns.map((column) => (
              <th key={column} scope="col" className="border-b border-line px-2 py-1 text-left font-medium text-muted">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.slice(0, LISTED_ROWS).map((row, i) => (
            <tr key={i}>
              {row.map((cell, k) => (
                <td key={k} className="border-b border-line px-2 py-1 whitespace-nowrap">
                  {typeof cell === "string" ? cell : JSON.stringify(cell)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length > LISTED_ROWS && (
        <p className="px-2 py-1 text-2xs text-muted">and {formatCount(rows.length - LISTED_ROWS)} more rows</p>
      )}
    </div>
  );
}
