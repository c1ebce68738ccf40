import type { RunDetail, RunOutput } from "@heddle/api";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type ReactNode, useMemo, useState } from "react";
import { client, trpc } from "../../data/trpc.ts";
import { formatBytes, formatCount, formatCounted } from "../../format/amounts.ts";
import { formatDuration } from "../../format/durations.ts";
import { Button } from "../../ui/button.tsx";
import { FailurePanel } from "../../ui/failure-panel.tsx";
import { Icon } from "../../ui/icons.tsx";
import { Skeleton } from "../../ui/skeleton.tsx";
import { MaterializationView } from "../asset/materialization-view.tsx";

interface RunIoProps {
  readonly run: RunDetail;
  /** Only of this asset. */
  readonly asset: string | undefined;
}

const PAGE_SIZE = 100;

/** What the steps of a run made, where it lies, and what they read for it. */
export function RunIo({ run, asset }: RunIoProps): ReactNode {
  const input = { runId: run.id, asset, limit: PAGE_SIZE };
  const query = useInfiniteQuery({
    ...trpc.runs.outputs.infiniteQueryOptions(input, { getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined }),
    // The adapter's own function would send a direction along, which the procedure does not take.
    queryFn: ({ pageParam, signal }) => client.runs.outputs.query({ ...input, cursor: pageParam }, { signal }),
  });
  const outputs = useMemo(() => query.data?.pages.flatMap(({ items }) => items) ?? [], [query.data]);
  if (query.isError) {
    return (
      <FailurePanel title="What was made could not be read" error={query.error} onRetry={() => void query.refetch()} />
    );
  }
  if (query.isPending) return <Skeleton label="Reading what was made" lines={5} />;
  if (outputs.length === 0 && !query.hasNextPage) return <p className="text-muted">Nothing was made yet.</p>;
  return (
    <div className="flex min-w-0 flex-col gap-2">
      <ul aria-label="Outputs" className="rounded-md border border-line">
        <li
          aria-hidden
          className={`grid h-8 items-center gap-3 border-b border-line px-3 text-xs font-medium text-muted max-md:hidden ${TRACKS}`}
        >
          <span />
          <span>Asset</span>
          <span>Partition</span>
          <span>Stored</span>
          <span className="text-right">Bytes</span>
          <span className="text-right">Rows</span>
          <span className="text-right">Took</span>
          <span className="pl-4">Read</span>
        </li>
        {outputs.map((output) => (
          <OutputLine key={`${output.asset.id}:${output.ordinal}`} output={output} />
        ))}
      </ul>
      {query.hasNextPage && (
        <div className="flex items-center justify-center gap-3 text-muted">
          <span>The first {formatCount(outputs.length)} are shown.</span>
          <Button disabled={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            Show more
          </Button>
        </div>
      )}
    </div>
  );
}

const TRACKS =
  "grid-cols-[16px_minmax(120px,1fr)_minmax(88px,0.6fr)_minmax(140px,1.4fr)_72px_72px_72px_minmax(120px,1.2fr)] max-md:grid-cols-[16px_minmax(0,1fr)_auto]";

function OutputLine({ output }: { readonly output: RunOutput }): ReactNode {
  const [open, setOpen] = useState(false);
  const { asset, partitionKey, stored, durationMs, inputs, ordinal } = output;
  const bytes = stored?.objects.reduce((sum, object) => sum + object.bytes, 0) ?? null;
  const [object] = stored?.objects ?? [];
  const path = object?.key ?? (stored === null ? "nothing stored" : `through ${stored.io}`);
  return (
    <li className="border-b border-line last:border-b-0">
      <button
        type="button"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
        className={`grid min-h-8 w-full items-center gap-3 px-3 py-1 text-left hover:bg-hover aria-expanded:bg-surface ${TRACKS}`}
      >
        <span className={`text-faint ${open ? "rotate-90" : ""}`}>
          <Icon name="chevronRight" size={12} />
        </span>
        <span className="truncate" title={asset.key}>
          {asset.key}
        </span>
        <span className="truncate text-muted">{partitionKey}</span>
        <span className="truncate font-mono text-xs text-muted max-md:hidden" title={path}>
          {path}
        </span>
        <span className="text-right text-xs max-md:hidden">{bytes === null ? "" : formatBytes(bytes)}</span>
        <span className="text-right text-xs max-md:hidden">
          {stored?.rows === undefined ? "" : formatCount(stored.rows)}
        </span>
        <span className="text-right text-xs text-muted max-md:hidden">{formatDuration(durationMs)}</span>
        <span className="truncate pl-4 text-xs text-muted max-md:hidden">{describeInputs(output)}</span>
      </button>
      {open && (
        <div className="border-t border-line bg-surface px-4 py-3">
          <MaterializationView materialization={output} />
          <p className="mt-2 text-xs">
            <Link to="/assets/$" params={{ _splat: asset.key }} search={{ partition: ordinal }} className="link">
              {asset.key} {partitionKey}
            </Link>
            {inputs.length === 0 && <span className="text-muted"> read nothing</span>}
          </p>
        </div>
      )}
    </li>
  );
}

/** Inputs that a line names. */
const NAMED = 2;

function describeInputs({ inputs }: RunOutput): string {
  if (inputs.length === 0) return "";
  const named = inputs.slice(0, NAMED).map(({ asset, text, runId }) => `${asset.key} ${text} (run ${runId})`);
  return inputs.length > NAMED
    ? `${named.join(", ")} and ${formatCounted(inputs.length - NAMED, "more")}`
    : named.join(", ");
}
