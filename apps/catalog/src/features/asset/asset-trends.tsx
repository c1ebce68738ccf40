import type { MetadataSeries } from "@heddle/api";
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useMemo, useState } from "react";
import { trpc } from "../../data/trpc.ts";
import { formatCount } from "../../format/amounts.ts";
import { Button } from "../../ui/button.tsx";
import { Chart } from "../../ui/charts/chart.tsx";
import type { ChartData } from "../../ui/charts/chart-data.ts";
import { FailurePanel } from "../../ui/failure-panel.tsx";
import { Section } from "../../ui/page.tsx";
import { Segmented } from "../../ui/segmented.tsx";

/** Charts before somebody asks for the rest. */
const SHOWN = 4;
/** Fewer points are no line. */
const MIN_POINTS = 2;

interface AssetTrendsProps {
  readonly assetKey: string;
  readonly partitioned: boolean;
}

/** Every number that was recorded of an asset, along time or along its partitions. */
export function AssetTrends({ assetKey, partitioned }: AssetTrendsProps): ReactNode {
  const [axis, setAxis] = useState<MetadataSeries["axis"]>(partitioned ? "partition" : "time");
  const query = useQuery(trpc.assets.metadataSeries.queryOptions({ key: assetKey, axis }));
  const { data } = query;
  if (query.isError) {
    return (
      <FailurePanel title="The trends could not be read" error={query.error} onRetry={() => void query.refetch()} />
    );
  }
  if (data !== undefined && data.at.length < MIN_POINTS && axis === "time") return null;
  return (
    <Section
      title="Trends"
      aside={
        partitioned ? (
          <Segmented
            label="Along what"
            value={axis}
            options={[
              { value: "partition", label: "Partitions" },
              { value: "time", label: "Time" },
            ]}
            onChange={setAxis}
          />
        ) : undefined
      }
    >
      {data === undefined || data.axis !== axis ? (
        <div aria-hidden className="h-44 rounded-md bg-hover" />
      ) : data.at.length < MIN_POINTS ? (
        <p className="text-muted">There is a line to draw from the second partition on.</p>
      ) : (
        <Trends series={data} />
      )}
    </Section>
  );
}

function Trends({ series }: { readonly series: MetadataSeries }): ReactNode {
  const [whole, setWhole] = useState(false);
  const charts = useMemo(() => chartsOf(series), [series]);
  const shown = whole ? charts : charts.slice(0, SHOWN);
  return (
    <>
      <div className="grid gap-x-6 gap-y-4 md:grid-cols-2">
        {shown.map(({ title, data }) => (
          <div key={title} className="min-w-0 rounded-md border border-line px-3 pt-2 pb-1">
            <Chart title={title} data={data} height={132} />
          </div>
        ))}
      </div>
      <p className="flex flex-wrap items-center gap-x-4 text-xs text-muted">
        {series.marks.some(({ kind }) => kind === "deploy") && <span>▾ other code</span>}
        {series.marks.some(({ kind }) => kind === "failed") && <span>✕ an attempt failed</span>}
        {shown.length < charts.length && (
          <Button kind="ghost" onClick={() => setWhole(true)}>
            Show {formatCount(charts.length - shown.length)} more
          </Button>
        )}
      </p>
    </>
  );
}

function chartsOf({
  axis,
  at,
  partitions,
  series,
  marks,
}: MetadataSeries): readonly { title: string; data: ChartData }[] {
  const labels = new Map(at.map((place, i) => [place, partitions[i] ?? ""]));
  return series.map(({ name, unit, values }) => ({
    title: name,
    data: {
      axis: axis === "time" ? { kind: "time" } : { kind: "partition", labelOf: (ordinal) => labels.get(ordinal) ?? "" },
      at,
      series: [{ name, unit, values }],
      marks,
    },
  }));
}
