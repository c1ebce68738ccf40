import type { CheckResult, CheckStanding } from "@heddle/api";
import { PartitionSet } from "@heddle/core/internal";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { formatCount } from "../../format/amounts.ts";
import { GlyphIcon, StatusMark } from "../../status/status-mark.tsx";
import { Ago } from "../../ui/instant.tsx";
import { Markdown } from "../../ui/markdown.tsx";
import { Section } from "../../ui/page.tsx";
import { CHECK_LOOK, describeEffect } from "../checks/check-look.ts";
import { RunChecksButton } from "../checks/run-checks-button.tsx";
import { MetadataList } from "./metadata-list.tsx";

interface AssetChecksProps {
  readonly assetKey: string;
  readonly checks: readonly CheckStanding[];
  readonly partitioned: boolean;
  /** Opens the first partition of those. */
  readonly onPartition: (ordinal: number) => void;
}

/** The checks of an asset as they stand. */
export function AssetChecks({ assetKey, checks, partitioned, onPartition }: AssetChecksProps): ReactNode {
  if (checks.length === 0) return null;
  return (
    <Section
      title="Checks"
      aside={
        checks.some(({ declared }) => declared) && (
          <RunChecksButton label={`Run the checks of ${assetKey}`} text="Run" assets={[{ key: assetKey }]} />
        )
      }
    >
      <ul id="checks" className="flex flex-col divide-y divide-line rounded-md border border-line">
        {checks.map((check) => (
          <li key={check.name} className="px-4 py-2.5">
            <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
              <StatusMark look={CHECK_LOOK[check.state]} />
              <Link
                to="/checks/$"
                params={{ _splat: assetKey }}
                search={{ check: check.name }}
                className="min-w-0 font-medium wrap-anywhere hover:underline hover:underline-offset-3"
              >
                {check.name}
              </Link>
              <span className="text-xs text-muted">
                {describeEffect(check)}
                {!check.declared && ", no longer declared"}
              </span>
              <span className="ml-auto flex items-center gap-4 text-xs text-muted">
                {partitioned && <Standing check={check} onPartition={onPartition} />}
                {check.last !== null && <Ago at={check.last.at} />}
              </span>
            </div>
            {check.description !== null && (
              <div className="text-muted">
                <Markdown text={check.description} />
              </div>
            )}
            {check.problem !== null && <Problem problem={check.problem} onPartition={onPartition} />}
          </li>
        ))}
      </ul>
    </Section>
  );
}

/** What it found on the last partition that stands worst. */
function Problem({
  problem,
  onPartition,
}: {
  readonly problem: CheckResult;
  readonly onPartition: (ordinal: number) => void;
}): ReactNode {
  const { ordinal, partitionKey, description, metadata } = problem;
  return (
    <div className="mt-1 flex flex-col gap-1">
      <p className="flex flex-wrap gap-x-2">
        {partitionKey !== "" && (
          <button type="button" className="link" onClick={() => onPartition(ordinal)}>
            {partitionKey}
          </button>
        )}
        {description !== null && <span className="min-w-0 wrap-anywhere">{description}</span>}
      </p>
      <MetadataList metadata={metadata} />
    </div>
  );
}

function Standing({
  check,
  onPartition,
}: {
  readonly check: CheckStanding;
  readonly onPartition: (ordinal: number) => void;
}): ReactNode {
  const groups = [
    { ranges: check.failed, glyph: "cross", word: "failed", tone: "text-failed-ink" },
    { ranges: check.warned, glyph: "triangle", word: "warned", tone: "text-stale-ink" },
    { ranges: check.passed, glyph: "check", word: "passed", tone: "text-muted" },
  ] as const;
  return groups.map(({ ranges, glyph, word, tone }) => {
    const set = PartitionSet.fromRanges(ranges);
    const { first } = set;
    if (first === undefined) return null;
    return (
      <button
        key={word}
        type="button"
        aria-label={`${formatCount(set.size)} ${word}, show the first`}
        onClick={() => onPartition(first)}
        className={`flex items-center gap-1 hover:underline ${tone}`}
      >
        <GlyphIcon glyph={glyph} size={10} />
        {formatCount(set.size)}
      </button>
    );
  });
}
