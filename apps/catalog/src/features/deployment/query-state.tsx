import type { ReactNode } from "react";
import { FailurePanel } from "../../ui/failure-panel.tsx";
import { Skeleton } from "../../ui/skeleton.tsx";

interface QueryStateProps {
  /** What is read, as in "The pools". */
  readonly what: string;
  readonly query: {
    readonly isPending: boolean;
    readonly isError: boolean;
    readonly error: unknown;
    readonly refetch: () => unknown;
  };
}

/** What stands in place of what is being read, or could not be. */
export function QueryState({ what, query }: QueryStateProps): ReactNode {
  if (query.isError) {
    return (
      <FailurePanel title={`${what} could not be read`} error={query.error} onRetry={() => void query.refetch()} />
    );
  }
  return query.isPending ? <Skeleton label={`Reading ${what.toLowerCase()}`} lines={4} /> : null;
}
