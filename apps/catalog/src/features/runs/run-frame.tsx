import type { RunDetail } from "@heddle/api";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { EmptyState } from "../../ui/empty-state.tsx";
import { FailurePanel } from "../../ui/failure-panel.tsx";
import { Page } from "../../ui/page.tsx";
import { Skeleton } from "../../ui/skeleton.tsx";
import { useRun } from "./use-run.ts";

interface RunFrameProps {
  /** The run's number, as it stands in the address. */
  readonly runId: string;
  /** What this page calls a run. */
  readonly noun: "Run" | "Backfill";
  readonly children: (run: RunDetail) => ReactNode;
}

/** The page of one run: what is said before it is read, or when it cannot be. */
export function RunFrame({ runId, noun, children }: RunFrameProps): ReactNode {
  const read = useRun(runId);
  const title = `${noun} ${runId}`;
  return (
    <Page title={title}>
      {read.kind !== "read" && <h1 className="sr-only">{title}</h1>}
      {read.kind === "not_a_number" && <EmptyState title={`“${runId}” is not the number of a run.`} />}
      {read.kind === "failed" && (
        <div className="p-4">
          <FailurePanel
            title={`${title} could not be read`}
            error={read.error}
            onRetry={read.retry}
            elsewhere={
              <Link to={noun === "Backfill" ? "/backfills" : "/runs"} className="link">
                All {noun.toLowerCase()}s
              </Link>
            }
          />
        </div>
      )}
      {read.kind === "pending" && <Skeleton label={`Reading the ${noun.toLowerCase()}`} lines={6} />}
      {read.kind === "read" && children(read.run)}
    </Page>
  );
}
