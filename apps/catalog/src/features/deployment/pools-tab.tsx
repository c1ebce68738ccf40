import type { Pool } from "@heddle/api";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import { trpc } from "../../data/trpc.ts";
import { formatCount } from "../../format/amounts.ts";
import { Button } from "../../ui/button.tsx";
import { EmptyState, Snippet } from "../../ui/empty-state.tsx";
import { Cell, Line, LineTable } from "./line-table.tsx";
import { PoolDialog } from "./pool-dialog.tsx";
import { QueryState } from "./query-state.tsx";

const READ_INTERVAL_MS = 5_000;
/** Holders that a line names. */
const SHOWN_HOLDERS = 3;
const TRACKS = "md:grid-cols-[minmax(160px,1.2fr)_minmax(140px,200px)_96px_minmax(200px,2fr)_minmax(110px,160px)_72px]";

/** Limits on steps: what they have in use, by whom, and who waits. */
export function PoolsTab(): ReactNode {
  const query = useQuery({ ...trpc.pools.list.queryOptions({}), refetchInterval: READ_INTERVAL_MS });
  const [edited, setEdited] = useState<Pool | null>(null);
  if (query.data === undefined) return <QueryState what="The pools" query={query} />;
  const { pools } = query.data;
  if (pools.length === 0) {
    return (
      <EmptyState title="No pool limits steps yet.">
        <p>Declare slots by name, and let assets count against them:</p>
        <Snippet>{`definitions({ pools: { warehouse: 4 }, … })\nasset({ key: "report", pool: "warehouse", … })`}</Snippet>
      </EmptyState>
    );
  }
  return (
    <>
      <LineTable label="Pools" tracks={TRACKS} heads={["Pool", "In use", "Waiting", "Held by", "Slots", ""]}>
        {pools.map((pool) => (
          <Line key={pool.name} tracks={TRACKS}>
            <PoolCells pool={pool} onEdit={() => setEdited(pool)} />
          </Line>
        ))}
      </LineTable>
      {edited !== null && <PoolDialog pool={edited} onClose={() => setEdited(null)} />}
    </>
  );
}

function PoolCells({ pool, onEdit }: { readonly pool: Pool; readonly onEdit: () => void }): ReactNode {
  const { name, slots, used, ready, declaredSlots, isSet, location, holders } = pool;
  const isFull = used >= slots;
  return (
    <>
      <Cell>
        <div className="truncate font-medium" title={name}>
          {name}
        </div>
        {location !== null && <div className="truncate text-xs text-muted">declared by {location}</div>}
      </Cell>
      <Cell>
        <div className="flex items-center gap-2">
          <span
            role="meter"
            aria-label={`Slots of ${name} in use`}
            aria-valuemin={0}
            aria-valuemax={Math.max(slots, used)}
            aria-valuenow={used}
            className="h-1.5 flex-1 overflow-hidden rounded-full bg-pressed"
          >
            <span
              className={`block h-full ${isFull ? "bg-stale" : "bg-running"}`}
              style={{ width: `${slots === 0 ? 100 : Math.min(100, (used / slots) * 100)}%` }}
            />
          </span>
          <span className="whitespace-nowrap">
            {formatCount(used)} of {formatCount(slots)}
          </span>
        </div>
      </Cell>
      <Cell className={ready > 0 && isFull ? "text-stale-ink" : "text-muted"}>
        {ready === 0 ? "nobody" : `${formatCount(ready)} steps`}
      </Cell>
      <Cell className="text-sm">
        {holders.length === 0 ? (
          <span className="text-muted">nobody</span>
        ) : (
          <ul className="flex flex-wrap gap-x-3">
            {holders.slice(0, SHOWN_HOLDERS).map(({ runId, asset, slots: taken }) => (
              <li key={`${runId} ${asset.key}`} className="whitespace-nowrap">
                <Link to="/runs/$runId" params={{ runId: String(runId) }} className="link">
                  run {runId}
                </Link>{" "}
                <span className="text-muted">
                  {asset.key} {formatCount(taken)}
                </span>
              </li>
            ))}
            {holders.length > SHOWN_HOLDERS && <li className="text-muted">+{holders.length - SHOWN_HOLDERS}</li>}
          </ul>
        )}
      </Cell>
      <Cell className="text-muted">
        {isSet ? `set by hand${declaredSlots === null ? "" : `, declared ${declaredSlots}`}` : "as declared"}
      </Cell>
      <Cell className="text-right max-md:text-left">
        <Button kind="ghost" onClick={onEdit} aria-label={`Set the slots of ${name}`}>
          Set
        </Button>
      </Cell>
    </>
  );
}
