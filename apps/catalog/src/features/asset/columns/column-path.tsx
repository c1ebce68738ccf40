import type { ColumnPathAnswer } from "@heddle/api";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type ReactNode, useMemo } from "react";
import { trpc } from "../../../data/trpc.ts";
import { IconButton } from "../../../ui/button.tsx";
import { FailurePanel } from "../../../ui/failure-panel.tsx";
import { Skeleton } from "../../../ui/skeleton.tsx";
import { columnText } from "../../lineage/columns/column-param.ts";
import { CARD, layOutPath, type PathLine, type PathNode } from "./column-path-layout.ts";

interface ColumnPathProps {
  readonly assetKey: string;
  readonly column: string;
  readonly onClose: () => void;
}

/** The path of one column over all assets, and no other columns. */
export function ColumnPath({ assetKey, column, onClose }: ColumnPathProps): ReactNode {
  const query = useQuery(trpc.columns.path.queryOptions({ key: assetKey, column }));
  return (
    <section aria-label={`Path of ${column}`} className="rounded-md border border-line bg-surface">
      <div className="flex items-center gap-3 border-b border-line px-4 py-1.5">
        <h3 className="min-w-0 truncate font-semibold">
          Path of <bdi className="font-mono text-xs">{column}</bdi>
        </h3>
        <span className="text-xs text-muted max-md:hidden">
          a full line is the column as it is, a broken one what is computed
        </span>
        <span className="ml-auto flex items-center gap-2">
          <Link
            to="/lineage"
            search={{ focus: assetKey, cols: columnText({ asset: assetKey, column }) }}
            className="link text-xs whitespace-nowrap"
          >
            On the lineage
          </Link>
          <IconButton icon="close" label="Close path" onClick={onClose} />
        </span>
      </div>
      {query.isError && (
        <FailurePanel title="The path could not be read" error={query.error} onRetry={() => void query.refetch()} />
      )}
      {query.isPending && <Skeleton label="Reading the path" lines={2} />}
      {query.data !== undefined && <Path answer={query.data} />}
    </section>
  );
}

function Path({ answer }: { readonly answer: ColumnPathAnswer }): ReactNode {
  const layout = useMemo(() => layOutPath(answer.column, answer.edges), [answer]);
  if (answer.edges.length === 0) {
    return (
      <p className="px-4 py-3 text-muted">No asset says that this column comes from another one, or goes into one.</p>
    );
  }
  return (
    <div tabIndex={0} role="region" aria-label="Columns of the path" className="max-h-96 overflow-auto p-4">
      <div className="relative" style={{ width: layout.width, height: layout.height }}>
        <svg width={layout.width} height={layout.height} aria-hidden className="absolute inset-0 text-edge">
          {layout.lines.map((line) => (
            <path
              key={line.id}
              d={curve(line)}
              fill="none"
              stroke="currentColor"
              strokeWidth={1.5}
              strokeDasharray={line.passes ? undefined : "4 4"}
            />
          ))}
        </svg>
        <ul>
          {layout.nodes.map((node) => (
            <li key={node.id} className="absolute" style={{ left: node.x, top: node.y, width: CARD.width }}>
              <Card node={node} isCenter={node.asset === answer.column.asset && node.column === answer.column.column} />
            </li>
          ))}
        </ul>
      </div>
      {answer.isCut && <p className="pt-2 text-xs text-muted">The path goes on; this is its nearest part.</p>}
    </div>
  );
}

function Card({ node, isCenter }: { readonly node: PathNode; readonly isCenter: boolean }): ReactNode {
  const { asset, column } = node;
  return (
    <Link
      to="/assets/$"
      params={{ _splat: asset }}
      search={{ tab: "columns", column: column ?? undefined }}
      title={`${asset}${column === null ? "" : `\n${column}`}`}
      aria-current={isCenter ? "true" : undefined}
      style={{ height: CARD.height }}
      className="flex flex-col justify-center overflow-hidden rounded-md border border-line-strong bg-card px-3 hover:bg-hover aria-[current]:border-accent aria-[current]:bg-accent-soft"
    >
      <bdi className="block truncate font-mono text-xs">{column ?? "reads it"}</bdi>
      <bdi className="block truncate text-2xs text-muted">{asset}</bdi>
    </Link>
  );
}

function curve({ from, to }: PathLine): string {
  const [x1, y1] = [from.x + CARD.width, from.y + CARD.height / 2];
  const [x2, y2] = [to.x, to.y + CARD.height / 2];
  const bend = Math.max(24, Math.abs(x2 - x1) / 2);
  return `M${x1},${y1} C${x1 + bend},${y1} ${x2 - bend},${y2} ${x2},${y2}`;
}
