import type { AssetDetail } from "@heddle/api";
import { PartitionSet } from "@heddle/core/internal";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { lazy, type ReactNode, Suspense, useEffect, useMemo, useRef } from "react";
import { trpc } from "../../../data/trpc.ts";
import { partitionText, usePartitions } from "../../../partitions/partition-space.ts";
import { PartitionStrip } from "../../../partitions/partition-strip.tsx";
import { FailurePanel } from "../../../ui/failure-panel.tsx";
import { Section } from "../../../ui/page.tsx";
import { Skeleton } from "../../../ui/skeleton.tsx";
import { announceFailure } from "../../../ui/toasts.tsx";
import type { LaunchState } from "../../launch/launch-search.ts";
import { MAX_PICK } from "../asset-page-search.ts";
import { PartitionsSummary } from "../asset-partitions.tsx";
import { PartitionPanel } from "../partition-panel.tsx";
import { ChosenActions } from "./chosen-actions.tsx";
import { readChosen } from "./chosen-partitions.ts";
import { PartitionTable } from "./partition-table.tsx";
import { PickField } from "./pick-field.tsx";

const HeatmapView = lazy(async () => ({ default: (await import("./heatmap-view.tsx")).HeatmapView }));

const NEWEST_FIRST = "-partition";

const route = getRouteApi("/assets/$");

interface PartitionsExplorerProps {
  readonly detail: AssetDetail;
  /** Ordinal that is looked at. */
  readonly current: number | null;
  readonly onCurrent: (ordinal: number | null) => void;
  readonly onMaterialize: (parts: string | undefined, only?: readonly LaunchState[]) => void;
}

/** All partitions of an asset: as a line, by two dimensions, and one by one; some of them chosen in words or by hand. */
export function PartitionsExplorer({ detail, current, onCurrent, onMaterialize }: PartitionsExplorerProps): ReactNode {
  const { key } = detail.definition;
  const search = route.useSearch();
  const navigate = useNavigate({ from: "/assets/$" });
  const set = (change: Partial<typeof search>): void =>
    void navigate({ search: (before) => ({ ...before, ...change }), replace: true, resetScroll: false });
  const query = useQuery(trpc.partitions.status.queryOptions({ key }));
  const partitions = usePartitions(query.data);
  const pick = search.pick ?? "";
  const chosen = useMemo(() => (partitions === null ? null : readChosen(pick, partitions)), [pick, partitions]);
  const selection = chosen?.kind === "set" ? chosen.set : PartitionSet.EMPTY;
  const setSelection = (next: PartitionSet): void => {
    if (partitions === null) return;
    const text = next.isEmpty ? "" : partitionText(partitions.space, next);
    if (text.length > MAX_PICK) {
      announceFailure("That is too much for an address", new Error("Mark fewer ranges, or name them by a pattern."));
    } else set({ pick: text === "" ? undefined : text });
  };
  const panel = useRef<HTMLDivElement>(null);
  // What stands above the panel has its height once the partitions are read: a link to a partition waits for that.
  const isReady = partitions !== null;
  useEffect(() => {
    if (isReady && current !== null) panel.current?.scrollIntoView({ block: "nearest" });
  }, [current, isReady]);
  const dimensions = partitions?.space.dimensions ?? null;
  // What is not understood filters nothing, and the field says so.
  const filter = chosen?.kind === "set" || chosen?.kind === "unknown" ? pick : "";
  const parts = { partitions, selection, current, onCurrent, onSelection: setSelection };
  return (
    <Section
      title="Partitions"
      aside={
        <PartitionsSummary
          partitions={partitions}
          does="Choose the"
          onStatus={(status) => set({ pick: `status:${status}` })}
          onMaterialize={onMaterialize}
        />
      }
    >
      {query.isError && (
        <FailurePanel
          title="The partitions could not be read"
          error={query.error}
          onRetry={() => void query.refetch()}
        />
      )}
      {query.isPending && <Skeleton label="Reading the partitions" lines={8} />}
      {partitions !== null && partitions.runs.count === 0 && <p className="text-muted">No partition exists yet.</p>}
      {partitions !== null && partitions.runs.count > 0 && (
        <>
          <PickField
            text={pick}
            onText={(text) => set({ pick: text.trim() === "" ? undefined : text.slice(0, MAX_PICK) })}
            chosen={chosen}
            partitions={partitions}
          />
          <PartitionStrip label={`Partitions of ${key}`} {...parts} partitions={partitions} />
          {dimensions !== null && (
            <Suspense fallback={<Skeleton label="Drawing the dimensions" lines={4} />}>
              <HeatmapView
                label={`Partitions of ${key} by dimension`}
                dimensions={dimensions}
                axes={{ across: search.across, down: search.down, fixed: search.fixed }}
                onAxes={set}
                {...parts}
                partitions={partitions}
              />
            </Suspense>
          )}
          {chosen?.kind === "set" && !chosen.set.isEmpty && (
            <ChosenActions
              detail={detail}
              partitions={partitions}
              chosen={chosen}
              onClear={() => set({ pick: undefined })}
              onMaterialize={onMaterialize}
            />
          )}
          <PartitionTable
            assetKey={key}
            text={filter}
            order={search.sort ?? NEWEST_FIRST}
            onOrder={(order) => set({ sort: order === NEWEST_FIRST ? undefined : order })}
            current={current}
            onCurrent={onCurrent}
          />
        </>
      )}
      {current !== null && (
        <div ref={panel} className="min-h-96 scroll-mb-4">
          <PartitionPanel
            assetKey={key}
            ordinal={current}
            onClose={() => onCurrent(null)}
            onMaterialize={onMaterialize}
          />
        </div>
      )}
    </Section>
  );
}
