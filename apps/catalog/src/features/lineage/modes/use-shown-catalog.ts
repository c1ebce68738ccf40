import type { LineageDiff, LineageStatuses } from "@heddle/api";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useEffect, useMemo } from "react";
import type { Catalog } from "../../../data/catalog-state.ts";
import { trpc } from "../../../data/trpc.ts";
import { copyStatuses, pastCatalog, withRemoved } from "./derived-catalog.ts";

/** What the lineage shows: what is now, or a moment, or now against a version of before. */
export interface ShownCatalog {
  readonly catalog: Catalog;
  /** The moment that is shown; it may be another one than was asked for, until that is there. */
  readonly at: number | null;
  readonly diff: LineageDiff | null;
  /** Whether what is shown is not yet what was asked for. */
  readonly pending: boolean;
  readonly error: unknown;
}

interface Wanted {
  readonly at: number | undefined;
  readonly base: number | undefined;
}

/** Reads the moment or the version that the address asks for; statuses of the past never change. */
export function useShownCatalog(live: Catalog, { at, base }: Wanted): ShownCatalog {
  const statuses = useQuery({
    ...trpc.lineage.statusAt.queryOptions({ at: at ?? Date.UTC(2000, 0) }),
    enabled: at !== undefined,
    staleTime: Number.POSITIVE_INFINITY,
    placeholderData: keepPreviousData,
  });
  const version = at === undefined ? null : (statuses.data?.version ?? null);
  const graph = useQuery({
    ...trpc.lineage.graph.queryOptions({ version: version ?? "" }),
    enabled: version !== null,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const diff = useQuery({
    ...trpc.lineage.diff.queryOptions({ base: base ?? 1 }),
    enabled: base !== undefined && at === undefined,
  });
  const past = useMemo(() => {
    if (at === undefined || statuses.data === undefined) return null;
    if (statuses.data.version === null) return pastOf(live, statuses.data, null);
    return graph.data === undefined ? null : pastOf(live, statuses.data, graph.data);
  }, [at, live, statuses.data, graph.data]);
  const shownDiff = at === undefined && base !== undefined ? (diff.data ?? null) : null;
  const compared = useMemo(() => (shownDiff === null ? null : withRemoved(live, shownDiff)), [live, shownDiff]);
  useMirror(live, compared);
  return {
    catalog: past?.catalog ?? compared ?? live,
    at: past?.at ?? null,
    diff: shownDiff,
    pending:
      (at !== undefined && (past === null || statuses.isPlaceholderData)) || (base !== undefined && shownDiff === null),
    error: (at === undefined ? null : (statuses.error ?? graph.error)) ?? (base === undefined ? null : diff.error),
  };
}

function pastOf(
  { index }: Catalog,
  statuses: LineageStatuses,
  snapshot: Parameters<typeof pastCatalog>[1]["snapshot"],
): { readonly catalog: Catalog; readonly at: number } {
  return { catalog: pastCatalog(index, { statuses, snapshot }), at: statuses.at };
}

/** Hands changes of the live statuses on to the catalog that holds removed assets as well. */
function useMirror(live: Catalog, compared: Catalog | null): void {
  useEffect(() => {
    if (compared === null || compared.statuses === live.statuses) return;
    return live.statuses.subscribe(() => {
      copyStatuses(live.statuses, compared.statuses);
      compared.statuses.touch();
    });
  }, [live, compared]);
}
