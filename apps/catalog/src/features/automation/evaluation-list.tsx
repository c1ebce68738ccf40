import type { AutomationEvaluation } from "@heddle/api";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { client, trpc } from "../../data/trpc.ts";
import { formatCounted } from "../../format/amounts.ts";
import { Button } from "../../ui/button.tsx";
import { FailurePanel } from "../../ui/failure-panel.tsx";
import { At } from "../../ui/instant.tsx";
import { Section } from "../../ui/page.tsx";
import { Segmented } from "../../ui/segmented.tsx";
import { Sentence } from "../../ui/sentence.tsx";
import { Skeleton } from "../../ui/skeleton.tsx";
import { ConditionTree } from "./condition-tree.tsx";
import { FoldAt } from "./fold-at.tsx";

interface EvaluationListProps {
  readonly assetId: number;
  readonly check: string | null;
  /** The evaluation that is looked at. */
  readonly chosen: number | undefined;
  readonly onlyRequesting: boolean;
  readonly onChange: (change: { readonly evaluation?: number | undefined; readonly all?: "yes" | undefined }) => void;
}

const PAGE_SIZE = 50;
const READ_INTERVAL_MS = 10_000;

/** The evaluations that came to something else than the one before, the newest first. */
export function EvaluationList({ assetId, check, chosen, onlyRequesting, onChange }: EvaluationListProps): ReactNode {
  const input = { assetId, ...(check !== null && { check }), onlyRequesting, limit: PAGE_SIZE };
  const query = useInfiniteQuery({
    ...trpc.automation.evaluations.infiniteQueryOptions(input, {
      getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
    }),
    queryFn: ({ pageParam, signal }) =>
      client.automation.evaluations.query({ ...input, cursor: pageParam }, { signal }),
    refetchInterval: READ_INTERVAL_MS,
    placeholderData: (before) => before,
  });
  const evaluations = query.data?.pages.flatMap(({ items }) => items) ?? [];
  return (
    <Section
      title="Evaluations"
      aside={
        <Segmented
          label="Evaluations"
          value={onlyRequesting ? "requesting" : "all"}
          options={[
            { value: "requesting", label: "That requested" },
            { value: "all", label: "All" },
          ]}
          onChange={(value) => onChange({ all: value === "all" ? "yes" : undefined })}
        />
      }
    >
      {query.isPending && <Skeleton label="Reading the evaluations" lines={3} />}
      {query.isError && (
        <FailurePanel
          title="The evaluations could not be read"
          error={query.error}
          onRetry={() => void query.refetch()}
        />
      )}
      {query.isSuccess && evaluations.length === 0 && (
        <p className="text-muted">
          {onlyRequesting ? "It has not requested anything yet." : "It has not been evaluated yet."}
        </p>
      )}
      {chosen !== undefined && query.isSuccess && evaluations.every(({ id }) => id !== chosen) && (
        <section aria-label="Chosen evaluation" className="overflow-hidden rounded-md border border-accent">
          <EvaluationView id={chosen} withTime />
        </section>
      )}
      {evaluations.length > 0 && (
        <ul aria-label="Evaluations" className="rounded-md border border-line">
          {evaluations.map((evaluation) => (
            <EvaluationItem
              key={evaluation.id}
              evaluation={evaluation}
              open={evaluation.id === chosen}
              onToggle={() => onChange({ evaluation: evaluation.id === chosen ? undefined : evaluation.id })}
            />
          ))}
        </ul>
      )}
      {query.hasNextPage && (
        <div className="flex justify-center p-2">
          <Button disabled={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            Earlier evaluations
          </Button>
        </div>
      )}
    </Section>
  );
}

interface EvaluationItemProps {
  readonly evaluation: AutomationEvaluation;
  readonly open: boolean;
  readonly onToggle: () => void;
}

function EvaluationItem({ evaluation, open, onToggle }: EvaluationItemProps): ReactNode {
  const { id, at, count, requestedText, runId, problem } = evaluation;
  return (
    <li className="border-b border-line last:border-b-0">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-0.5 px-3 py-1.5 hover:bg-hover">
        <FoldAt at={at} open={open} onToggle={onToggle} />
        <span className="min-w-0 flex-1 truncate">
          {count === 0 ? (
            <span className="text-muted">nothing requested</span>
          ) : (
            <>requested {requestedText === "" ? "it" : `${formatCounted(count, "partition")}: ${requestedText}`}</>
          )}
        </span>
        {problem !== null && <span className="text-xs text-stale-ink">{problem}</span>}
        {runId !== null && (
          <Link to="/runs/$runId" params={{ runId: String(runId) }} className="link">
            run {runId}
          </Link>
        )}
      </div>
      {open && <EvaluationView id={id} />}
    </li>
  );
}

/** One evaluation as it was; `withTime` where nothing beside it says when that was. */
function EvaluationView({ id, withTime = false }: { readonly id: number; readonly withTime?: boolean }): ReactNode {
  const query = useQuery(trpc.automation.evaluation.queryOptions({ id }));
  return (
    <div className="flex flex-col gap-3 border-t border-line bg-surface px-4 py-3">
      {query.isPending && <Skeleton label="Reading the evaluation" lines={3} />}
      {query.isError && (
        <FailurePanel
          title="The evaluation could not be read"
          error={query.error}
          onRetry={() => void query.refetch()}
        />
      )}
      {withTime && query.data !== undefined && (
        <h3 className="font-medium">
          Evaluation of <At at={query.data.at} />
        </h3>
      )}
      {query.data?.sentences.map((parts, i) => (
        <p key={i}>
          <Sentence parts={parts} />
        </p>
      ))}
      {query.data !== undefined && <ConditionTree label="The condition as it was evaluated" root={query.data.tree} />}
    </div>
  );
}
