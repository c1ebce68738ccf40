import type { ComparedAsset, RunComparison, RunDetail } from "@heddle/api";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { trpc } from "../../data/trpc.ts";
import { formatCount, formatCounted } from "../../format/amounts.ts";
import { formatDuration } from "../../format/durations.ts";
import { FailurePanel } from "../../ui/failure-panel.tsx";
import { At } from "../../ui/instant.tsx";
import { NumberField } from "../../ui/number-field.tsx";
import { Section } from "../../ui/page.tsx";
import { Skeleton } from "../../ui/skeleton.tsx";
import { changedAssets, describeOutcome } from "./compared-assets.ts";
import { describeDifference } from "./timeline-table.tsx";

interface RunConfigProps {
  readonly run: RunDetail;
  /** The run to compare with; left out: the one before it that is most like it, one that succeeded if there is one. */
  readonly other: number | undefined;
  readonly onOther: (runId: number | undefined) => void;
}

/** What a run was launched with, and how that differs from another run. */
export function RunConfig({ run, other, onOther }: RunConfigProps): ReactNode {
  const query = useQuery(
    trpc.runs.compare.queryOptions({ runId: run.id, ...(other === undefined ? {} : { with: other }) }),
  );
  return (
    <div className="flex flex-col gap-6">
      <Launched run={run} />
      <Section
        title="Compared"
        aside={
          <NumberField
            label="With run"
            placeholder="the last like it"
            value={other}
            min={1}
            max={Number.MAX_SAFE_INTEGER}
            onChange={onOther}
          />
        }
      >
        {query.isError && (
          <FailurePanel
            title="The runs could not be compared"
            error={query.error}
            onRetry={() => void query.refetch()}
          />
        )}
        {query.isPending && <Skeleton label="Comparing" lines={4} />}
        {query.data !== undefined && <Comparison run={run} comparison={query.data} />}
      </Section>
      <Configs run={run} />
    </div>
  );
}

function Launched({ run }: { readonly run: RunDetail }): ReactNode {
  const { selection } = run.origin;
  const facts: readonly (readonly [string, ReactNode])[] = [
    ...(typeof selection === "string" ? [["Selection", <Code key="selection">{selection}</Code>] as const] : []),
    [
      "Plan",
      <>
        {formatCounted(run.total, "step")} of {formatCounted(run.assetCount, "asset")}, {run.order} first,{" "}
        <Code>{run.planHash.slice(0, 12)}</Code>
        {run.plannedAt !== null && (
          <>
            , made <At at={run.plannedAt} />
          </>
        )}
      </>,
    ],
    ["Code", run.codeVersion === null ? "not kept any more" : <Code key="code">{run.codeVersion.slice(0, 16)}</Code>],
    [
      "Limits",
      `${run.maxConcurrency === null ? "no limit of its own" : `at most ${formatCounted(run.maxConcurrency, "step")} at once`}, priority ${formatCount(run.priority)}`,
    ],
    [
      "Tags",
      Object.entries(run.tags)
        .map(([name, value]) => `${name}=${value}`)
        .join(", ") || "none",
    ],
    ...(run.warnings.length === 0 ? [] : [["Warnings", run.warnings.map(({ message }) => message).join(" ")] as const]),
  ];
  return (
    <Section title="Launched with">
      <dl className="grid grid-cols-[minmax(96px,auto)_minmax(0,1fr)] gap-x-6 gap-y-1">
        {facts.map(([name, value]) => (
          <div key={name} className="contents">
            <dt className="text-muted">{name}</dt>
            <dd className="min-w-0 break-words">{value}</dd>
          </div>
        ))}
      </dl>
    </Section>
  );
}

function Code({ children }: { readonly children: string }): ReactNode {
  return <code className="font-mono text-xs break-all">{children}</code>;
}

/** Assets that are listed; the rest is counted. */
const LISTED = 200;

function Comparison({ run, comparison }: { readonly run: RunDetail; readonly comparison: RunComparison }): ReactNode {
  const { other, tookMs } = comparison;
  if (other === null) {
    return <p className="text-muted">No earlier run has made these assets.</p>;
  }
  const changed = changedAssets(comparison);
  return (
    <div className="flex flex-col gap-3">
      <p>
        <Link to="/runs/$runId" params={{ runId: String(other.id) }} className="link">
          Run {other.id}
        </Link>{" "}
        <span className="text-muted">
          ({other.status}) was created <At at={other.createdAt} />
          {tookMs !== null && other.tookMs !== null && `; this one took ${describeDifference(tookMs, other.tookMs)}`}.
        </span>
      </p>
      <div
        className="overflow-x-auto rounded-md border border-line"
        tabIndex={0}
        role="region"
        aria-label="Assets compared"
      >
        <table className="w-full border-collapse text-xs">
          <thead>
            <tr className="text-left text-muted [&>th]:border-b [&>th]:border-line [&>th]:px-3 [&>th]:py-1.5 [&>th]:font-medium">
              <th>Asset</th>
              <th>Run {run.id}</th>
              <th>Run {other.id}</th>
              <th className="text-right">Work</th>
              <th>Changed</th>
            </tr>
          </thead>
          <tbody>
            {changed.slice(0, LISTED).map((own) => (
              <ComparedLine key={own.asset.key} own={own} />
            ))}
          </tbody>
        </table>
      </div>
      {changed.length > LISTED && (
        <p className="text-muted">and {formatCounted(changed.length - LISTED, "more asset")}</p>
      )}
    </div>
  );
}

function ComparedLine({ own }: { readonly own: ComparedAsset & { readonly changes: readonly string[] } }): ReactNode {
  const { asset, now, before, changes } = own;
  return (
    <tr className="align-top [&>td]:border-b [&>td]:border-line [&>td]:px-3 [&>td]:py-1.5 last:[&>td]:border-b-0">
      <td className="whitespace-nowrap">{asset.key}</td>
      <td>{describeOutcome(now)}</td>
      <td className="text-muted">{describeOutcome(before)}</td>
      <td className="text-right whitespace-nowrap">
        {now === null || before === null || before.workMs + now.workMs === 0
          ? ""
          : `${formatDuration(now.workMs)}, ${describeDifference(now.workMs, before.workMs)}`}
      </td>
      <td>{changes.length === 0 ? <span className="text-muted">nothing</span> : changes.join("; ")}</td>
    </tr>
  );
}

function Configs({ run }: { readonly run: RunDetail }): ReactNode {
  const given = run.progress.filter(({ givenConfig }) => givenConfig !== null);
  if (given.length === 0) return null;
  return (
    <Section title="Config">
      {given.slice(0, LISTED).map(({ asset, givenConfig }) => (
        <div key={asset.key}>
          <h3 className="mb-1 font-medium">{asset.key}</h3>
          <pre
            tabIndex={0}
            className="overflow-x-auto rounded-md border border-line bg-surface px-3 py-2 font-mono text-xs leading-5"
          >
            {JSON.stringify(givenConfig, null, 2)}
          </pre>
        </div>
      ))}
    </Section>
  );
}
