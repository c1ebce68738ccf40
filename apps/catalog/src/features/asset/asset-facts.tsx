import type { AssetDetail } from "@heddle/api";
import type { PartitionsSpec, RetryPolicy } from "@heddle/core/internal";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { formatDuration } from "../../format/durations.ts";
import { Markdown } from "../../ui/markdown.tsx";

/** What an asset is by its declaration. */
export function AssetFacts({ detail }: { readonly detail: AssetDetail }): ReactNode {
  const { definition } = detail;
  const { source } = definition;
  const facts: readonly (readonly [string, ReactNode])[] = [
    [
      "Group",
      <Link key="group" to="/assets" search={{ group: [definition.group] }} className="link wrap-anywhere">
        {definition.group}
      </Link>,
    ],
    ["Owners", definition.owners.join(", ") || "none"],
    ...(definition.kinds.length === 0 ? [] : [["Kinds", definition.kinds.join(", ")] as const]),
    ...Object.entries(definition.tags).map(([name, value]) => [`Tag ${name}`, value] as const),
    ["Partitions", describeSpec(definition.partitions)],
    ...(definition.kind === "external" ? externalFacts(detail) : ownFacts(detail)),
    ...(source === null
      ? []
      : [
          [
            "Source",
            <code key="source" className="font-mono text-xs break-all">
              {source.file}:{source.line}
            </code>,
          ] as const,
        ]),
    ["Code location", detail.codeLocation],
  ];
  return (
    <div className="flex flex-col gap-4">
      {definition.description !== null && <Markdown text={definition.description} />}
      <dl className="grid grid-cols-[96px_minmax(0,1fr)] gap-x-3 gap-y-1">
        {facts.map(([name, value]) => (
          <div key={name} className="contents">
            <dt className="text-muted">{name}</dt>
            <dd className="min-w-0 break-words">{value}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}

function externalFacts({ definition }: AssetDetail): (readonly [string, ReactNode])[] {
  const { observed, retry, timeoutMs, resources } = definition;
  if (observed !== true) return [["Observed", "by nobody"]];
  return [
    ["Observed", definition.automation === undefined ? "when somebody asks" : "by its automation"],
    ["Retries", describeRetry(retry)],
    ["Time limit", formatDuration(timeoutMs)],
    ...(resources.length === 0 ? [] : [["Resources", resources.join(", ")] as const]),
  ];
}

function ownFacts({ definition }: AssetDetail): (readonly [string, ReactNode])[] {
  const { retry, timeoutMs, noProgressMs, io, resources, codeVersion, isolation } = definition;
  return [
    ["Stored by", io],
    ["Retries", describeRetry(retry)],
    ["Time limit", formatDuration(timeoutMs)],
    ...(noProgressMs === undefined
      ? []
      : [["Without progress", `ended after ${formatDuration(noProgressMs)}`] as const]),
    ...(isolation === "process" ? [["Runs in", "a process of its own"] as const] : []),
    ...(resources.length === 0 ? [] : [["Resources", resources.join(", ")] as const]),
    [
      "Code version",
      <code key="code" title={codeVersion} className="font-mono text-xs">
        {codeVersion.slice(0, 12)}
      </code>,
    ],
  ];
}

/** A retry policy in a few words. */
function describeRetry({ attempts, backoff, delayMs, rules = [] }: RetryPolicy): string {
  const delay =
    typeof delayMs === "number"
      ? `${backoff} from ${formatDuration(delayMs)}`
      : `after ${delayMs.map(formatDuration).join(", ")}`;
  const usual = attempts <= 1 ? "none" : `${attempts} attempts, ${delay}`;
  if (rules.length === 0) return usual;
  return `${usual}; ${rules.length === 1 ? "a rule" : `${rules.length} rules`} for certain errors`;
}

/** A partitions definition in a few words. */
export function describeSpec(spec: PartitionsSpec | null): string {
  if (spec === null) return "not partitioned";
  switch (spec.kind) {
    case "static":
      return `${spec.keys.length} fixed keys`;
    case "dynamic":
      return `dynamic, ${spec.name}`;
    case "multi":
      return spec.dimensions.map(({ name }) => name).join(" × ");
    case "time-window":
      return `${spec.cadence === "cron" ? `by “${spec.cron}”` : spec.cadence} from ${spec.start.slice(0, 10)}${spec.end === null ? "" : ` to ${spec.end.slice(0, 10)}`}, ${spec.timeZone}`;
  }
}
