import type { AssetDetail, FormerDefinition } from "@heddle/api";
import { PartitionSet } from "@heddle/core/internal";
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { trpc } from "../../data/trpc.ts";
import { formatCount, formatCounted } from "../../format/amounts.ts";
import { partitionName, usePartitions } from "../../partitions/partition-space.ts";
import { PartitionStrip } from "../../partitions/partition-strip.tsx";
import { FailurePanel } from "../../ui/failure-panel.tsx";
import { Icon } from "../../ui/icons.tsx";
import { At } from "../../ui/instant.tsx";
import { Section } from "../../ui/page.tsx";
import { Skeleton } from "../../ui/skeleton.tsx";
import { PartitionPanel } from "./partition-panel.tsx";

/** Former partitions that are named; the others are counted. */
const NAMED = 24;

interface FormerPartitionsProps {
  readonly detail: AssetDetail;
  readonly onShow: (ordinal: number) => void;
}

/** What was made and is not in the definition any more, and what the asset was before: history stays where it was. */
export function FormerPartitions({ detail, onShow }: FormerPartitionsProps): ReactNode {
  const { former, formerDefinitions } = detail;
  return (
    <Section title="No longer in the definition">
      {former.count > 0 && <Gone detail={detail} onShow={onShow} />}
      {formerDefinitions.length > 0 && (
        <ul aria-label="Former definitions" className="divide-y divide-line rounded-md border border-line">
          {formerDefinitions.map((definition) => (
            <li key={definition.assetId}>
              <Former assetKey={detail.definition.key} definition={definition} />
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}

/** Partitions whose keys the definition does not hold any more. */
function Gone({ detail: { definition, former }, onShow }: FormerPartitionsProps): ReactNode {
  const query = useQuery(trpc.partitions.status.queryOptions({ key: definition.key }));
  const partitions = usePartitions(query.data);
  const set = PartitionSet.fromRanges(former.partitions);
  const named = [...set.take(NAMED)];
  return (
    <div>
      <p className="text-muted">
        {formatCounted(former.count, "partition was", "partitions were")} made and {former.count === 1 ? "does" : "do"}{" "}
        not exist any more: {former.text}
      </p>
      {partitions !== null && (
        <ul aria-label="Partitions that do not exist any more" className="mt-1.5 flex flex-wrap gap-1.5">
          {named.map((ordinal) => (
            <li key={ordinal}>
              <button
                type="button"
                onClick={() => onShow(ordinal)}
                className="h-6 max-w-56 truncate rounded-sm border border-dashed border-line-strong px-2 text-xs text-muted hover:bg-hover hover:text-ink"
              >
                {partitionName(partitions.space, ordinal)}
              </button>
            </li>
          ))}
          {former.count > named.length && (
            <li className="self-center text-xs text-muted">and {formatCount(former.count - named.length)} more</li>
          )}
        </ul>
      )}
    </div>
  );
}

interface FormerProps {
  readonly assetKey: string;
  readonly definition: FormerDefinition;
}

/** One definition that was superseded; open, with its partitions. */
function Former({ assetKey, definition }: FormerProps): ReactNode {
  const [open, setOpen] = useState(false);
  return (
    <>
      <button
        type="button"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
        className="flex w-full flex-wrap items-center gap-x-3 px-3 py-1.5 text-left hover:bg-hover"
      >
        <span className={`text-faint ${open ? "rotate-90" : ""}`}>
          <Icon name="chevronRight" size={12} />
        </span>
        <span className="min-w-0">{definition.description}</span>
        <span className="text-muted">{formatCount(definition.materialized)} materialized</span>
        <span className="ml-auto text-xs text-muted">
          until <At at={definition.supersededAt} />
        </span>
      </button>
      {open && <FormerStrip assetKey={assetKey} formerId={definition.assetId} />}
    </>
  );
}

function FormerStrip({ assetKey, formerId }: { readonly assetKey: string; readonly formerId: number }): ReactNode {
  const query = useQuery(trpc.partitions.status.queryOptions({ key: assetKey, assetId: formerId }));
  const partitions = usePartitions(query.data);
  const [current, setCurrent] = useState<number | null>(null);
  return (
    <div className="flex flex-col gap-2 border-t border-line px-3 py-2">
      {query.isError && (
        <FailurePanel
          title="The partitions could not be read"
          error={query.error}
          onRetry={() => void query.refetch()}
        />
      )}
      {query.isPending && <Skeleton label="Reading the partitions" lines={2} />}
      {partitions !== null && partitions.runs.count > 0 && (
        <PartitionStrip
          label={`Former partitions of ${assetKey}`}
          partitions={partitions}
          selection={PartitionSet.EMPTY}
          current={current}
          onCurrent={setCurrent}
          onSelection={(set) => setCurrent(set.first ?? null)}
          height={32}
        />
      )}
      {partitions?.runs.count === 0 && <p className="text-muted">It held no partition.</p>}
      {current !== null && (
        <PartitionPanel
          assetKey={assetKey}
          ordinal={current}
          formerId={formerId}
          onClose={() => setCurrent(null)}
          onMaterialize={null}
        />
      )}
    </div>
  );
}
