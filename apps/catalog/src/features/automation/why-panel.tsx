import type { AutomationWhy } from "@heddle/api";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { trpc } from "../../data/trpc.ts";
import type { StatusLook } from "../../status/status-look.ts";
import { StatusMark } from "../../status/status-mark.tsx";
import { FailurePanel } from "../../ui/failure-panel.tsx";
import { Section } from "../../ui/page.tsx";
import { SearchField } from "../../ui/search-field.tsx";
import { Sentence } from "../../ui/sentence.tsx";
import { Skeleton } from "../../ui/skeleton.tsx";
import { Until } from "../../ui/instant.tsx";
import { ConditionTree } from "./condition-tree.tsx";

const VERDICTS: Record<AutomationWhy["verdict"], StatusLook> = {
  requested: { glyph: "play", word: "about to be requested", tone: "fresh" },
  in_progress: { glyph: "play", word: "in progress", tone: "running" },
  not_requested: { glyph: "ring", word: "not requested", tone: "missing" },
  no_condition: { glyph: "ring", word: "no condition", tone: "missing" },
  not_evaluated: { glyph: "dots", word: "not evaluated yet", tone: "queued" },
  not_there: { glyph: "ring", word: "no such partition", tone: "missing" },
  off: { glyph: "pause", word: "off", tone: "missing" },
  stopped: { glyph: "slash", word: "stopped", tone: "failed" },
};

interface WhyPanelProps {
  readonly assetKey: string;
  readonly check: string | null;
  /** Key of the partition that is asked about; when left out, one that needs an answer, else the newest. */
  readonly partition: string | undefined;
  readonly onPartition: (partition: string | undefined) => void;
}

const READ_INTERVAL_MS = 10_000;

/** Why a partition is, or is not, requested. */
export const whyQuery = ({ assetKey, check, partition }: Pick<WhyPanelProps, "assetKey" | "check" | "partition">) =>
  trpc.automation.why.queryOptions(
    { assetKey, ...(check !== null && { check }), ...(partition !== undefined && { partition }) },
    { refetchInterval: READ_INTERVAL_MS, placeholderData: (before) => before },
  );

/** Why a partition is, or is not, requested as of now: in sentences, and part by part. */
export function WhyPanel({ assetKey, check, partition, onPartition }: WhyPanelProps): ReactNode {
  const query = useQuery(whyQuery({ assetKey, check, partition }));
  // What is not cut has no name for its one partition.
  const isCut = partition !== undefined || (query.data !== undefined && query.data.partition !== "");
  return (
    <Section
      title="Why, and why not?"
      aside={
        isCut && (
          <SearchField
            label="Partition, such as 2026-01-31"
            className="w-64"
            text={partition ?? ""}
            onText={(text) => onPartition(text.trim() || undefined)}
          />
        )
      }
    >
      {query.isError && (
        <FailurePanel title="It could not be explained" error={query.error} onRetry={() => void query.refetch()} />
      )}
      {query.isPending && <Skeleton label="Evaluating the condition as of now" lines={4} />}
      {query.data !== undefined && <WhyAnswer why={query.data} />}
    </Section>
  );
}

function WhyAnswer({ why }: { readonly why: AutomationWhy }): ReactNode {
  const { verdict, partition, sentences, tree, nextChange, wouldRequestNow, assetKey, ordinal } = why;
  return (
    <div className="flex min-w-0 flex-col gap-3">
      <div className="flex flex-col gap-1.5 rounded-md border border-line px-4 py-3">
        <div className="flex flex-wrap items-center gap-x-3">
          {partition !== "" && <span className="font-medium">{partition}</span>}
          <StatusMark look={VERDICTS[verdict]} />
          <span className="ml-auto text-xs text-muted">
            {wouldRequestNow ? "an evaluation now would request it" : "an evaluation now would not request it"}
            {nextChange !== null && (
              <>
                , the clock changes something <Until at={nextChange} />
              </>
            )}
          </span>
        </div>
        {sentences.map((parts, i) => (
          <p key={i}>
            <Sentence parts={parts} />
          </p>
        ))}
      </div>
      {tree !== null && (
        <ConditionTree
          label={`The condition of ${assetKey} as of now`}
          root={tree}
          asked={ordinal === null ? null : { assetKey, ordinal }}
        />
      )}
    </div>
  );
}
