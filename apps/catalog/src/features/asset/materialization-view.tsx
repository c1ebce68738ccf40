import type { Materialization } from "@heddle/api";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { formatBytes, formatCount } from "../../format/amounts.ts";
import { formatDuration } from "../../format/durations.ts";
import { Ago } from "../../ui/instant.tsx";
import { MetadataList } from "./metadata-list.tsx";

/** Everything that is recorded of one materialization. */
export function MaterializationView({ materialization }: { readonly materialization: Materialization }): ReactNode {
  const { metadata, stored } = materialization;
  const columns = (stored?.columns ?? []).map((column) => ({ ...column }));
  return (
    <div className="flex flex-col gap-3">
      <MaterializationFacts materialization={materialization} />
      {columns.length > 0 && <MetadataList metadata={{ Columns: { type: "schema", columns } }} />}
      <MetadataList metadata={metadata} />
      <Inputs materialization={materialization} />
    </div>
  );
}

function MaterializationFacts({ materialization }: { readonly materialization: Materialization }): ReactNode {
  const { runId, attempt, publishedAt, durationMs, stored, collectedAt, dataVersion, codeVersion } = materialization;
  const bytes = stored?.objects.reduce((sum, object) => sum + object.bytes, 0) ?? 0;
  const facts: readonly (readonly [string, ReactNode])[] = [
    [
      "Made",
      <>
        <Ago at={publishedAt} /> in {formatDuration(durationMs)} by{" "}
        <Link to="/runs/$runId" params={{ runId: String(runId) }} className="link">
          run {runId}
        </Link>
        {attempt > 1 && `, attempt ${attempt}`}
      </>,
    ],
    ...(stored?.rows === undefined ? [] : [["Rows", formatCount(stored.rows)] as const]),
    ...(stored === null ? [] : [["Stored", `${formatBytes(bytes)} through ${stored.io}`] as const]),
    ...(collectedAt === null ? [] : [["Data", <Collected key="collected" at={collectedAt} />] as const]),
    ...(stored?.objects ?? []).slice(0, 3).map(
      ({ key }) =>
        [
          "",
          <code key={key} className="font-mono text-xs break-all text-muted">
            {key}
          </code>,
        ] as const,
    ),
    ...(dataVersion === null ? [] : [["Data version", <Version key="data" text={dataVersion} />] as const]),
    ...(codeVersion === null ? [] : [["Code version", <Version key="code" text={codeVersion} />] as const]),
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
