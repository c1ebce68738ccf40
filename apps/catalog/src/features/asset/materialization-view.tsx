import type { Materialization } from "@heddle/api";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { formatBytes, formatCount } from "../../format/amounts.ts";
import { formatDuration } from "../../format/durations.ts";
import { Ago } from "../../ui/instant.tsx";
import { IconButton } from "../../ui/button.tsx";
import { copyText } from "../../ui/copy.ts";
import { describeChange } from "./metadata-difference.ts";
import { MetadataList } from "./metadata-list.tsx";
import { SchemaTable } from "./schema/schema-table.tsx";

interface MaterializationViewProps {
  readonly materialization: Materialization;
  /** The one before it, with which it is compared; `null` when there is none. */
  readonly before?: Materialization | null;
  /** Whether it is what somebody saw of an external asset. @default false */
  readonly isObservation?: boolean;
}

/** Everything that is recorded of one materialization, and how it differs from the one before. */
export function MaterializationView({
  materialization,
  before = null,
  isObservation = false,
}: MaterializationViewProps): ReactNode {
  const { metadata, stored } = materialization;
  return (
    <div className="flex flex-col gap-3">
      <MaterializationFacts materialization={materialization} before={before} isObservation={isObservation} />
      {stored?.columns !== undefined && stored.columns.length > 0 && (
        <div>
          <h4 className="label mb-1">Columns</h4>
          <SchemaTable columns={stored.columns} before={before?.stored?.columns ?? null} />
        </div>
      )}
      <MetadataList metadata={metadata} before={before?.metadata ?? null} />
      <Inputs materialization={materialization} />
    </div>
  );
}

function MaterializationFacts({
  materialization,
  before = null,
  isObservation = false,
}: MaterializationViewProps): ReactNode {
  const { runId, attempt, publishedAt, durationMs, stored, collectedAt, dataVersion, codeVersion } = materialization;
  const bytes = bytesOf(materialization);
  const rowsBy = changeOf(stored?.rows, before?.stored?.rows, null);
  const bytesBy = before?.stored === null || before === null ? null : changeOf(bytes, bytesOf(before), "bytes");
  const facts: readonly (readonly [string, ReactNode])[] = [
    [
      isObservation ? "Seen" : "Made",
      <>
        <Ago at={publishedAt} /> in {formatDuration(durationMs)} by{" "}
        <Link to="/runs/$runId" params={{ runId: String(runId) }} className="link">
          run {runId}
        </Link>
        {attempt > 1 && `, attempt ${attempt}`}
      </>,
    ],
    ...(stored?.rows === undefined
      ? []
      : [["Rows", <Changed key="rows" text={formatCount(stored.rows)} by={rowsBy} />] as const]),
    ...(stored === null
      ? []
      : [
          [
            "Stored",
            <Changed key="stored" text={`${formatBytes(bytes)} through ${stored.io}`} by={bytesBy} />,
          ] as const,
        ]),
    ...(collectedAt === null ? [] : [["Data", <Collected key="collected" at={collectedAt} />] as const]),
    ...(stored?.location === undefined ? [] : [["Location", <Path key="location" text={stored.location} />] as const]),
    ...(stored?.location === undefined ? (stored?.objects ?? []) : [])
      .slice(0, 3)
      .map(({ key }) => ["", <Path key={key} text={key} />] as const),
    ...(dataVersion === null ? [] : [["Data version", <Version key="data" text={dataVersion} />] as const]),
    ...(codeVersion === null || isObservation
      ? []
      : [["Code version", <Version key="code" text={codeVersion} />] as const]),
  ];
  return (
    <dl className="grid grid-cols-[minmax(96px,auto)_minmax(0,1fr)] gap-x-4 gap-y-1">
      {facts.map(([name, value], i) => (
        <div key={i} className="contents">
          <dt className="text-muted">{name}</dt>
          <dd className="min-w-0">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function bytesOf({ stored }: Materialization): number {
  return stored?.objects.reduce((sum, object) => sum + object.bytes, 0) ?? 0;
}

function changeOf(now: number | undefined, before: number | undefined, unit: string | null): string | null {
  return now === undefined || before === undefined ? null : describeChange(now, before, unit);
}

function Changed({ text, by }: { readonly text: string; readonly by: string | null }): ReactNode {
  return (
    <>
      {text}
      {by !== null && (
        <span className="ml-2 text-xs text-muted" title="compared with the materialization before">
          {by}
        </span>
      )}
    </>
  );
}

/** Where something lies, to copy. */
function Path({ text }: { readonly text: string }): ReactNode {
  return (
    <span className="flex items-start gap-1">
      <code className="min-w-0 font-mono text-xs leading-5 break-all text-muted">{text}</code>
      <IconButton icon="copy" label={`Copy ${text}`} className="-my-1" onClick={() => void copyText(text, "Path")} />
    </span>
  );
}

function Collected({ at }: { readonly at: number }): ReactNode {
  return (
    <>
      collected <Ago at={at} />: a later materialization had taken its place
    </>
  );
}

function Version({ text }: { readonly text: string }): ReactNode {
  return (
    <code title={text} className="font-mono text-xs">
      {text.slice(0, 12)}
    </code>
  );
}

function Inputs({ materialization: { inputs } }: { readonly materialization: Materialization }): ReactNode {
  if (inputs.length === 0) return null;
  return (
    <div>
      <h4 className="label mb-1">Read</h4>
      <ul className="flex flex-col gap-0.5">
        {inputs.map(({ asset, text, runId, partitions }) => (
          <li key={`${asset.id}:${runId}`} className="flex flex-wrap gap-x-2">
            <Link to="/assets/$" params={{ _splat: asset.key }} search={{ partition: partitions[0] }} className="link">
              {asset.key}
            </Link>
            <span className="text-muted">
              {text} from{" "}
              <Link to="/runs/$runId" params={{ runId: String(runId) }} className="link">
                run {runId}
              </Link>
            </span>
          </li>
        ))}
      </ul>
    </div>
  );
}
