import type { AssetDetail } from "@heddle/api";
import { PARTITION_STATUSES, type PartitionStatus, PartitionSet } from "@heddle/core/internal";
import { useQuery } from "@tanstack/react-query";
import { lazy, type ReactNode, Suspense, useState } from "react";
import { trpc } from "../../data/trpc.ts";
import { formatCount, formatCounted } from "../../format/amounts.ts";
import { partitionText, type Partitions, usePartitions } from "../../partitions/partition-space.ts";
import { PartitionStrip } from "../../partitions/partition-strip.tsx";
import { BY_URGENCY, codeOf, PARTITION_LOOK } from "../../status/status-look.ts";
import { GlyphIcon, TONE_TEXT } from "../../status/status-mark.tsx";
import { Button } from "../../ui/button.tsx";
import { FailurePanel } from "../../ui/failure-panel.tsx";
import { Section } from "../../ui/page.tsx";
import { Skeleton } from "../../ui/skeleton.tsx";
import type { LaunchState } from "../launch/launch-search.ts";

/** Most of what the panel is made of is needed when a partition is looked at, and not before. */
const PartitionPanel = lazy(async () => ({ default: (await import("./partition-panel.tsx")).PartitionPanel }));

interface AssetPartitionsProps {
  readonly detail: AssetDetail;
  /** Ordinal that is looked at. */
  readonly current: number | null;
  readonly onCurrent: (ordinal: number | null) => void;
  readonly onMaterialize: (parts: string | undefined, only?: readonly LaunchState[]) => void;
}

/** All partitions of the asset, and the one that is looked at. An asset without partitions has the one. */
export function AssetPartitions({ detail, current, onCurrent, onMaterialize }: AssetPartitionsProps): ReactNode {
  const { key, partitions: spec } = detail.definition;
  const query = useQuery(trpc.partitions.status.queryOptions({ key }));
  const partitions = usePartitions(query.data);
  const [selection, setSelection] = useState(PartitionSet.EMPTY);
  const shown = spec === null ? 0 : current;
  return (
    <Section
      title={spec === null ? "State" : "Partitions"}
      aside={
        spec === null ? undefined : (
          <PartitionsSummary
            partitions={partitions}
            does="Show the first"
            onStatus={(status) => onCurrent(partitions === null ? null : firstWith(partitions, status))}
            onMaterialize={onMaterialize}
          />
        )
      }
    >
      {query.isError && (
        <FailurePanel
          title="The partitions could not be read"
          error={query.error}
          onRetry={() => void query.refetch()}
        />
      )}
      {query.isPending && <Skeleton label="Reading the partitions" lines={2} />}
      {spec !== null && partitions !== null && partitions.runs.count > 0 && (
        <PartitionStrip
          label={`Partitions of ${key}`}
          partitions={partitions}
          selection={selection}
          current={current}
          onCurrent={onCurrent}
          onSelection={setSelection}
        />
      )}
      {spec !== null && partitions?.runs.count === 0 && <p className="text-muted">No partition exists yet.</p>}
      {partitions !== null && !selection.isEmpty && (
        <SelectionBar
          partitions={partitions}
          selection={selection}
          onClear={() => setSelection(PartitionSet.EMPTY)}
          onMaterialize={onMaterialize}
        />
      )}
      {shown !== null && (
        <Suspense fallback={<Skeleton label="Reading the partition" lines={3} />}>
          <PartitionPanel
            assetKey={key}
            ordinal={shown}
            onClose={spec === null ? null : () => onCurrent(null)}
            onMaterialize={spec === null ? null : onMaterialize}
          />
        </Suspense>
      )}
    </Section>
  );
}

interface SummaryProps extends Pick<AssetPartitionsProps, "onMaterialize"> {
  readonly partitions: Partitions | null;
  /** What a count does, before "failed partitions". */
  readonly does: string;
  readonly onStatus: (status: PartitionStatus) => void;
}

/** Counts by status; each leads to such partitions. */
export function PartitionsSummary({ partitions, does, onStatus, onMaterialize }: SummaryProps): ReactNode {
  if (partitions === null) return null;
  const { runs } = partitions;
  const counts = runs.countBetween(0, runs.count);
  const open = (["failed", "missing"] as const).filter((status) => (counts[codeOf(status)] ?? 0) > 0);
  const openCount = open.reduce((sum, status) => sum + (counts[codeOf(status)] ?? 0), 0);
  const stale = counts[codeOf("stale")] ?? 0;
  return (
    <>
      {BY_URGENCY.map((status) => {
        const count = counts[codeOf(status)] ?? 0;
        if (count === 0) return null;
        const look = PARTITION_LOOK[status];
        return (
          <button
            key={status}
            type="button"
            title={`${does} ${status} ${does.startsWith("Show") ? "partition" : "partitions"}`}
            onClick={() => onStatus(status)}
            className="flex items-center gap-1.5 rounded-sm px-1 hover:bg-hover hover:text-ink"
          >
            <span className={TONE_TEXT[look.tone]}>
              <GlyphIcon glyph={look.glyph} />
            </span>
            {formatCount(count)} {PARTITION_STATUSES[codeOf(status)]}
          </button>
        );
      })}
      {openCount > 0 && (
        <Button kind="outline" onClick={() => onMaterialize("all", ["missing", "failed"])}>
          Materialize {formatCount(openCount)} {open.join(" and ")}
        </Button>
      )}
      {stale > 0 && (
        <Button kind="outline" onClick={() => onMaterialize("all", ["stale"])}>
          Materialize {formatCount(stale)} stale
        </Button>
      )}
    </>
  );
}

function firstWith({ runs }: Partitions, status: PartitionStatus): number | null {
  return runs.setWith(new Set([codeOf(status)])).first ?? null;
}

interface SelectionBarProps extends Pick<AssetPartitionsProps, "onMaterialize"> {
  readonly partitions: Partitions;
  readonly selection: PartitionSet;
  readonly onClear: () => void;
}

/** What can be done with the marked partitions. */
function SelectionBar({
  partitions: { space, runs },
  selection,
  onClear,
  onMaterialize,
}: SelectionBarProps): ReactNode {
  const troubled = runs.setWith(new Set([codeOf("failed"), codeOf("missing")])).intersect(selection).size;
  const text = partitionText(space, selection);
  return (
    <div
      role="region"
      aria-label="Marked partitions"
      className="flex flex-wrap items-center gap-2 rounded-md border border-accent/50 bg-accent-soft px-3 py-1.5"
    >
      <span className="min-w-0 truncate">
        <span className="font-medium">{formatCounted(selection.size, "partition")}</span>{" "}
        <span className="text-muted">{space.format(selection, 2)}</span>
      </span>
      <span className="ml-auto flex gap-2">
        {troubled > 0 && troubled < selection.size && (
          <Button onClick={() => onMaterialize(text, ["missing", "failed"])}>
            Failed and missing only ({formatCount(troubled)})
          </Button>
        )}
        <Button kind="solid" icon="play" onClick={() => onMaterialize(text)}>
          Materialize
        </Button>
        <Button kind="ghost" onClick={onClear}>
          Clear
        </Button>
      </span>
    </div>
  );
}
