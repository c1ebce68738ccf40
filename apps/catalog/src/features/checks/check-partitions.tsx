import type { CheckStanding, PartitionStatuses } from "@heddle/api";
import { PARTITION_STATUSES, PartitionSet } from "@heddle/core/internal";
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useMemo } from "react";
import { trpc } from "../../data/trpc.ts";
import { formatCount } from "../../format/amounts.ts";
import { PartitionStrip } from "../../partitions/partition-strip.tsx";
import { usePartitions } from "../../partitions/partition-space.ts";
import { codeOf } from "../../status/status-look.ts";
import { Section } from "../../ui/page.tsx";
import { Skeleton } from "../../ui/skeleton.tsx";

interface CheckPartitionsProps {
  readonly assetKey: string;
  readonly standing: CheckStanding;
  readonly current: number | null;
  readonly onCurrent: (ordinal: number | null) => void;
}

/** What the newest results say of each partition, as a strip. */
export function CheckPartitions({ assetKey, standing, current, onCurrent }: CheckPartitionsProps): ReactNode {
  const query = useQuery(trpc.partitions.status.queryOptions({ key: assetKey }));
  const statuses = useMemo(
    () => (query.data === undefined ? undefined : { ...query.data, runs: runsOf(query.data, standing) }),
    [query.data, standing],
  );
  const partitions = usePartitions(statuses);
  const size = (ranges: readonly number[]): number => PartitionSet.fromRanges(ranges).size;
  return (
    <Section
      title="Partitions"
      aside={`${formatCount(size(standing.failed))} failed, ${formatCount(size(standing.warned))} warned, ${formatCount(size(standing.passed))} passed`}
    >
      {partitions === null ? (
        <Skeleton label="Reading the partitions" lines={2} />
      ) : (
        <PartitionStrip
          label={`Results of ${standing.name} by partition`}
          partitions={partitions}
          selection={PartitionSet.EMPTY}
          current={current}
          onCurrent={onCurrent}
          onSelection={(marked) => onCurrent(marked.first ?? null)}
          wordOf={wordOf}
        />
      )}
    </Section>
  );
}

const WORDS: Readonly<Record<number, string>> = {
  [codeOf("failed")]: "failed",
  [codeOf("stale")]: "warned",
  [codeOf("fresh")]: "passed",
  [codeOf("missing")]: "not checked",
};

function wordOf(code: number): string {
  return WORDS[code] ?? PARTITION_STATUSES[code] ?? "";
}

/** The outcomes in the form in which the statuses of partitions come, over everything that exists. */
function runsOf({ all }: PartitionStatuses, { passed, warned, failed }: CheckStanding): number[] {
  const exists = PartitionSet.fromRanges(all);
  const sets = [
    { code: codeOf("failed"), set: PartitionSet.fromRanges(failed) },
    { code: codeOf("stale"), set: PartitionSet.fromRanges(warned) },
    { code: codeOf("fresh"), set: PartitionSet.fromRanges(passed) },
  ];
  const checked = sets.reduce((union, { set }) => union.union(set), PartitionSet.EMPTY);
  const parts = [...sets, { code: codeOf("missing"), set: exists.subtract(checked) }].flatMap(({ code, set }) =>
    rangesOf(set.intersect(exists)).map(([start, end]) => [code, start, end] as const),
  );
  return parts.toSorted((a, b) => a[1] - b[1]).flat();
}

function rangesOf({ ranges }: PartitionSet): (readonly [number, number])[] {
  return Array.from({ length: ranges.length / 2 }, (_, i) => [ranges[2 * i] ?? 0, ranges[2 * i + 1] ?? 0] as const);
}
